/** Matches typed words against an action's usage line: `deploy <service> [to <environment>] [ref <ref>]`. */

type Token =
  | { kind: 'word'; word: string }
  | { kind: 'value'; name: string; rest: boolean }
  | { kind: 'optional'; tokens: Token[] };

export type UsageMatch =
  | { state: 'matched'; values: Record<string, string> }
  /** `depth`: how many words fitted before it went wrong; 0 means it is about something else. */
  | { state: 'mismatch'; depth: number; problem: string; missing?: Missing };

/** The words end before this value; what was given before it. */
export type Missing = { name: string; values: Record<string, string> };

/** Whether a word could stand for a value: an optional one begins only with such a word. */
export type CouldBe = (name: string, word: string) => boolean;

export function matchUsage(usage: string, text: string, couldBe: CouldBe = () => true): UsageMatch {
  const typed = [...text.matchAll(/\S+/g)];
  const words = typed.map(([word]) => word);
  // What was written over several lines (a pasted file) keeps them.
  const rest = (at: number) => {
    const whole = text.slice(typed[at]?.index).trimEnd();
    return whole.includes('\n') ? whole : words.slice(at).join(' ');
  };
  const values: Record<string, string> = {};
  const end = walk(parseUsage(usage), words, 0, { values, rest, couldBe });
  if (typeof end !== 'number') return end;
  const extra = words[end];
  if (extra !== undefined) return { state: 'mismatch', depth: end, problem: `I did not expect “${extra}” there.` };
  return { state: 'matched', values };
}

/** The literal words a usage begins with: `github prs`. */
export function leadingWords(usage: string): string {
  const leading: string[] = [];
  for (const token of parseUsage(usage)) {
    if (token.kind !== 'word') break;
    leading.push(token.word);
  }
  return leading.join(' ');
}

/** The values a usage has places for. */
export function placesOf(usage: string): string[] {
  return [...usage.matchAll(/<([a-z_]+)(?:\.\.\.)?>/gi)].map(([, name = '']) => name);
}

function parseUsage(usage: string): Token[] {
  const pieces = usage.match(/\[|\]|<[a-z_]+(?:\.\.\.)?>|[^\s[\]<>]+/gi) ?? [];
  const stack: Token[][] = [[]];
  for (const piece of pieces) {
    const current = stack.at(-1) as Token[];
    if (piece === '[') stack.push([]);
    else if (piece === ']') {
      const tokens = stack.pop() as Token[];
      stack.at(-1)?.push({ kind: 'optional', tokens });
    } else if (piece.startsWith('<')) {
      const rest = piece.endsWith('...>');
      current.push({ kind: 'value', name: piece.slice(1, rest ? -4 : -1), rest });
    } else current.push({ kind: 'word', word: piece });
  }
  if (stack.length !== 1) throw new TypeError(`brackets do not match in usage: ${usage}`);
  return stack[0] as Token[];
}

type Walk = { values: Record<string, string>; rest: (at: number) => string; couldBe: CouldBe };

function walk(
  tokens: Token[],
  words: string[],
  start: number,
  { values, rest, couldBe }: Walk,
): number | (UsageMatch & { state: 'mismatch' }) {
  let at = start;
  for (const token of tokens) {
    const word = words[at];
    if (token.kind === 'optional') {
      const first = token.tokens[0];
      if (word === undefined) continue;
      if (first?.kind === 'word' ? !same(first.word, word) : first?.kind === 'value' && !couldBe(first.name, word))
        continue;
      const end = walk(token.tokens, words, at, { values, rest, couldBe });
      if (typeof end !== 'number') return end;
      at = end;
    } else if (token.kind === 'word') {
      if (word === undefined)
        return { state: 'mismatch', depth: at, problem: `“${token.word}” is missing at the end.` };
      if (!same(token.word, word))
        return { state: 'mismatch', depth: at, problem: `I expected “${token.word}” where you wrote “${word}”.` };
      at++;
    } else {
      if (word === undefined)
        return {
          state: 'mismatch',
          depth: at,
          problem: `<${token.name}> is missing.`,
          missing: { name: token.name, values: { ...values } },
        };
      values[token.name] = token.rest ? rest(at) : word;
      at = token.rest ? words.length : at + 1;
    }
  }
  return at;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
