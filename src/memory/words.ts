/** Splits text into the words it is searched by: identifiers taken apart, accents gone, endings cut. */
import { newStemmer } from 'snowball-stemmers';
import { oddForms, stopWords } from './stop-words.ts';

/** Grows with every change that makes stored words differ: rows with older ones are indexed anew. */
export const wordsVersion = '2';

const longest = 64;
const mostInText = 5_000;
const mostInQuery = 48;
const mostKept = 50_000;
const stemmer = newStemmer('english');
const stems = new Map<string, string>();

/** With repeats, in order: how often and side by side both count. */
export function wordsOf(text: string): string[] {
  const found: string[] = [];
  const plain = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '');
  for (const [run] of plain.matchAll(/[\p{L}\p{N}]+(?:_+[\p{L}\p{N}]+)*/gu)) {
    if (unspaced.test(run)) found.push(...pairs(run));
    else found.push(...partsOf(run));
    if (found.length > mostInText) break;
  }
  return found
    .map((word) => word.toLowerCase())
    .filter((word) => word.length <= longest && !stopWords.has(word))
    .map(stemOf)
    .slice(0, mostInText);
}

export function queryWords(query: string): string[] {
  return [...new Set(wordsOf(query))].slice(0, mostInQuery);
}

/** `parseHTTPRequest2` → parse, HTTP, Request, 2, and the whole, which finds the name itself. */
function partsOf(run: string): string[] {
  const parts = run
    .split(/_+/)
    .flatMap((word) => word.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[\p{Lo}\p{Lm}]+/gu) ?? [word]);
  return parts.length > 1 ? [...parts, parts.join('')] : parts;
}

/** Scripts written without spaces: two signs at a time. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u;

function pairs(run: string): string[] {
  const signs = [...run];
  return signs.length === 1 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}

function stemOf(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  if (stems.size > mostKept) stems.clear();
  const stem = /^[a-z]{3,}$/.test(word) ? stemmer.stem(oddForms.get(word) ?? word) : word;
  stems.set(word, stem);
  return stem;
}
