/** BM25 of texts against a query, its statistics taken from these texts alone: other audiences' rows must not show in a score. */

/** `saturation`: how much a word still counts that was found before; `lengths`: of the texts, when only a part of each is at hand. */
export type Weighing = { lengthWeight: number; saturation?: number; lengths?: readonly number[] };

const usualSaturation = 1.2;

/** One score for each text, in their order. */
export function bm25(
  texts: readonly (readonly string[])[],
  query: readonly string[],
  { lengthWeight, saturation = usualSaturation, lengths = texts.map((words) => words.length) }: Weighing = {
    lengthWeight: 0.3,
  },
): number[] {
  const places = new Map(query.map((word, index) => [word, index]));
  const counts = texts.map((words) => countOf(words, places));
  const rarity = query.map((_word, index) => {
    const holding = counts.filter((count) => (count[index] ?? 0) > 0).length;
    return Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5));
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
  return counts.map((count, text) => {
    const room = saturation * (1 - lengthWeight + (lengthWeight * (lengths[text] ?? 0)) / Math.max(1, average));
    return count.reduce(
      (sum, times, index) => sum + ((rarity[index] ?? 0) * times * (saturation + 1)) / (times + room),
      0,
    );
  });
}

function countOf(words: readonly string[], places: ReadonlyMap<string, number>): number[] {
  const count = new Array<number>(places.size).fill(0);
  for (const word of words) {
    const place = places.get(word);
    if (place !== undefined) count[place] = (count[place] ?? 0) + 1;
  }
  return count;
}

/** Neighbouring words of a query, as they stand in a text: said side by side they count once more. */
export function pairsIn(words: readonly string[], among: ReadonlySet<string>): string[] {
  const pairs: string[] = [];
  for (let index = 1; index < words.length; index++) {
    if (!among.has(words[index] ?? '') || !among.has(words[index - 1] ?? '')) continue;
    pairs.push(`${words[index - 1]} ${words[index]}`);
  }
  return pairs;
}
