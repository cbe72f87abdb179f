/** What the rehearsal model makes of what it is given from memory: the rows that say most of the question's words, quoted with their marks. */
import type { Conversation } from './conversation.ts';

const asks = /\?\s*$|^(?:what|which|who|where|when|why|how)\b/i;
const row = /^\{"mark":.*\}$/gm;
const mostQuoted = 2;
/** Shorter words say nothing of what a question is about. */
const leastLetters = 4;

/** Undefined when nothing fits. */
export function tellRemembered({ question, background }: Conversation): string | undefined {
  if (!asks.test(question)) return undefined;
  const wanted = wordsOf(question);
  const rows = [...background.matchAll(row)].flatMap(([line]) => read(line));
  const fitting = rows
    .map((one) => ({ ...one, shared: wordsOf(one.text).filter((word) => wanted.includes(word)).length }))
    .filter(({ text, shared }) => shared >= Math.min(2, wanted.length) && shared > 0 && !asks.test(text))
    .toSorted((one, other) => other.shared - one.shared)
    .slice(0, mostQuoted);
  if (fitting.length === 0) return undefined;
  return ['This I remember:', ...fitting.map(({ mark, from, text }) => `- ${from}: “${text}” [${mark}]`)].join('\n');
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
  return [...new Set(words.filter((word) => word.length >= leastLetters && !asks.test(word)))];
}

function read(line: string): { mark: string; from: string; text: string }[] {
  try {
    const { mark, from, text } = JSON.parse(line) as Record<string, unknown>;
    const plain = (words: unknown) =>
      String(words)
        .replace(/[\s<>[\]]+/g, ' ')
        .slice(0, 300);
    return typeof mark === 'string' ? [{ mark, from: plain(from), text: plain(text) }] : [];
  } catch {
    return [];
  }
}
