/** Fills a token budget with whole rows, best first, and lets no single talk crowd out the others. */

type Packable = { text: string; score: number; thread: string | null; talk: string | null };

/** What each further row of a talk is still worth. */
const worthOfNext = 0.97;

/** An estimate that needs no model's own splitter: close for English, generous for code. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

export function pack<Row extends Packable>(rows: readonly Row[], maxTokens: number): Row[] {
  const taken = new Map<string, number>();
  const spread = [...rows]
    .sort((one, other) => other.score - one.score)
    .map((row) => {
      const talk = row.thread ?? row.talk;
      if (talk === null) return { row, worth: row.score };
      const before = taken.get(talk) ?? 0;
      taken.set(talk, before + 1);
      return { row, worth: row.score * worthOfNext ** before };
    })
    .sort((one, other) => other.worth - one.worth);
  let room = maxTokens;
  // One that does not fit makes room for a smaller one after it.
  return spread.flatMap(({ row }) => {
    const tokens = tokensOf(row.text);
    if (tokens > room) return [];
    room -= tokens;
    return [row];
  });
}
