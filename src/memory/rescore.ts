/** Orders found rows anew by what an index cannot know: the talk around a row, who said it, when, and what was asked. */
import { bm25, pairsIn } from './bm25.ts';
import { type Clues, cluesOf, isQuestion, namesATime } from './clues.ts';
import { queryWords } from './words.ts';

export type Scorable = {
  id: string;
  /** Threads and bursts of talk the row stands in, and where in them: a reply in its thread, a root also in its channel's burst. */
  talks: readonly { talk: string; place: number; burst?: boolean }[];
  at: string;
  /** Display name, when it is known. */
  speaker: string | null;
  text: string;
  /** As `wordsOf` gave them. */
  words: readonly string[];
};

export type Weights = {
  lengthWeight: number;
  /** How much a word still counts that the row said before. */
  saturation: number;
  /** What the rows before give to a row, nearest first: an answer follows its question. */
  before: number[];
  after: number[];
  talk: number;
  pairs: number;
  speaker: number;
  span: number;
  when: number;
  question: number;
  /** Of a short thread's best row, what every row of it is worth: its answer may share no word with the question. */
  thread: number;
  /** What a burst of talk in a channel counts, against a thread: people talk past one another there. */
  burst: number;
  /** A row of hardly a word. */
  bare: number;
};

export const weights: Weights = {
  lengthWeight: 0.3,
  saturation: 1.2,
  before: [0.35, 0.2, 0.1],
  after: [0.2, 0.1, 0.05],
  talk: 0.8,
  pairs: 0.3,
  speaker: 1.3,
  span: 1.3,
  when: 1.15,
  question: 0.7,
  thread: 0.6,
  burst: 0.4,
  bare: 0.8,
};

/** Pieces of a file stand side by side without answering one another, are long or short for no reason of sense, and repeat what they are about. */
export const codeWeights: Weights = {
  ...weights,
  lengthWeight: 0.9,
  saturation: 6,
  before: [],
  after: [],
  talk: 0.3,
  thread: 0,
  question: 1,
  bare: 1,
};

const usualThread = 6;
const longestThread = 16;

export type Question = {
  text: string;
  now: Date /** How many rows each talk has in all. */;
  sizes: ReadonlyMap<string, number>;
};

/** A score for every row, in their order. `rows` are what was found together with the rows around it. */
export function rescore(rows: readonly Scorable[], question: Question, given: Weights = weights): number[] {
  const words = queryWords(question.text);
  const own = ownScores(rows, words, given);
  const clues = cluesOf(question.text, question.now);
  const best = [...own];
  const talks = talksOf(rows);
  const priors = talkPriors(rows, talks, words, question.sizes);
  for (const [talk, { members, burst }] of talks) {
    const share = burst ? given.burst : 1;
    for (const [place, index] of members) {
      const at = (step: number) => own[members.get(place + step) ?? -1] ?? 0;
      const before = given.before.reduce((sum, share, step) => sum + share * at(-step - 1), 0);
      const after = given.after.reduce((sum, share, step) => sum + share * at(step + 1), 0);
      const score = (own[index] ?? 0) + share * (before + after + given.talk * (priors.get(talk) ?? 0));
      best[index] = Math.max(best[index] ?? 0, score);
    }
  }
  const whole = wholeThreads(talks, best, question.sizes, given.thread);
  return rows.map((row, index) => Math.max(best[index] ?? 0, whole[index] ?? 0) * factor(row, clues, given));
}

/** Threads of chat are short and about one thing; the longer a talk, the less its rows answer for one another. */
function wholeThreads(
  talks: Talks,
  scores: readonly number[],
  sizes: ReadonlyMap<string, number>,
  share: number,
): number[] {
  const worth = new Array<number>(scores.length).fill(0);
  for (const [talk, { members, burst }] of talks) {
    if (burst) continue;
    const size = Math.max(members.size, sizes.get(talk) ?? 0);
    const highest = Math.max(...[...members.values()].map((index) => scores[index] ?? 0));
    const floor = highest * share * Math.min(1, Math.max(0, (longestThread - size) / (longestThread - usualThread)));
    for (const index of members.values()) worth[index] = Math.max(worth[index] ?? 0, floor);
  }
  return worth;
}

function ownScores(rows: readonly Scorable[], words: string[], given: Weights): number[] {
  const single = bm25(
    rows.map((row) => row.words),
    words,
    { lengthWeight: given.lengthWeight, saturation: given.saturation },
  );
  const among = new Set(words);
  const queryPairs = pairsIn(words, among);
  if (queryPairs.length === 0) return single;
  const paired = bm25(
    rows.map((row) => pairsIn(row.words, among)),
    queryPairs,
    { lengthWeight: given.lengthWeight, lengths: rows.map((row) => row.words.length) },
  );
  return single.map((score, index) => score + given.pairs * (paired[index] ?? 0));
}

/** `members`: row numbers by their place in the talk. */
type Talks = Map<string, { members: Map<number, number>; burst: boolean }>;

function talksOf(rows: readonly Scorable[]): Talks {
  const talks: Talks = new Map();
  for (const [index, row] of rows.entries())
    for (const { talk, place, burst = false } of row.talks) {
      const found = talks.get(talk) ?? { members: new Map<number, number>(), burst };
      found.members.set(place, index);
      talks.set(talk, found);
    }
  return talks;
}

/** A talk that is about it as a whole lifts each of its rows. */
function talkPriors(
  rows: readonly Scorable[],
  talks: Talks,
  words: string[],
  sizes: ReadonlyMap<string, number>,
): Map<string, number> {
  const texts = [...talks.values()].map(({ members }) =>
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
  if (row.words.length <= 3) factor *= given.bare;
  return factor;
}
