/** How much one person may say to her in one place before it cannot be a person: two bots must never talk each other into the ground. */

/** `just over`: the first that is too much, to be said once. */
type Verdict = 'within' | 'just over' | 'over';

export type PairBudget = {
  /** `ts`: Slack's name of the message, the second it was said in. What is delivered again, or late, counts when it was said. */
  spend(pair: string, ts: string): Verdict;
};

const windowSeconds = 60;
const most = 12;
const mostPairs = 5000;

export function createPairBudget(): PairBudget {
  type Said = { ts: string; within: boolean };
  const pairs = new Map<string, Said[]>();
  return {
    spend(pair, ts) {
      const near = (one: Said) => Math.abs(Number(ts) - Number(one.ts)) < windowSeconds;
      const said = (pairs.get(pair) ?? []).filter(near);
      const again = said.find((one) => one.ts === ts);
      if (again) return again.within ? 'within' : 'over';
      const within = said.length < most;
      const first = said.every((one) => one.within);
      // The newest are enough to know that there were too many.
      pairs.delete(pair);
      pairs.set(pair, [...said, { ts, within }].slice(-most - 1));
      const oldest = pairs.keys().next().value;
      if (pairs.size > mostPairs && oldest !== undefined) pairs.delete(oldest);
      return within ? 'within' : first ? 'just over' : 'over';
    },
  };
}
