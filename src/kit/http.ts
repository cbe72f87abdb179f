/** A fetch with a deadline, retries for reads, a breaker, and errors a person can read. */
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { SophiaError } from '../core/error.ts';

export type FetchOptions = {
  /** The outside system's name, as people know it. */
  name: string;
  /** Milliseconds for one try, body included in the caller's reading time. */
  deadlineMs?: number;
  /** Further tries of a GET or HEAD after a network error, 429, 502, 503 or 504. Writes are never retried here. */
  retries?: number;
  /** First pause between tries, doubled each time; `Retry-After` wins when it is longer. Milliseconds. */
  pauseMs?: number;
  fetch?: typeof fetch;
};

const longestPauseMs = 20_000;
const passing = new Set([429, 502, 503, 504]);
/** Failures of these kinds happened before anything was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

export function createFetch(options: FetchOptions): typeof fetch {
  const { name, deadlineMs = 10_000, retries = 2, pauseMs = 250 } = options;
  const inner = options.fetch ?? fetch;
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof SophiaError && error.code === 'unavailable'),
    { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) },
  );

  async function once(
    input: Parameters<typeof fetch>[0],
    init: RequestInit | undefined,
    caller: AbortSignal | null,
  ): Promise<Response> {
    const signals = [AbortSignal.timeout(deadlineMs), ...(caller ? [caller] : [])];
    try {
      return await inner(input, { ...init, signal: AbortSignal.any(signals) });
    } catch (error) {
      throw readable(error, name);
    }
  }

  return async (input, init) => {
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
    const caller = init?.signal ?? (input instanceof Request ? input.signal : null);
    const mayRetry = method === 'GET' || method === 'HEAD';
    for (let attempt = 0; ; attempt++) {
      const last = !mayRetry || attempt >= retries || caller?.aborted === true;
      try {
        const request = input instanceof Request ? input.clone() : input;
        const response = await breaker.execute(() => once(request, init, caller));
        if (last || !passing.has(response.status)) return response;
        await response.body?.cancel();
        await pause(Math.max(retryAfterMs(response) ?? 0, pauseMs * 2 ** attempt));
      } catch (error) {
        if (error instanceof BrokenCircuitError)
          throw new SophiaError('unavailable', `${name} has been failing; I am giving it a moment.`, {
            hint: 'Try again in ten seconds.',
            cause: error,
          });
        if (last || !(error instanceof SophiaError)) throw error;
        await pause(pauseMs * 2 ** attempt);
      }
    }
  };
}

/** Milliseconds asked for by `Retry-After` (seconds or a date), when present. */
export function retryAfterMs(response: { headers: Headers }): number | undefined {
  const header = response.headers.get('retry-after');
  if (header === null) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), longestPauseMs) : undefined;
}

function readable(error: unknown, name: string): SophiaError {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return new SophiaError('timeout', `${name} did not answer in time.`, {
      hint: 'It may be slow; try again shortly.',
      cause: error,
    });
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause && typeof cause === 'object' && 'code' in cause ? String(cause.code) : '';
  if (neverSent.has(code))
    return new SophiaError('unavailable', `${name} cannot be reached (${code}).`, {
      hint: 'Check its status page and the network, then try again.',
      cause: error,
    });
  // The connection broke after it was made: what was sent may have been done.
  return new SophiaError('timeout', `The connection to ${name} broke before it answered.`, { cause: error });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, longestPauseMs)));
}
