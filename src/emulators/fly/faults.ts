/** Trouble on demand: no capacity, slowness, answers lost after the work was done, too many requests. */

export type FaultMatch = {
  /** Upper case. */
  method?: string;
  /** Part of the path, or a pattern. */
  path?: string | RegExp;
  /** How many requests it befalls; 1 when left out. */
  times?: number;
};
export type Fault =
  | { kind: 'drop' }
  | { kind: 'slow'; milliseconds: number }
  | { kind: 'refuse'; status: number; body: unknown; headers: Record<string, string> };

type Planned = { fault: Fault; match: FaultMatch; left: number };

export function createFaults() {
  const planned: Planned[] = [];
  const full = new Map<string, number>();

  function plan(fault: Fault, match: FaultMatch): void {
    planned.push({ fault, match, left: match.times ?? 1 });
  }

  return {
    /** Creating a machine in `region` (or `*`) fails for want of room. */
    capacity: (region: string, times = 1) => void full.set(region, times),
    /** The request is answered only after this time. */
    slow: (milliseconds: number, match: FaultMatch = {}) => plan({ kind: 'slow', milliseconds }, match),
    /** The request is done, and then the connection closes without an answer. */
    dropAnswer: (match: FaultMatch = {}) => plan({ kind: 'drop' }, match),
    rateLimit: (match: FaultMatch & { retryAfterSeconds?: number } = {}) =>
      plan(
        {
          kind: 'refuse',
          status: 429,
          body: { error: 'rate limit exceeded' },
          headers: match.retryAfterSeconds === undefined ? {} : { 'retry-after': String(match.retryAfterSeconds) },
        },
        match,
      ),
    refuse: (status: number, error: string, match: FaultMatch = {}) =>
      plan({ kind: 'refuse', status, body: { error }, headers: {} }, match),
    clear(): void {
      planned.length = 0;
      full.clear();
    },
    /** The fault that befalls this request, used up. Leases are spared unless named: they are not what people watch. */
    take(method: string, path: string): Fault | undefined {
      const found = planned.find(({ match, left }) => left > 0 && matches(match, method, path));
      if (found) found.left--;
      return found?.fault;
    },
    noRoom(region: string): boolean {
      for (const name of [region, '*']) {
        const left = full.get(name) ?? 0;
        if (left <= 0) continue;
        full.set(name, left - 1);
        return true;
      }
      return false;
    },
  };
}

export type Faults = ReturnType<typeof createFaults>;

function matches({ method, path }: FaultMatch, asked: string, at: string): boolean {
  if (method ? method !== asked : asked === 'GET' && path === undefined) return false;
  if (path === undefined) return !at.endsWith('/lease');
  return typeof path === 'string' ? at.includes(path) : path.test(at);
}
