/** A language model, as the house sees one. */
import type { Picture } from './attachment.ts';
import type { Json, JsonObject } from './json.ts';

export const modelClasses = ['reasoning', 'coding', 'speed', 'analysis', 'tools', 'fallback'] as const;
export type ModelClass = (typeof modelClasses)[number];

/** A tool as the model is told of it; `parameters` is a JSON Schema object. */
export type ToolSpec = { name: string; description: string; parameters: JsonObject };
/** `input` is what the model wrote, parsed; `invalid` when it was no JSON object. */
export type ToolCall = { id: string; name: string; input: JsonObject; invalid?: string };

export type TurnMessage =
  | { role: 'user'; text: string }
  /** `carry` is the answer's own, handed back untouched: some models want their reasoning returned with tool results. */
  | { role: 'assistant'; text: string; calls: ToolCall[]; carry?: Json }
  | { role: 'tool'; callId: string; content: string };

export type Turn = {
  class: ModelClass;
  system: string;
  messages: TurnMessage[];
  tools: ToolSpec[];
  maxTokens: number;
  /** Keeps a thread on one model and provider for its prompt cache; at most 256 characters. */
  session: string;
  /** Whose run it is, for what is learned from its answers. */
  run?: string;
  /** To be seen with the first message, by models that can; others are told that there are some. */
  pictures?: Picture[];
  /** The answer has to be JSON of this form (JSON Schema). */
  json?: { name: string; schema: JsonObject };
  /** A model that was asked for by name: it goes first, whatever is measured. */
  wanted?: string;
};

export type Answer =
  | {
      state: 'answered';
      text: string;
      calls: ToolCall[];
      model: string;
      /** Dollars, from the provider's own figure. */
      usd: number;
      inputTokens: number;
      outputTokens: number;
      milliseconds: number;
      /** Models tried before this one, with why each failed. */
      fallbacks: { model: string; reason: string }[];
      /** The provider named no cost: `usd` is 0 for want of a figure. */
      costUnknown?: true;
      /** `maxTokens` ended the text before the model did. */
      cut?: true;
      /** What the reader should know of how this model came to answer. */
      note?: string;
      carry?: Json;
    }
  | { state: 'failed'; reason: string; hint?: string; usd: number; fallbacks: { model: string; reason: string }[] };

/** Who listens while a model speaks. */
export type Listener = {
  /** The next words, as they come; the `Answer` holds them all once more. */
  heard?(words: string): void;
  /** What was heard is void: another model begins anew. */
  restarted?(): void;
  /** Ends it. */
  signal?: AbortSignal;
};

/** Never throws for a provider's failure: that is an `Answer` too. Both are JSON (they are remembered by a step). */
export interface Model {
  answer(turn: Turn, listener?: Listener): Promise<Answer>;
  /** Dollars this turn can cost at most; 0 where the server names no prices. */
  atMost(turn: Turn): number;
  /** What is configured, for `doctor`. */
  describe(): Json;
}
