/** Times of the week as a policy writes them, in a time zone of their own. */
import { z } from 'zod';

export const weekDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 09:00');

export const timeWindow = z
  .strictObject({
    days: z.array(z.enum(weekDays)).min(1).optional(),
    from: clock.default('00:00'),
    to: clock.default('00:00').describe('the first minute that is outside; 00:00 is the end of the day'),
    zone: z
      .string()
      .default('UTC')
      .refine((zone) => isZone(zone), 'a time zone such as Europe/Berlin'),
  })
  .describe('a window that ends before it begins runs past midnight and belongs to the day it began on');

export type TimeWindow = z.infer<typeof timeWindow>;

export function within({ days, from, to, zone }: TimeWindow, now: Date): boolean {
  const { day, minute } = localTime(now, zone);
  const [begin, end] = [minutes(from), to === '00:00' ? 24 * 60 : minutes(to)];
  const on = (one: number) => days === undefined || days.includes(weekDays[(one + 7) % 7] ?? 'sun');
  if (begin < end) return on(day) && minute >= begin && minute < end;
  return (on(day) && minute >= begin) || (on(day - 1) && minute < end);
}

function localTime(now: Date, zone: string): { day: number; minute: number } {
  const format = { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const parts = new Intl.DateTimeFormat('en-US', format).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const day = weekDays.indexOf(part('weekday').toLowerCase() as (typeof weekDays)[number]);
  return { day, minute: Number(part('hour')) * 60 + Number(part('minute')) };
}

function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
