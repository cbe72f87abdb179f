/** How much one person may say to her in one place before it cannot be a person: two bots must never talk each other into the ground. */

export type PairBudget = {
  /** `just over`: the first that is too much, to be said once. */
  spend(pair: string): 'within' | 'just over' | 'over';
};

const windowMs = 60_000;
const most = 12;
const mostPairs = 5000;

export function createPairBudget(now: () => Date): PairBudget {
  const pairs = new Map<string, { times: number[]; told: boolean }>();
  return {
    spend(pair) {
      const at = now().getTime();
      const known = pairs.get(pair) ?? { times: [], told: false };
      known.times = known.times.filter((time) => at - time < windowMs);
      if (known.times.length === 0) known.told = false;
      known.times.push(at);
      // The newest are enough to know that there were too many.
      known.times = known.times.slice(-most - 1);
      pairs.delete(pair);
      pairs.set(pair, known);
      const oldest = pairs.keys().next().value;
      if (pairs.size > mostPairs && oldest !== undefined) pairs.delete(oldest);
      if (known.times.length <= most) return 'within';
      const first = !known.told;
      known.told = true;
      return first ? 'just over' : 'over';
    },
  };
}
