/** How much one person may say to her in one place before it cannot be a person: two bots must never talk each other into the ground. */

/** `just over`: the first that is too much, to be said once. */
type Verdict = 'within' | 'just over' | 'over';

export type PairBudget = {
  /** `message`: its id; what Slack delivers again is no further message. */
  spend(pair: string, message: string): Verdict;
};

const windowMs = 60_000;
const most = 12;
const mostPairs = 5000;

export function createPairBudget(now: () => Date): PairBudget {
  type Said = { message: string; at: number; within: boolean };
  const pairs = new Map<string, Said[]>();
  return {
    spend(pair, message) {
      const at = now().getTime();
      const said = (pairs.get(pair) ?? []).filter((one) => at - one.at < windowMs);
      const again = said.find((one) => one.message === message);
      if (again) return again.within ? 'within' : 'over';
      const within = said.length < most;
      const first = said.every((one) => one.within);
      // The newest are enough to know that there were too many.
      pairs.delete(pair);
      pairs.set(pair, [...said, { message, at, within }].slice(-most - 1));
      const oldest = pairs.keys().next().value;
      if (pairs.size > mostPairs && oldest !== undefined) pairs.delete(oldest);
      return within ? 'within' : first ? 'just over' : 'over';
    },
  };
}
