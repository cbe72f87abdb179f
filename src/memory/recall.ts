/** Finds what is remembered: the index proposes, the record and the access tokens decide, the talk around it orders. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { MemoryKind, Recollection } from '../core/memory.ts';
import type { MemoryRows, Standing, StoredMemory } from '../core/memory-rows.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import { codeWeights, rescore, type Scorable, weights } from './rescore.ts';
import { queryWords } from './words.ts';

/** Rows the index proposes, those of them whose surroundings are looked at, and how far these reach. */
const mostCandidates = 200;
const mostNarrow = 1_000;
/** Of code: a word's rarity is told by what was found, and code says the same words everywhere. */
const mostCandidatesOfCode = 400;
const mostLooked = 40;
const mostAround = 1_500;
const reach = 3;
/** Of the closest meaning, against the best by words. */
const meaningWeight = 0.5;
const halfLifeMs = 90 * 24 * 3_600_000;

/** With its words, for whoever says why it was found. */
export type Found = Recollection & { words: string };

export type Search = {
  query: string;
  acls: string[];
  /** What else the access asks of a row. */
  may(row: StoredMemory): boolean;
  /** Most rows are not for them: more are proposed. */
  narrow: boolean;
  kinds?: readonly MemoryKind[];
  now: Date;
  /** Of the query, by the model whose vectors the record keeps. */
  meaning?: { model: string; vector: number[] };
};

/**
 * Every row that may be meant, with its score, best first. A database in this process never lets go of the thread, so between
 * the parts others have their turn: somebody's click must not wait for the whole of it.
 */
export async function search(rows: MemoryRows, index: RecallIndex, asked: Search): Promise<Found[]> {
  const { query, acls, kinds, now, meaning } = asked;
  const words = queryWords(query);
  if (words.length === 0 || acls.length === 0) return [];
  const ofCode = kinds?.every((kind) => kind === 'code' || kind === 'document') ?? false;
  const ids = await index.find({
    words,
    acls,
    limit: asked.narrow ? mostNarrow : ofCode ? mostCandidatesOfCode : mostCandidates,
    ...(kinds ? { kinds } : {}),
    ...(meaning ? { vector: meaning.vector } : {}),
  });
  await othersTurn();
  const may = (row: StoredMemory) => asked.may(row) && (!kinds || kinds.includes(row.kind));
  const at = now.toISOString();
  // The index is not the judge of access: every row is looked at once more, as the record has it now.
  const found = inOrder(ids, (await rows.get(ids, acls, at)).filter(may));
  await othersTurn();
  const talks = talksOf(await rows.around(namesOf(found.slice(0, mostLooked)), acls, mostAround));
  await othersTurn();
  const near = nearby(found.slice(0, mostLooked), talks);
  const more = (await rows.get(near, acls, at)).filter(may);
  await othersTurn();
  const all = [...found, ...more].map((row, index) => ({ ...row, talks: placesOf(row, talks, index) }));
  const sizes = new Map([...talks].map(([name, talk]) => [name, talk.ids.length]));
  const scores = rescore(
    all.map((row) => ({ ...row, words: row.words.split(' ') })),
    { text: query, now, sizes },
    ofCode ? codeWeights : weights,
  );
  const close = meaning ? await closeness(rows, all, meaning) : null;
  const highest = Math.max(...scores, Number.MIN_VALUE);
  return all
    .map(({ words: own, talks: _talks, keepAs: _keepAs, ...row }, index) => {
      const byWords = scores[index] ?? 0;
      const score = close ? byWords / highest + meaningWeight * (close[index] ?? 0) : byWords;
      return { ...row, words: own, score: aged(score, row.at, now) };
    })
    .filter((row) => row.score > 0)
    .sort(bestFirst);
}

/** From 0 for the farthest to 1 for the closest of these rows; a row without a vector is in the middle. */
async function closeness(rows: MemoryRows, all: { id: string }[], meaning: { model: string; vector: number[] }) {
  const vectors = await rows.vectors(
    meaning.model,
    all.map((row) => row.id),
  );
  const found = all.map((row) => {
    const vector = vectors.get(row.id);
    return vector ? cosine(vector, meaning.vector) : null;
  });
  const known = found.filter((one) => one !== null);
  const [least, most] = [Math.min(...known, 1), Math.max(...known, -1)];
  return found.map((one) => (one === null || most <= least ? 0.5 : (one - least) / (most - least)));
}

function cosine(one: number[], other: number[]): number {
  let [dot, length, otherLength] = [0, 0, 0];
  for (let index = 0; index < one.length; index++) {
    const [a, b] = [one[index] ?? 0, other[index] ?? 0];
    dot += a * b;
    length += a * a;
    otherLength += b * b;
  }
  return dot / (Math.sqrt(length * otherLength) || 1);
}

function inOrder(ids: string[], rows: StoredMemory[]): StoredMemory[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function namesOf(rows: Pick<Standing, 'thread' | 'talk'>[]): string[] {
  return [...new Set(rows.flatMap(({ thread, talk }) => [thread, talk].filter((name) => name !== null)))];
}

/** What was said in a talk, in order. */
type Talk = { ids: string[]; places: Map<string, number> };

function talksOf(standing: Standing[]): Map<string, Talk> {
  const talks = new Map<string, Standing[]>();
  for (const row of standing)
    for (const name of namesOf([row])) {
      const members = talks.get(name);
      if (members) members.push(row);
      else talks.set(name, [row]);
    }
  return new Map(
    [...talks].map(([name, members]) => {
      const ids = members.sort(earlierFirst).map((row) => row.id);
      return [name, { ids, places: new Map(ids.map((id, place) => [id, place])) }];
    }),
  );
}

function earlierFirst(one: Standing, other: Standing): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

/** Ids that stand next to what was found and were not found themselves: an answer need not repeat the question's words. */
function nearby(found: StoredMemory[], talks: Map<string, Talk>): string[] {
  const known = new Set(found.map((row) => row.id));
  const near = new Set<string>();
  for (const row of found)
    for (const name of namesOf([row])) {
      const talk = talks.get(name);
      const place = talk?.places.get(row.id);
      if (!talk || place === undefined) continue;
      for (const id of talk.ids.slice(Math.max(0, place - reach), place + reach + 1)) if (!known.has(id)) near.add(id);
    }
  return [...near];
}

/** A talk that was not looked at still counts as one; its rows just have no neighbours. */
function placesOf(row: StoredMemory, talks: Map<string, Talk>, index: number): Scorable['talks'] {
  return namesOf([row]).map((talk) => ({
    talk,
    place: talks.get(talk)?.places.get(row.id) ?? -10 * (index + 1),
    burst: talk === row.talk,
  }));
}

/** Of two rows that fit alike, the younger counts for a little more. */
function aged(score: number, at: string, now: Date): number {
  const age = Math.max(0, now.getTime() - Date.parse(at));
  return score * (0.9 + 0.1 * 0.5 ** (age / halfLifeMs));
}

function bestFirst(one: Recollection, other: Recollection): number {
  if (one.score !== other.score) return other.score - one.score;
  return one.id < other.id ? -1 : 1;
}
