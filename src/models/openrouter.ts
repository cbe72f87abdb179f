/** The only file that knows the openai client: one request to one model, every failure turned into a value. */
import OpenAI, { APIError, type APIPromise } from 'openai';
import { Stream } from 'openai/core/streaming';
import { SophiaError } from '../core/error.ts';
import type { Turn } from '../core/model.ts';
import { createFetch } from '../kit/http.ts';
import { describeStatus, type Failure, failure, type Provider } from './failure.ts';
import { chatBody, type RequestOptions } from './request.ts';
import { baseUrlHint, describeError, readCompletion, type Success } from './result.ts';
import { gather, streamed } from './stream.ts';

export type OpenRouterOptions = RequestOptions & {
  baseUrl: string;
  apiKey: string;
  provider: Provider;
  /** Longest time for one request; shorter ones are the caller's signal. */
  deadlineMs: number;
  fetch?: typeof fetch;
};

/** Its `cause` is for the log alone: it may quote the request. */
export type Ask = (
  model: string,
  turn: Turn,
  signal: AbortSignal,
  heard?: (words: string) => void,
) => Promise<(Success | Failure) & { cause?: unknown }>;

export function createOpenRouter(options: OpenRouterOptions): Ask {
  const { provider, deadlineMs } = options;
  const client = new OpenAI({
    baseURL: options.baseUrl,
    // The client wants one even where the server does not (Ollama).
    apiKey: options.apiKey || 'none',
    // Otherwise these are taken from the environment, which only main.ts may read.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    // Its own retries would spend 2 s on a model that is down; the next model is the better try.
    maxRetries: 0,
    timeout: deadlineMs,
    fetch: createFetch({ name: provider.name, deadlineMs, ...(options.fetch ? { fetch: options.fetch } : {}) }),
    ...(options.openRouter ? { defaultHeaders: { 'X-Title': 'SOPHIA' } } : {}),
  });

  return async (model, turn, signal, heard) => {
    try {
      const body = chatBody(model, turn, options);
      const answer = heard
        ? await listen(client, client.post('/chat/completions', { body: streamed(body), signal, stream: true }), heard)
        : await client.post<unknown>('/chat/completions', { body, signal });
      return readCompletion(answer, model, String(turn.messages.length), provider);
    } catch (error) {
      // Ours or the caller's clock: the client has no word for it but that it was aborted.
      if (signal.aborted) return { ...failure('did not answer in time'), cause: error };
      return { ...thrown(error, provider), cause: error };
    }
  };
}

/** A server that knows no streams, or fails at once, answers whole. */
async function listen(client: OpenAI, request: APIPromise<unknown>, heard: (words: string) => void): Promise<unknown> {
  const response = await request.asResponse();
  if (!/event-stream/.test(response.headers.get('content-type') ?? '')) return response.json();
  return gather(Stream.fromSSEResponse(response, new AbortController(), client), heard);
}

/** What the client throws: a status with a body, or a failed connection with our own error as its cause. */
function thrown(error: unknown, provider: Provider): Failure {
  const ours = error instanceof SophiaError ? error : causeOf(error);
  if (ours) return unreached(ours);
  if (error instanceof APIError && error.error) return describeError(provider, error.error, error.status);
  if (error instanceof APIError && typeof error.status === 'number') return describeStatus(provider, error.status, '');
  if (error instanceof SyntaxError) return failure('answered with something that is no JSON', { hint: baseUrlHint });
  // `fetch` says so when a connection breaks while its body is read.
  if (error instanceof TypeError) return failure('lost its connection before it had answered');
  return failure(`failed: ${error instanceof Error ? error.name : 'unknown error'}`);
}

/** The network failed, which `fetch` has already put into words. */
function unreached(error: SophiaError): Failure {
  const hint = error.hint ? { hint: error.hint } : {};
  const words = error.message.replace(/\.$/, '');
  if (error.code === 'not_configured') return failure(`could not be asked: ${words}`, { ...hint, final: true });
  if (error.code === 'unavailable') return failure(`could not be asked: ${words}`, hint);
  return failure('lost its connection before it had answered');
}

function causeOf(error: unknown): SophiaError | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof SophiaError ? cause : undefined;
}
