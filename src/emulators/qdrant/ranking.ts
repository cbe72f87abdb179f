/** Ranks points by a dense or a sparse vector, and fuses ranked lists, as Qdrant documents it. */
import type { Point } from './collection.ts';

export type Sparse = { indices: number[]; values: number[] };
export type Vector = number[] | Sparse;
export type Way = { query: Vector; using: string };

/** Ids, best first; a point without anything in common with a sparse query is not found by it. */
export function byWay(candidates: Point[], corpus: Point[], { query, using }: Way): string[] {
  const score = Array.isArray(query) ? cosine(query) : sparse(query, corpus, using);
  return candidates
    .map((point) => ({ id: point.id, score: score(point.vector[using]) }))
    .filter((one): one is { id: string; score: number } => one.score !== null)
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
    .map((one) => one.id);
}

function cosine(query: number[]): (vector: Vector | undefined) => number | null {
  const length = (numbers: number[]) => Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0)) || 1;
  return (vector) => {
    if (!Array.isArray(vector)) return null;
    const dot = vector.reduce((sum, number, index) => sum + number * (query[index] ?? 0), 0);
    return dot / (length(vector) * length(query));
  };
}

/** The `idf` modifier: the server multiplies in how rare each place is among the corpus. */
function sparse(query: Sparse, corpus: Point[], using: string): (vector: Vector | undefined) => number | null {
  const held = new Map<number, number>();
  for (const { vector } of corpus) {
    const own = vector[using];
    if (own && !Array.isArray(own)) for (const place of own.indices) held.set(place, (held.get(place) ?? 0) + 1);
  }
  const rarity = (place: number) => {
    const holding = held.get(place) ?? 0;
    return Math.log(1 + (corpus.length - holding + 0.5) / (holding + 0.5));
  };
  const wanted = new Map(query.indices.map((place, index) => [place, (query.values[index] ?? 0) * rarity(place)]));
  return (vector) => {
    if (!vector || Array.isArray(vector)) return null;
    let score = 0;
    let met = false;
    for (const [index, place] of vector.indices.entries()) {
      const weight = wanted.get(place);
      if (weight === undefined) continue;
      met = true;
      score += weight * (vector.values[index] ?? 0);
    }
    return met ? score : null;
  };
}

/** Reciprocal rank fusion: the first of a list gives 1/k. */
export function fuse(lists: string[][], k: number): { id: string; score: number }[] {
  const scores = new Map<string, number>();
  for (const list of lists)
    for (const [rank, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (k + rank));
  return [...scores].map(([id, score]) => ({ id, score })).sort((one, other) => other.score - one.score);
}
