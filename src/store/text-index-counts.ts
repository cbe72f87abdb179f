/** In how many rows a word of the full-text index stands, kept for a while: counting a common one costs as much as a search. */

const mostKept = 20_000;
const keepMs = 60_000;

/** `count`: counts these words, in their order. `fewestKept`: a rarer one is quickly counted again, and may soon be less rare. */
export function keepCounts(
  count: (words: string[]) => Promise<number[]>,
  fewestKept = 500,
): (words: string[]) => Promise<number[]> {
  const counts = new Map<string, { rows: number; until: number }>();
  const known = (word: string): number | null => {
    const kept = counts.get(word);
    return kept && kept.until > performance.now() ? kept.rows : null;
  };

  return async (words) => {
    const open = words.filter((word) => known(word) === null);
    const counted = open.length > 0 ? await count(open) : [];
    const fresh = new Map(open.map((word, index) => [word, counted[index] ?? 0]));
    const all = words.map((word) => fresh.get(word) ?? known(word) ?? 0);
    if (counts.size + fresh.size > mostKept) counts.clear();
    for (const [word, rows] of fresh)
      if (rows >= fewestKept) counts.set(word, { rows, until: performance.now() + keepMs });
    return all;
  };
}
