/** Without a model: the most telling sentences of a quiet talk, in its own words. */
import type { Extractor, QuietTalk } from '../core/facts.ts';
import { queryWords } from './words.ts';

const mostSentences = 3;
const fewestWords = 4;
const longest = 280;
/** A second sentence about the same is worth less. */
const repetition = 0.7;
/** What was decided, found out or named says more than what was asked. */
const telling =
  /\b(?:because|since|so that|caused?|root cause|turns out|decided|decision|agreed|fixed|resolved|solution|workaround|use|instead|must|never|always|only|runs? on|listens? on|lives in|is owned by|owner|deadline|until|version|port|default)\b|\d|[a-z]+[-_][a-z]+/gi;

export const summaries: Extractor = {
  name: 'extractive summaries',
  kind: 'summary',
  atMost: () => 0,
  draw: async (talk) => ({ state: 'drawn', usd: 0, drafts: chosen(talk).map((text) => ({ text })) }),
};

type Sentence = { text: string; words: string[]; place: number; worth: number };

function chosen({ rows }: QuietTalk): string[] {
  const sentences = answered(rows.flatMap((row) => sentencesOf(row.text))).map(read);
  const spread = new Map<string, number>();
  for (const { words } of sentences) for (const word of words) spread.set(word, (spread.get(word) ?? 0) + 1);
  for (const one of sentences) one.worth = worthOf(one, spread, sentences.length);
  const open = sentences.filter((one) => one.words.length >= fewestWords && one.worth > 0);
  const taken: Sentence[] = [];
  while (taken.length < mostSentences && open.length > 0) {
    const said = new Set(taken.flatMap((one) => one.words));
    const fresh = (one: Sentence) => one.words.filter((word) => !said.has(word)).length / one.words.length;
    open.sort((one, other) => worthAfter(other, fresh(other)) - worthAfter(one, fresh(one)) || one.place - other.place);
    const best = open.shift();
    if (!best || (taken.length > 0 && fresh(best) < 0.3)) break;
    taken.push(best);
  }
  return taken.sort((one, other) => one.place - other.place).map((one) => one.text);
}

/** “five on weekdays” says something beside the question that it answers alone. */
function answered(sentences: string[]): string[] {
  return sentences.flatMap((sentence, place) => {
    const next = sentences[place + 1];
    const before = sentences[place - 1];
    if (before !== undefined && isQuestion(before) && isShort(sentence)) return [];
    return next !== undefined && isQuestion(sentence) && isShort(next) ? [`${sentence} ${next}`] : [sentence];
  });
}

function isQuestion(text: string): boolean {
  return /\?\s*$/.test(text);
}

function isShort(text: string): boolean {
  return !isQuestion(text) && queryWords(text).length < fewestWords;
}

function worthAfter({ worth }: Sentence, fresh: number): number {
  return worth * (1 - repetition * (1 - fresh));
}

function read(text: string, place: number): Sentence {
  return { text, words: queryWords(text), place, worth: 0 };
}

/** Words that the talk keeps coming back to carry it; a question gives the subject, its answer the substance. */
function worthOf({ text, words }: Sentence, spread: ReadonlyMap<string, number>, all: number): number {
  if (words.length === 0) return 0;
  const central = words.reduce((sum, word) => sum + Math.log1p((spread.get(word) ?? 0) - 1), 0) / Math.log1p(all);
  const substance = Math.min(3, text.match(telling)?.length ?? 0);
  const length = Math.min(1, words.length / 8);
  return (1 + central / Math.sqrt(words.length) + substance * 0.6) * length * (isQuestion(text) ? 0.3 : 1);
}

function sentencesOf(text: string): string[] {
  return text
    .replace(/```[\s\S]*?```/g, ' ')
    .split(/(?<=[.!?])\s+(?=[\p{Lu}\d“"'`])|\n+/u)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '' && sentence.length <= longest);
}
