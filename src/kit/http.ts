/** A fetch with a deadline, retries for reads, a breaker, and errors a person can read. */
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen, TaskCancelledError } from 'cockatiel';
import { SophiaError } from '../core/error.ts';

export type FetchOptions = {
  /** The outside system's name, as people know it. */
  name: string;
  /** Milliseconds for one try, the reading of its body included. */
  deadlineMs?: number;
  /** Further tries of a GET or HEAD after a network error, 429, 502, 503 or 504. Writes are never retried here. */
  retries?: number;
  /** First pause between tries, doubled each time; `Retry-After` wins when it is longer. Milliseconds. */
  pauseMs?: number;
  fetch?: typeof fetch;
  /** Waits between tries; tests pass one that does not wait. Resolves early when the caller gives up. */
  pause?: (milliseconds: number, caller: AbortSignal | null) => Promise<void>;
};

const longestPauseMs = 20_000;
const breakerFailures = 5;
const breakerRestMs = 10_000;
const passing = new Set([429, 502, 503, 504]);
/** Failures of these kinds happened before anything was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
const certificate = /^(CERT_|ERR_TLS_|UNABLE_TO_)|SELF_SIGNED/;
const bodyReaders = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const;

export function createFetch(options: FetchOptions): typeof fetch {
  const { name, deadlineMs = 10_000, retries = 2, pauseMs = 250, pause = pauseUntilAborted } = options;
  const inner = options.fetch ?? fetch;
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof SophiaError && error.code === 'unavailable'),
    { halfOpenAfter: breakerRestMs, breaker: new ConsecutiveBreaker(breakerFailures) },
  );

  async function once(
    input: Parameters<typeof fetch>[0],
    init: RequestInit | undefined,
    caller: AbortSignal | null,
  ): Promise<Response> {
    const signals = [AbortSignal.timeout(deadlineMs), ...(caller ? [caller] : [])];
    try {
      const response = await inner(input, { ...init, signal: AbortSignal.any(signals) });
      return withReadableBody(response, (error) => readable(error, name, caller));
    } catch (error) {
      throw readable(error, name, caller);
    }
  }

  return async (input, init) => {
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
    const caller = init?.signal ?? (input instanceof Request ? input.signal : null);
    const mayRetry = method === 'GET' || method === 'HEAD';
    for (let attempt = 0; ; attempt++) {
      const isLast = () => !mayRetry || attempt >= retries || caller?.aborted === true;
      try {
        const request = input instanceof Request ? input.clone() : input;
        const response = await breaker.execute(() => once(request, init, caller));
        const asked = retryAfterMs(response) ?? 0;
        // Trying again before the moment the other side named would only fail again.
        if (isLast() || !passing.has(response.status) || asked > longestPauseMs) return response;
        await response.body?.cancel();
        await pause(Math.max(asked, pauseMs * 2 ** attempt), caller);
      } catch (error) {
        if (error instanceof BrokenCircuitError || error instanceof TaskCancelledError)
          throw new SophiaError('unavailable', `${name} has been failing; I am giving it a moment.`, {
            hint: 'Try again in ten seconds.',
            cause: error,
          });
        if (isLast() || !(error instanceof SophiaError) || error.code === 'not_configured') throw error;
        await pause(pauseMs * 2 ** attempt, caller);
      }
    }
  };
}

/** Milliseconds asked for by `Retry-After` (seconds or a date), when present. */
export function retryAfterMs(response: { headers: Headers }): number | undefined {
  const header = response.headers.get('retry-after')?.trim();
  if (!header) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(wait, 0) : undefined;
}

/** The deadline may also strike while the body is read: that failure must read, and count, like any other. */
function withReadableBody(response: Response, wrap: (error: unknown) => SophiaError): Response {
  for (const reader of bodyReaders) {
    const read: () => Promise<unknown> = response[reader].bind(response);
    const value = () =>
      read().catch((error: unknown) => {
        // Text that is no JSON came whole, and a second reading is the caller's own mistake.
        const own = error instanceof SyntaxError || (error instanceof TypeError && /unusable/.test(error.message));
        throw own ? error : wrap(error);
      });
    Object.defineProperty(response, reader, { value, configurable: true, writable: true });
  }
  return response;
}

function readable(error: unknown, name: string, caller: AbortSignal | null): SophiaError {
  if (error instanceof SophiaError) return error;
  if (caller?.aborted)
    return new SophiaError('timeout', `The request to ${name} was called off before it answered.`, { cause: error });
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return new SophiaError('timeout', `${name} did not answer in time.`, {
      hint: 'It may be slow; try again shortly.',
      cause: error,
    });
  const { code, sent } = networkFacts(error);
  if (code === 'ERR_INVALID_URL' || malformed(error))
    // The cause may hold a key (an invalid header is quoted whole), so it is not repeated here.
    return new SophiaError('not_configured', `The request to ${name} could not be formed.`, {
      hint: `Check the address and the key of ${name} in the configuration.`,
      cause: error,
    });
  if (!sent)
    return new SophiaError('unavailable', `${name} cannot be reached (${code}).`, {
      hint: 'Check its status page and the network, then try again.',
      cause: error,
    });
  // The connection broke after it was made: what was sent may have been done.
  return new SophiaError('timeout', `The connection to ${name} broke before it answered.`, {
    hint: 'Try again shortly.',
    cause: error,
  });
}

function malformed(error: unknown): boolean {
  return error instanceof TypeError && /invalid (HTTP )?header|Failed to parse URL|credentials/i.test(error.message);
}

/** fetch puts the system's code on the cause; where several addresses were tried, on each of its errors. */
function networkFacts(error: unknown): { code: string; sent: boolean } {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const inner: unknown[] = cause instanceof AggregateError ? [cause, ...cause.errors] : [cause];
  const facts = inner.filter((fact) => typeof fact === 'object' && fact !== null) as {
    code?: unknown;
    syscall?: unknown;
  }[];
  const code = String(facts.find((fact) => typeof fact.code === 'string')?.code ?? '');
  const connecting = facts.some((fact) => fact.syscall === 'connect' || fact.syscall === 'getaddrinfo');
  return { code, sent: !connecting && !neverSent.has(code) && !certificate.test(code) };
}

function pauseUntilAborted(milliseconds: number, caller: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(milliseconds, longestPauseMs));
    if (caller?.aborted) end();
    else caller?.addEventListener('abort', end);
  });
}
