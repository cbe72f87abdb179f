/** Judges what a model or a summary wants remembered: repeats, chatter, secrets and orders to her are not kept. */
import type { Rejection } from '../core/facts.ts';
import { withoutSecrets } from '../kit/secrets.ts';
import { isChatter } from './chatter.ts';
import { isOrder } from './orders.ts';
import { queryWords } from './words.ts';

const passphrase = /\b(?:password|passphrase)\s+["'`]?(?=\S*\d)[^\s/:]{8,}/i;
const fewestWords = 3;
/** Fewer words than this say something only about who does what. */
const usualWords = 4;
const duty = /\b(?:own|lead|manage|run|prefer|use|maintain|review|host)s?\b/i;
/** Shares of words: of two facts in common, and of a fact in what it is said to come from. */
const alike = 0.75;
const supported = 0.4;

const removed = /\[(?:secret removed|redacted)\]/;
/** What stands where a secret would, in a sentence about one. */
const named =
  /\b(?:password|passphrase|secret|token|credential|key|(?:wi-?fi|wlan|door|alarm|access|pin|pass) ?code|pin)s?\b.{0,40}\b(?:is|are|=|:)\s+["'`]?(?=\S*\d)(?=\S*[a-z])[^\s/:]{12,}/i;
/** Null when it may be kept. `known`: what is remembered for the same audience; `said`: the words it is said to come from. */
export function rejectionOf(text: string, { known, said }: { known: string[]; said?: string }): Rejection | null {
  if (removed.test(text) || named.test(text) || passphrase.test(text) || withoutSecrets(text) !== text) return 'secret';
  const plain = text
    .normalize('NFKC')
    .replace(/[\p{Cf}\u00ad]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (isOrder(plain)) return 'instruction';
  const words = queryWords(plain);
  if (words.length < (duty.test(plain) ? fewestWords : usualWords) || isChatter(plain)) return 'chatter';
  if (said !== undefined && shareOf(words, new Set(queryWordsOfAll(said))) < supported) return 'unsupported';
  return known.some((other) => sameFact(plain, other)) ? 'duplicate' : null;
}

/** The same in other words, or less of it; with another number or name it is another fact. */
function sameFact(one: string, known: string): boolean {
  const [words, others] = [new Set(queryWords(one)), new Set(queryWords(known))];
  const common = [...words].filter((word) => others.has(word)).length;
  const close = common / (words.size + others.size - common) >= alike || common === words.size;
  return close && figuresOf(one) === figuresOf(known) && negated(one) === negated(known);
}

function figuresOf(text: string): string {
  return [...new Set(text.match(/\d+(?:[.:]\d+)*/g) ?? [])].sort().join(' ');
}

function negated(text: string): boolean {
  return /\b(?:not|no longer|never|n't|cannot|without)\b|n't\b/i.test(text);
}

function shareOf(words: string[], known: ReadonlySet<string>): number {
  return words.filter((word) => known.has(word)).length / Math.max(1, words.length);
}

function queryWordsOfAll(text: string): string[] {
  return text.split('\n').flatMap((line) => queryWords(line));
}
