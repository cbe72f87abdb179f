/** Orders found rows anew by what an index cannot know: the talk around a row, who said it, when, and what was asked. */
import { bm25, pairsIn } from './bm25.ts';
import { type Clues, cluesOf, isQuestion, namesATime } from './clues.ts';
import { queryWords } from './words.ts';

export type Scorable = {
  id: string;
  /** Threads and bursts of talk the row stands in, and where in them: a reply in its thread, a root also in its channel's burst. */
  talks: readonly { talk: string; place: number }[];
  at: string;
  /** Display name, when it is known. */
  speaker: string | null;
  text: string;
  /** As `wordsOf` gave them. */
  words: readonly string[];
};

export type Weights = {
  /** What the rows before give to a row, nearest first: an answer follows its question. */
  before: number[];
  after: number[];
  talk: number;
  pairs: number;
  speaker: number;
  span: number;
  when: number;
  question: number;
};

export const weights: Weights = {
  before: [0.35, 0.2, 0.1],
  after: [0.2, 0.1, 0.05],
  talk: 0.8,
  pairs: 0.3,
  speaker: 1.3,
  span: 1.3,
  when: 1.15,
  question: 0.7,
};

export type Question = {
  text: string;
  now: Date /** How many rows each talk has in all. */;
  sizes: ReadonlyMap<string, number>;
};

/** A score for every row, in their order. `rows` are what was found together with the rows around it. */
export function rescore(rows: readonly Scorable[], question: Question, given: Weights = weights): number[] {
  const words = queryWords(question.text);
  const own = ownScores(rows, words, given.pairs);
  const clues = cluesOf(question.text, question.now);
  const best = [...own];
  const talks = talksOf(rows);
  const priors = talkPriors(rows, talks, words, question.sizes);
  for (const [talk, members] of talks)
    for (const [place, index] of members) {
      const at = (step: number) => own[members.get(place + step) ?? -1] ?? 0;
      const before = given.before.reduce((sum, share, step) => sum + share * at(-step - 1), 0);
      const after = given.after.reduce((sum, share, step) => sum + share * at(step + 1), 0);
      const score = (own[index] ?? 0) + before + after + given.talk * (priors.get(talk) ?? 0);
      best[index] = Math.max(best[index] ?? 0, score);
    }
  return rows.map((row, index) => (best[index] ?? 0) * factor(row, clues, given));
}

function ownScores(rows: readonly Scorable[], words: string[], pairShare: number): number[] {
  const single = bm25(
    rows.map((row) => row.words),
    words,
  );
  const among = new Set(words);
  const queryPairs = pairsIn(words, among);
  if (queryPairs.length === 0) return single;
  const paired = bm25(
    rows.map((row) => pairsIn(row.words, among)),
    queryPairs,
    { lengthWeight: 0.3, lengths: rows.map((row) => row.words.length) },
  );
  return single.map((score, index) => score + pairShare * (paired[index] ?? 0));
}

/** Row numbers of each talk by their place in it. */
function talksOf(rows: readonly Scorable[]): Map<string, Map<number, number>> {
  const talks = new Map<string, Map<number, number>>();
  for (const [index, row] of rows.entries())
    for (const { talk, place } of row.talks) {
      const members = talks.get(talk) ?? new Map<number, number>();
      talks.set(talk, members.set(place, index));
    }
  return talks;
}

/** A talk that is about it as a whole lifts each of its rows. */
function talkPriors(
  rows: readonly Scorable[],
  talks: Map<string, Map<number, number>>,
  words: string[],
  sizes: ReadonlyMap<string, number>,
): Map<string, number> {
  const texts = [...talks.values()].map((members) =>
    [...members.values()].flatMap((index) => rows[index]?.words ?? []),
  );
  const usual = rows.reduce((sum, row) => sum + row.words.length, 0) / Math.max(1, rows.length);
  const lengths = [...talks.keys()].map((talk, index) =>
    Math.max(texts[index]?.length ?? 0, (sizes.get(talk) ?? 0) * usual),
  );
  const scores = bm25(texts, words, { lengthWeight: 0.75, lengths });
  return new Map([...talks.keys()].map((talk, index) => [talk, scores[index] ?? 0]));
}

function factor(row: Scorable, clues: Clues, given: Weights): number {
  let factor = 1;
  const speaker = row.speaker?.toLowerCase().split(/[^\p{L}\p{N}-]+/u) ?? [];
  if (speaker.some((name) => name.length > 2 && clues.names.has(name))) factor *= given.speaker;
  if (clues.spans.some(({ from, to }) => row.at >= from && row.at < to)) factor *= given.span;
  if (clues.asksWhen && namesATime(row.text)) factor *= given.when;
  if (isQuestion(row.text)) factor *= given.question;
  return factor;
}
