/** When a digest is wanted, and which of its moments has come. */
import { expect, test } from 'vitest';
import { latestDue, localMinute } from '../../../src/flow/digest/due.ts';
import { readWhen } from '../../../src/flow/digest/phrase.ts';
import { readSchedule } from '../../../src/flow/house/digest.ts';

test.each([
  ['every weekday at 9', '0 9 * * 1,2,3,4,5'],
  ['daily at 17:30', '30 17 * * 0,1,2,3,4,5,6'],
  ['every day 7am', '0 7 * * 0,1,2,3,4,5,6'],
  ['mon and thu at 9am', '0 9 * * 1,4'],
  ['Tuesdays, Fridays at 12:05 pm', '5 12 * * 2,5'],
  ['weekly at 8', '0 8 * * 1'],
  ['every weekend at 12 am', '0 0 * * 0,6'],
  ['monthly on the 3rd at 7:05 pm', '5 19 3 * *'],
  ['15 9 * * 1-5', '15 9 * * 1-5'],
])('“%s” is %s', (words, pattern) => {
  expect(readWhen(words)?.pattern).toBe(pattern);
});

test.each([
  'soon',
  'tuesdays at 25',
  'every weekday at 9:75',
  'monthly on the 31st at 9',
  'mo at 9',
  '99 9 * * *',
  'every weekday at 13pm',
])('“%s” is no time that can be kept', (words) => {
  expect(readWhen(words)).toBeNull();
});

test('a zone and days off stand behind the time', () => {
  expect(readSchedule('every weekday at 9 in Europe/Berlin except 2026-12-25, 2026-12-26', 'UTC')).toMatchObject({
    pattern: '0 9 * * 1,2,3,4,5',
    zone: 'Europe/Berlin',
    holidays: ['2026-12-25', '2026-12-26'],
  });
  expect(readSchedule('daily at 9', 'America/New_York').zone).toBe('America/New_York');
  expect(() => readSchedule('daily at 9 in Atlantis/Capital', 'UTC')).toThrow('time zone');
  expect(() => readSchedule('daily at 9 except tomorrow', 'UTC')).toThrow('no day');
});

const due = (pattern: string, zone: string, after: string, until: string) =>
  latestDue(pattern, zone, new Date(after), new Date(until))?.toISOString() ?? null;

test('the latest moment is found in the local time of the schedule, up to a day back', () => {
  const nine = '0 9 * * 1-5';
  expect(due(nine, 'America/New_York', '2026-11-19T15:00Z', '2026-11-20T18:00Z')).toBe('2026-11-20T14:00:00.000Z');
  expect(due(nine, 'America/New_York', '2026-11-20T14:00Z', '2026-11-20T18:00Z')).toBeNull();
  // On a Sunday evening the Friday moment is too old to be made up for.
  expect(due(nine, 'UTC', '2026-11-19T12:00Z', '2026-11-22T20:00Z')).toBeNull();
});

test('when clocks go forward a moment in the lost hour does not come; when they go back it comes once', () => {
  const halfPastTwo = '30 2 * * *';
  expect(due(halfPastTwo, 'Europe/Berlin', '2026-03-28T12:00Z', '2026-03-29T05:00Z')).toBeNull();
  const first = due(halfPastTwo, 'Europe/Berlin', '2026-10-24T12:00Z', '2026-10-25T05:00Z') ?? '';
  expect(first).toBe('2026-10-25T00:30:00.000Z');
  expect(due(halfPastTwo, 'Europe/Berlin', first, '2026-10-25T05:00Z')).toBeNull();
  expect(localMinute(new Date(first), 'Europe/Berlin')).toBe('2026-10-25 02:30');
});
