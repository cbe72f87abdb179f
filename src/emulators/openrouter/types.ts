/** The shapes that travel: what a client asks of OpenRouter, and what stands in for a model answers. */

import type { Offer } from './catalogue.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

export type WireToolCall = { id: string; type: 'function'; function: { name: string; arguments: string } };
export type WireMessage = {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  content?: string | { type: string; text?: string }[] | null;
  tool_calls?: WireToolCall[];
  tool_call_id?: string;
};
export type WireTool = {
  type: 'function';
  function: { name: string; description?: string; parameters?: JsonObject };
};
export type ChatRequest = {
  model?: string;
  models?: string[];
  messages: WireMessage[];
  tools?: WireTool[];
  stream?: boolean;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  session_id?: string;
  [field: string]: unknown;
};

/** What a brain or a script says; everything around it is filled in. */
export type ChatAnswer = {
  text?: string;
  calls?: { name: string; arguments: JsonObject | string; id?: string }[];
  /** The model that answers; the rehearsal model when left out. */
  model?: string;
  finishReason?: 'stop' | 'tool_calls' | 'length' | 'content_filter' | 'error';
  /** Dollars; a rehearsal costs nothing. */
  cost?: number;
  reasoningDetails?: JsonObject[];
};

/** The answer, or undefined to leave the request to the next script and in the end to the brain. */
export type Script = (request: ChatRequest) => ChatAnswer | undefined;
export type Brain = (request: ChatRequest) => ChatAnswer;

export type FaultKind =
  | 400
  | 401
  | 402
  | 403
  | 404
  | 408
  | 413
  | 429
  | 500
  | 502
  | 503
  | 524
  | 529
  /** A provider that failed after processing began: HTTP 200 with an error for a body. */
  | 'error in 200'
  | 'finish reason error'
  /** After some text of a stream; without a stream the same as `finish reason error`. */
  | 'mid-stream error'
  | 'empty answer'
  | 'invalid tool json'
  /** The right answer, `delayMs` late. */
  | 'slow'
  /** The stream opens at once and is kept open; its first words come `delayMs` late. Without a stream the same as `slow`. */
  | 'slow first token'
  /** Never answers; ends when the client gives up. */
  | 'silence'
  | 'wrong content type'
  | 'broken connection'
  | 'half a body';

export type FaultOptions = {
  /** How many requests it strikes. Default 1. */
  times?: number;
  /** Only requests that ask for this model. */
  model?: string;
  /** Seconds, for 429 and 503. */
  retryAfter?: number;
  delayMs?: number;
};

export type RecordedRequest = { method: string; path: string; headers: Record<string, string>; body: ChatRequest };

export type OpenRouterEmulatorOptions = {
  /** 0, the default, takes any free port. */
  port?: number;
  /** The only key that is accepted. */
  apiKey?: string;
  /** Thinks when no script answers; the rehearsal model when left out. */
  brain?: Brain;
  clock?: () => number;
  /** Milliseconds between two words of a stream, so that a person can watch it grow. Default: none. */
  paceMs?: number;
};

export type OpenRouterEmulator = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** What a client is given: `<url>/api/v1` */
  baseUrl: string;
  apiKey: string;
  /** Chat completions that came, oldest first; the key is not kept. */
  requests: RecordedRequest[];
  /** Queues a fault: the next requests it fits are struck by it, in order. */
  fail(kind: FaultKind, options?: FaultOptions): void;
  /** Ends every fault that is still to come. */
  clearFaults(): void;
  /** Changes the list of models: null takes one away. */
  offer(changes: Offer): void;
  /** The newest script is asked first. Returns what takes it away again. */
  script(script: Script): () => void;
  /** Forgets requests, faults and scripts. */
  reset(): void;
  close(): Promise<void>;
};
