/** The moments of a schedule in its own time zone: the latest that has come, and the next ones. */
import { createTask, schedule, validate } from 'node-cron';

/** How far back a moment missed while nobody ran is still made up for, in minutes. */
const lookBackMinutes = 24 * 60;

/** The latest moment in (after, until], at most a day back; null when none came. Skipped local times do not come, doubled ones come once. */
export function latestDue(pattern: string, zone: string, after: Date, until: Date): Date | null {
  const task = createTask(pattern, () => {}, { timezone: zone });
  const minute = 60_000;
  const last = Math.floor(until.getTime() / minute) * minute;
  for (let at = last; at > after.getTime() && at > last - lookBackMinutes * minute; at -= minute) {
    const moment = new Date(at);
    if (task.match(moment) && !repeated(moment, zone)) return moment;
  }
  return null;
}

/** Whether these are cron fields that can be kept. */
export function isPattern(pattern: string): boolean {
  return validate(pattern);
}

/** Calls `deed` at each full minute; the returned function ends that. */
export function everyMinute(deed: () => void): () => void {
  const task = schedule('* * * * *', deed, { timezone: 'UTC' });
  return () => void task.stop();
}

/** The local wall clock, `2026-10-25 02:30`: what names a moment, so that an hour lived twice is one moment. */
export function localMinute(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return parts.format(at);
}

/** The same wall clock was shown an hour before: clocks went back. */
function repeated(at: Date, zone: string): boolean {
  const local = localMinute(at, zone);
  return [30, 60, 120].some((minutes) => localMinute(new Date(at.getTime() - minutes * 60_000), zone) === local);
}

/** Whether this is the name of a time zone. */
export function isZone(zone: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC';
}

export function nextDue(pattern: string, zone: string, count: number): Date[] {
  return createTask(pattern, () => {}, { timezone: zone }).getNextRuns(count);
}
