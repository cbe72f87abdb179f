/** Counts letters, to prove that no text was lost between what came in and what goes out. */

/** What a reader cannot see is no letter here: it is spelled out by its number. */
const noLetters = /(?:\P{L}|\p{Default_Ignorable_Code_Point})+/gu;

export type Letters = Map<string, number>;

export function lettersOf(text: string): Letters {
  const counts: Letters = new Map();
  for (const letter of spelled(text).toLowerCase().replace(noLetters, ''))
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return counts;
}

/** A letter shown by its number is shown. */
function spelled(text: string): string {
  return text.replace(/⟨U\+([0-9A-F]{4,6})⟩/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

/** Whether every letter of `whole`, as often as it stands there, is among `parts`. */
export function holds(parts: string, whole: string): boolean {
  const left = lettersOf(parts);
  for (const [one, count] of lettersOf(whole)) if ((left.get(one) ?? 0) < count) return false;
  return true;
}

/** The words that parts of a message show. */
export function shownIn(value: unknown): string {
  const found: string[] = [];
  collect(value, found);
  return found.join(' ');
}

function collect(value: unknown, found: string[]): void {
  if (value === null || typeof value !== 'object') return;
  for (const [key, item] of Object.entries(value))
    if (typeof item !== 'string') collect(item, found);
    else if (key === 'text') found.push(item);
}
