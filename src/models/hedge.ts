/** Asks a second model when the first is slow to begin: whichever speaks or answers first is heard, and the other is called off. */

export type Lane<Result> = (index: 0 | 1, signal: AbortSignal, hear: (words: string) => void) => Promise<Result>;

export type Hedged<Result> = {
  result: Result;
  index: 0 | 1;
  /** The second was asked. */
  both: boolean;
  /** How the other one failed, if it ended first. */
  other?: Result;
};

/** `won`: this result ends the race. Nothing a loser wrote is heard or returned. */
export async function hedge<Result>(
  lane: Lane<Result>,
  won: (result: Result) => boolean,
  options: { afterMs: number; hear: (words: string) => void; signal: AbortSignal; mayBegin: () => boolean },
): Promise<Hedged<Result>> {
  const stops = [new AbortController(), new AbortController()] as const;
  let winner: 0 | 1 | null = null;
  let begun = () => {};
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const claim = (index: 0 | 1) => {
    if (winner !== null) return;
    winner = index;
    stops[index === 0 ? 1 : 0].abort();
    begun();
  };
  const run = async (index: 0 | 1) => {
    const result = await lane(index, AbortSignal.any([stops[index].signal, options.signal]), (words) => {
      claim(index);
      if (winner === index) options.hear(words);
    });
    if (won(result)) claim(index);
    if (index === 0) begun();
    return { result, index };
  };

  const one = run(0);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), options.afterMs);
  });
  const what = await Promise.race([first, late]);
  clearTimeout(timer);
  if (what !== 'late' || !options.mayBegin()) return { ...(await one), both: false };
  const two = run(1);
  const ended = await Promise.race([one, two]);
  if (winner === ended.index) return { ...ended, both: true };
  // With a winner, this one was only called off; without, it failed by itself.
  const failed = winner === null;
  const rest = await (ended.index === 0 ? two : one);
  return { ...rest, both: true, ...(failed ? { other: ended.result } : {}) };
}
