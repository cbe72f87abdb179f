/** Words as a sparse vector: the index multiplies in how rare each is, so only how often and how long stands here. */

const saturation = 1.2;
const lengthWeight = 0.3;
/** Of a usual message; a fixed one, so that a row's vector does not change when others come. */
const usualLength = 25;

export type Sparse = { indices: number[]; values: number[] };

export function sparseOf(words: readonly string[]): Sparse {
  const counts = new Map<number, number>();
  for (const word of words) {
    const place = hash(word);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const room = saturation * (1 - lengthWeight + (lengthWeight * words.length) / usualLength);
  return {
    indices: [...counts.keys()],
    values: [...counts.values()].map((count) => (count * (saturation + 1)) / (count + room)),
  };
}

export function sparseQuery(words: readonly string[]): Sparse {
  const indices = [...new Set(words.map(hash))];
  return { indices, values: indices.map(() => 1) };
}

/** FNV-1a over UTF-16 units: of four thousand million places, two words of a house seldom share one. */
function hash(word: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < word.length; index++) {
    value ^= word.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}
