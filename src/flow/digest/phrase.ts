/** Reads when a digest is wanted, in the words people type: `every weekday at 9`, `daily at 17:30`, `mon,thu at 9am`, or a cron pattern. */
import { isPattern } from './due.ts';

/** `pattern`: five cron fields, read in the schedule's own time zone. `said`: the same in words. */
export type When = { pattern: string; said: string };

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const clock = String.raw`(?:at\s+)?(\d{1,2})(?::(\d{2}))?\s*(am|pm)?`;
const phrase = new RegExp(String.raw`^(?:every\s+)?(.+?)\s+${clock}$`, 'i');

/** Null when the words are no time that can be kept; the caller names examples. */
export function readWhen(words: string): When | null {
  const text = words.trim().replaceAll(/\s+/g, ' ');
  if (text.split(' ').length === 5 && isPattern(text)) return { pattern: text, said: `cron ${text}` };
  const match = phrase.exec(text);
  if (!match?.[1] || !match[2]) return null;
  const hour = hourOf(Number(match[2]), match[4]?.toLowerCase());
  const minute = Number(match[3] ?? 0);
  if (hour === null || minute > 59) return null;
  const at = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const which = match[1].toLowerCase();
  const monthly = /^month(?:ly)?(?: on(?: the)? (\d{1,2})(?:st|nd|rd|th)?)?$/.exec(which);
  if (monthly) {
    const day = Number(monthly[1] ?? 1);
    // Later days do not come every month.
    return day >= 1 && day <= 28
      ? { pattern: `${minute} ${hour} ${day} * *`, said: `monthly on day ${day} at ${at}` }
      : null;
  }
  const on = daysOf(which);
  if (on === null) return null;
  return { pattern: `${minute} ${hour} * * ${on.join(',')}`, said: `${said(on)} at ${at}` };
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour <= 23 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === 'pm' ? 12 : 0);
}

function daysOf(words: string): number[] | null {
  if (/^(day|daily)$/.test(words)) return [0, 1, 2, 3, 4, 5, 6];
  if (/^(weekday|weekdays|workday|workdays)$/.test(words)) return [1, 2, 3, 4, 5];
  if (/^(weekend|weekends)$/.test(words)) return [0, 6];
  if (/^(week|weekly)$/.test(words)) return [1];
  const named = words.split(/\s*(?:,|\band\b|&)\s*/).map((word) => {
    const stem = word.replace(/s$/, '');
    return stem.length < 3 ? -1 : days.findIndex((day) => day.startsWith(stem));
  });
  if (named.length === 0 || named.includes(-1)) return null;
  return [...new Set(named)].sort((a, b) => a - b);
}

function said(on: number[]): string {
  const key = on.join(',');
  if (on.length === 7) return 'every day';
  if (key === '1,2,3,4,5') return 'every weekday';
  return `every ${on.map((day) => capital(days[day] ?? '')).join(', ')}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
