/** Ways in which GitHub fails its callers, one answer at a time. */

export type FaultKind =
  /** The hour's calls are used up: 403, nothing remaining, a reset time. */
  | 'rate limit'
  /** Too fast: 403 with Retry-After. */
  | 'secondary rate limit'
  /** The right answer, `seconds` late. */
  | 'slow'
  /** 503 before anything is done. */
  | 'unavailable'
  /** 502 after the work was done. */
  | 'bad gateway'
  /** The work is done, then the connection breaks before the answer. */
  | 'lost answer'
  /** The token was revoked meanwhile. */
  | 'bad credentials'
  /** The token lacks the permission. */
  | 'no permission';

export type FaultOptions = {
  /** How many answers fail; default 1. */
  times?: number;
  /** Only calls whose `METHOD /path` matches. */
  on?: RegExp;
  /** Seconds named by the rate limits, or slept through. */
  seconds?: number;
};

export type Fault = { kind: FaultKind; left: number; on: RegExp | undefined; seconds: number };

/** Kinds that let the work be done first. */
export const afterwards = new Set<FaultKind>(['slow', 'bad gateway', 'lost answer']);

export function faultBook() {
  let faults: Fault[] = [];
  return {
    clear(): void {
      faults = [];
    },
    add(kind: FaultKind, { times = 1, on, seconds = 60 }: FaultOptions = {}): void {
      faults.push({ kind, left: times, on, seconds });
    },
    take(call: string): Fault | undefined {
      const fault = faults.find(({ on }) => !on || on.test(call));
      if (fault && --fault.left <= 0) faults = faults.filter((other) => other !== fault);
      return fault;
    },
  };
}

/** Status, message and headers of a fault that refuses. */
export function refusalOf({ kind, seconds }: Fault): {
  status: number;
  message: string;
  headers: Record<string, string>;
} {
  if (kind === 'rate limit')
    return {
      status: 403,
      message: 'API rate limit exceeded for user ID 1.',
      headers: {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + seconds),
        'x-ratelimit-resource': 'core',
      },
    };
  if (kind === 'secondary rate limit')
    return {
      status: 403,
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      headers: { 'retry-after': String(seconds) },
    };
  if (kind === 'bad credentials') return { status: 401, message: 'Bad credentials', headers: {} };
  if (kind === 'no permission')
    return {
      status: 403,
      message: 'Resource not accessible by personal access token',
      headers: { 'x-accepted-github-permissions': 'pull_requests=write' },
    };
  return { status: kind === 'bad gateway' ? 502 : 503, message: 'Server Error', headers: {} };
}
