/** A moved clock is a clock: dates stay dates, and a workday's morning is found in every time zone. */
import { statSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { moveDate, nextWorkday } from '../../src/playground/clock.ts';

const Original = Date;
const day = 24 * 3_600_000;
afterEach(() => moveDate(0));

test('dates without a time are moved, all others are as they were', () => {
  const before = Date.now();
  moveDate(day);
  expect(Date.now() - before).toBeGreaterThanOrEqual(day);
  expect(Date.now() - before).toBeLessThan(day + 60_000);
  expect(Date.parse(new Date().toISOString()) - before).toBeGreaterThanOrEqual(day);
  expect(Date.parse(Date()) - before).toBeGreaterThan(day - 60_000);
  expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
  expect(Date.UTC(2026, 0)).toBe(Original.UTC(2026, 0));
});

test('what was made on either side of the move is a date on the other', () => {
  const old = new Date();
  moveDate(day);
  expect(old instanceof Date).toBe(true);
  expect(new Date() instanceof Original).toBe(true);
  expect(new Date().constructor).toBe(Date);
  expect(statSync('.').mtime instanceof Date).toBe(true);
  expect(structuredClone(new Date()) instanceof Date).toBe(true);
});

test('the move can be taken back', () => {
  moveDate(day);
  moveDate(0);
  expect(Date).toBe(Original);
  expect(new Date().constructor).toBe(Original);
});

test.each([
  ['on a Tuesday it is Wednesday', '2026-06-02T14:00:00Z', 'Europe/Lisbon', '2026-06-03T08:00:00.000Z'],
  ['on a Friday it is Monday', '2026-06-05T14:00:00Z', 'Europe/Lisbon', '2026-06-08T08:00:00.000Z'],
  ['across the change to summer time', '2026-03-27T14:00:00Z', 'Europe/Lisbon', '2026-03-30T08:00:00.000Z'],
  ['before nine of the same day', '2026-06-02T06:00:00Z', 'Europe/Lisbon', '2026-06-03T08:00:00.000Z'],
  ['where it is tomorrow already', '2026-06-02T22:00:00Z', 'Asia/Tokyo', '2026-06-04T00:00:00.000Z'],
])('nine on the next workday: %s', (_, from, zone, expected) => {
  expect(new Date(nextWorkday(Date.parse(from), 9, zone)).toISOString()).toBe(expected);
});
