/** When a review falls due. */
import { expect, test } from 'vitest';
import { nextWorkday } from '../../src/flow/break-glass.ts';

test.each([
  ['2026-11-20T23:59:00Z', '2026-11-23T09:00:00.000Z'],
  ['2026-11-23T03:00:00Z', '2026-11-24T09:00:00.000Z'],
])('the workday after %s begins at %s', (from, next) => {
  expect(nextWorkday(new Date(from)).toISOString()).toBe(next);
});
