/** Times of the week in a policy: windows over midnight, days off, and the hours that clocks skip or repeat. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timeWindow, within } from '../../src/flow/policy-time.ts';

const at = (window: unknown, now: string) => within(timeWindow.parse(window), new Date(now));

test.each([
  [{ from: '09:00', to: '17:00' }, '2026-11-20T09:00:00Z', true],
  [{ from: '09:00', to: '17:00' }, '2026-11-20T16:59:59Z', true],
  [{ from: '09:00', to: '17:00' }, '2026-11-20T17:00:00Z', false],
  [{ from: '09:00', to: '17:00', zone: 'America/New_York' }, '2026-11-20T14:00:00Z', true],
  [{ days: ['sat', 'sun'] }, '2026-11-21T00:00:00Z', true],
  [{ days: ['sat', 'sun'] }, '2026-11-23T00:00:00Z', false],
  [{ from: '18:00' }, '2026-11-20T23:59:59Z', true],
  [{ from: '18:00' }, '2026-11-20T00:00:00Z', false],
  [{ days: ['fri'], from: '18:00' }, '2026-11-21T00:00:00Z', false],
  [{ days: ['fri'] }, '2026-11-20T23:59:59Z', true],
  [{ days: ['fri'], from: '22:30', to: '06:15' }, '2026-11-20T22:30:00Z', true],
  [{ days: ['fri'], from: '22:30', to: '06:15' }, '2026-11-20T22:29:59Z', false],
  [{ days: ['fri'], from: '22:30', to: '06:15' }, '2026-11-21T06:14:59Z', true],
  [{ days: ['fri'], from: '22:30', to: '06:15' }, '2026-11-21T06:15:00Z', false],
  [{ days: ['fri'], from: '09:30', to: '09:45' }, '2026-11-20T09:29:59Z', false],
  [{ days: ['fri'], from: '09:00', to: '09:00' }, '2026-11-21T08:59:59Z', true],
  [{ days: ['fri'], from: '22:00', to: '06:00' }, '2026-11-20T23:00:00Z', true],
  [{ days: ['fri'], from: '22:00', to: '06:00' }, '2026-11-21T05:59:00Z', true],
  [{ days: ['fri'], from: '22:00', to: '06:00' }, '2026-11-21T22:00:00Z', false],
  [{ days: ['fri'], from: '22:00', to: '06:00' }, '2026-11-20T05:00:00Z', false],
  [{ days: ['sun'], from: '02:00', to: '03:00', zone: 'Europe/Berlin' }, '2026-10-25T00:30:00Z', true],
  [{ days: ['sun'], from: '02:00', to: '03:00', zone: 'Europe/Berlin' }, '2026-10-25T01:30:00Z', true],
  [{ days: ['sun'], from: '02:00', to: '03:00', zone: 'Europe/Berlin' }, '2026-03-29T01:30:00Z', false],
])('%j at %s: %s', (window, now, expected) => {
  expect(at(window, now)).toBe(expected);
});

test.each([{ from: '9:00' }, { to: '24:00' }, { days: [] }, { zone: 'Mars/Olympus' }, { until: '09:00' }])(
  '%j is refused',
  (window) => {
    expect(timeWindow.safeParse(window).success).toBe(false);
  },
);

test('a window and the one that begins where it ends share no moment and leave none out', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((one) => String(one).padStart(2, '0')).join(':'));
  const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      time,
      time,
      moment,
      fc.constantFrom('UTC', 'Asia/Kolkata', 'America/St_Johns'),
      (from, to, now, zone) => {
        fc.pre(from !== to);
        expect(within({ from, to, zone }, now)).toBe(!within({ from: to, to: from, zone }, now));
      },
    ),
  );
});
