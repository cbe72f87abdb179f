/** What a question gives away besides its words: who said it, when it was, and whether a time is asked for. */

export type Clues = {
  /** Days named in it, as spans of ISO dates, end excluded. */
  spans: { from: string; to: string }[];
  /** A time is what is asked for. */
  asksWhen: boolean;
  /** Its words in lower case, for names. */
  names: ReadonlySet<string>;
};

const months = 'january february march april may june july august september october november december'.split(' ');
const monthWord = `(?:${months.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join('|')})`;
const dayMs = 86_400_000;

export function cluesOf(question: string, now: Date): Clues {
  const text = question.toLowerCase();
  return {
    spans: [...namedSpans(text, now), ...relativeSpans(text, now)],
    asksWhen:
      /^\s*when\b|\bwhen (did|was|were|is|are|does|do|has|had|will)\b|\b(what|which) (date|day|month|year|time)\b|\bhow long\b/.test(
        text,
      ),
    names: new Set(text.match(/\p{L}[\p{L}\p{N}-]*/gu) ?? []),
  };
}

/** `7 May 2023`, `May 7th, 2023`, `May 2023`, `in May`, `2023-05-07`, `2023`. */
function namedSpans(text: string, now: Date): Clues['spans'] {
  const spans: Clues['spans'] = [];
  let rest = text.replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, (_all, year, month, day) => {
    spans.push(days(Date.UTC(+year, +month - 1, +day), 1));
    return ' ';
  });
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${monthWord})\\b\\.?,?(?: (\\d{4}))?`, 'g');
  const monthFirst = new RegExp(`\\b(${monthWord})\\b\\.? (\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? (\\d{4}))?`, 'g');
  const monthOnly = new RegExp(`\\b(${monthWord})\\b,? (\\d{4})\\b`, 'g');
  const bareMonth = new RegExp(`\\b(?:in|during|since|last|of) (${monthWord})\\b`, 'g');
  const day = (number: string, month: string, year: string | undefined) => {
    spans.push(days(Date.UTC(year ? +year : lastYearWith(monthOf(month), now), monthOf(month), +number), 1));
    return ' ';
  };
  const whole = (month: string, year: string | undefined) => {
    const [y, m] = [year ? +year : lastYearWith(monthOf(month), now), monthOf(month)];
    spans.push({ from: isoDay(Date.UTC(y, m, 1)), to: isoDay(Date.UTC(y, m + 1, 1)) });
    return ' ';
  };
  rest = rest.replace(dayFirst, (_all, number, month, year) => day(number, month, year));
  rest = rest.replace(monthFirst, (_all, month, number, year) => day(number, month, year));
  rest = rest.replace(monthOnly, (_all, month, year) => whole(month, year));
  rest = rest.replace(bareMonth, (_all, month) => whole(month, undefined));
  for (const [, year] of rest.matchAll(/\b(?:in|during|of|since) (20\d{2})\b/g))
    spans.push({ from: `${year}-01-01`, to: `${Number(year) + 1}-01-01` });
  return spans;
}

function relativeSpans(text: string, now: Date): Clues['spans'] {
  const today = Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
  const monday = today - ((now.getUTCDay() + 6) % 7) * dayMs;
  const spans: Clues['spans'] = [];
  if (/\btoday\b|\bthis morning\b/.test(text)) spans.push(days(today, 1));
  if (/\byesterday\b|\blast night\b/.test(text)) spans.push(days(today - dayMs, 1));
  if (/\bthis week\b/.test(text)) spans.push(days(monday, 7));
  if (/\blast week\b/.test(text)) spans.push(days(monday - 7 * dayMs, 7));
  const ago = /\b(\d{1,3}|an?|two|three|four|five|six) (day|week|month)s? ago\b/.exec(text);
  if (ago?.[1] && ago[2]) {
    const count = { a: 1, an: 1, two: 2, three: 3, four: 4, five: 5, six: 6 }[ago[1]] ?? Number(ago[1]);
    const unit = { day: 1, week: 7, month: 30 }[ago[2]] ?? 1;
    spans.push(days(today - (count + 0.5) * unit * dayMs, Math.max(1, unit)));
  }
  return spans;
}

function days(from: number, count: number): { from: string; to: string } {
  return { from: isoDay(from), to: isoDay(from + count * dayMs) };
}

function isoDay(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(0, 10) : '';
}

function monthOf(word: string): number {
  return months.findIndex((month) => month.startsWith(word.slice(0, 3)));
}

/** A month without a year is the latest that has begun. */
function lastYearWith(month: number, now: Date): number {
  return month <= now.getUTCMonth() ? now.getUTCFullYear() : now.getUTCFullYear() - 1;
}

const timeWords = new RegExp(
  `\\b(?:yesterday|today|tonight|tomorrow|(?:last|next|this) (?:week|month|year|night|weekend|summer|winter|spring|fall|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|ago|since|recently|${monthWord}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\\d{4}-\\d{2}-\\d{2}|(?:19|20)\\d{2}|\\d{1,2}:\\d{2})\\b`,
  'i',
);

export function namesATime(text: string): boolean {
  return timeWords.test(text);
}

/** Somebody who asks seldom holds the answer. */
export function isQuestion(text: string): boolean {
  return /\?\s*(?:$|[)"”'’\p{Extended_Pictographic}])/u.test(text.trimEnd());
}
