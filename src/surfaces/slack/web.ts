/** Calls Slack's Web API: the one place that knows its client, and says of each failure whether the deed may have been done. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import type { Log } from '../../core/connector.ts';
import { SophiaError } from '../../core/error.ts';
import { createFetch } from '../../kit/http.ts';
import { slackLogger } from './logger.ts';

export type Data = { [key: string]: unknown };
export type Failure =
  /** Slack said no: nothing was done. */
  | { kind: 'refused'; error: string; needed?: string }
  /** Nothing was done; may be asked again after the pause. */
  | { kind: 'rate limited'; retryAfterMs: number }
  | { kind: 'never sent'; cause: unknown }
  /** No answer, or none that can be understood: it may have been done. */
  | { kind: 'ambiguous'; cause: unknown };
export type Answer = { ok: true; data: Data } | { ok: false; failure: Failure };
export type Call = (method: string, args: Data) => Promise<Answer>;

/** Slack's own troubles, in which a write may or may not have happened. */
const troubles = new Set([
  'internal_error',
  'fatal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

export function createWeb(options: { botToken: string; apiUrl?: string | undefined; log: Log }): Call {
  const reach = createFetch({ name: 'Slack', deadlineMs: 10_000, retries: 0 });
  const client = new WebClient(options.botToken, {
    ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
    logger: slackLogger(options.log),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    maxRequestConcurrency: 100,
    allowAbsoluteUrls: false,
    fetch: (url, init) => reach(url, init as RequestInit),
  });
  return async (method, args) => {
    try {
      return { ok: true, data: { ...(await client.apiCall(method, args)) } };
    } catch (error) {
      return { ok: false, failure: classify(error) };
    }
  };
}

function classify(error: unknown): Failure {
  if (error instanceof WebAPIRateLimitedError) return { kind: 'rate limited', retryAfterMs: error.retryAfter * 1000 };
  if (error instanceof WebAPIPlatformError) {
    const { error: code, needed } = error.data as { error: string; needed?: unknown };
    if (code === 'ratelimited') return { kind: 'rate limited', retryAfterMs: 1000 };
    // What is no error code is a page of some proxy.
    if (troubles.has(code) || !/^[a-z0-9_]+$/.test(code)) return { kind: 'ambiguous', cause: error };
    return typeof needed === 'string' ? { kind: 'refused', error: code, needed } : { kind: 'refused', error: code };
  }
  if (error instanceof WebAPIHTTPError)
    return error.statusCode < 500
      ? { kind: 'refused', error: `http_${error.statusCode}` }
      : { kind: 'ambiguous', cause: error };
  if (error instanceof WebAPIRequestError) {
    const original = error.original;
    const unsent = original instanceof SophiaError && original.code === 'unavailable';
    return { kind: unsent ? 'never sent' : 'ambiguous', cause: original };
  }
  // The client's own word for HTTP 429 without a usable Retry-After.
  if (error instanceof Error && error.message.startsWith('Retry header did not contain'))
    return { kind: 'rate limited', retryAfterMs: 1000 };
  return { kind: 'ambiguous', cause: error };
}

/** Something that may be done twice without harm: tried again after a failure that may pass. */
export async function repeatable(call: Call, method: string, args: Data, pause: Pause): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    const answer = await call(method, args);
    const passing = !answer.ok && (answer.failure.kind === 'never sent' || answer.failure.kind === 'ambiguous');
    if (!passing || attempt >= 2) return answer;
    await pause(300 * 2 ** attempt);
  }
}

export type Pause = (milliseconds: number) => Promise<void>;
