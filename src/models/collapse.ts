/** Notices that a model has become much worse: a running sum of how far its marks fall short (CUSUM, one-sided). */

/** What falls short by less than this is chance, or not worth an alarm. */
const slack = 0.15;
/** So much shortfall in a row is an alarm: a collapse to 30 % takes about a dozen marks, chance alone thousands. */
const alarmAt = 7;

export type Watch = { sum: number; since: number };

export const calm: Watch = { sum: 0, since: 0 };

/** `expected` is the share of good marks so far; the sum never counts what was better than that in its favour. */
export function watchOver(watch: Watch, expected: number, good: boolean): Watch & { alarm: boolean } {
  const sum = Math.max(0, watch.sum + expected - slack - (good ? 1 : 0));
  return { sum, since: sum === 0 ? 0 : watch.since + 1, alarm: sum >= alarmAt };
}
