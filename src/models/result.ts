/** What came back for a chat completion, checked: an answer, or why it is none. */
import { z } from 'zod';
import type { Json, JsonObject } from '../core/json.ts';
import type { ToolCall } from '../core/model.ts';
import { describeStatus, type Failure, failure, type Provider } from './failure.ts';

export type Success = {
  state: 'answered';
  text: string;
  calls: ToolCall[];
  /** The model that really answered, as the provider names it. */
  model: string;
  usd: number;
  costKnown: boolean;
  inputTokens: number;
  outputTokens: number;
  cut: boolean;
  reasoning: Json[];
};

const count = z.number().nonnegative().catch(0);
const errorBody = z.looseObject({
  code: z.union([z.number(), z.string()]).nullish(),
  message: z.string().catch('no reason given'),
  metadata: z
    .looseObject({ error_type: z.string().optional().catch(undefined) })
    .nullish()
    .catch(null),
});
const toolCall = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string(), arguments: z.unknown() }),
});
const choice = z.looseObject({
  finish_reason: z.string().nullish(),
  error: errorBody.nullish().catch(null),
  message: z
    .looseObject({
      content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(z.unknown()).nullish(),
      reasoning_details: z.array(z.json()).nullish().catch(null),
    })
    .nullish(),
});
const completion = z.looseObject({
  model: z.string().nullish(),
  error: errorBody.nullish(),
  choices: z.array(choice).nullish(),
  usage: z
    .looseObject({
      prompt_tokens: count,
      completion_tokens: count,
      cost: z.number().nonnegative().nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

export const baseUrlHint =
  'Check that OPENROUTER_BASE_URL ends where the API begins, e.g. https://openrouter.ai/api/v1';

/** `prefix` names tool calls that came without an id. */
export function readCompletion(body: unknown, asked: string, prefix: string, provider: Provider): Success | Failure {
  const parsed = completion.safeParse(body);
  if (!parsed.success) return failure('answered with something that is no chat completion', { hint: baseUrlHint });
  const { error, choices, usage } = parsed.data;
  const usd = usage?.cost ?? 0;
  // A provider that failed after processing began: HTTP 200 all the same, with an error for a body.
  const first = choices?.[0];
  const failed = error ?? first?.error;
  if (failed) return { ...describeError(provider, failed), usd };
  if (!first?.message) return failure('answered without a message', { usd });
  if (first.finish_reason === 'error') return failure('broke off in the middle of its answer', { usd });

  const text = textOf(first.message.content) || (first.message.refusal ?? '');
  const calls = callsOf(first.message.tool_calls ?? [], prefix);
  if (text.trim() === '' && calls.length === 0) return failure(emptyReason(first.finish_reason), { usd });
  return {
    state: 'answered',
    text,
    calls,
    model: parsed.data.model || asked,
    usd,
    costKnown: typeof usage?.cost === 'number',
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
    cut: first.finish_reason === 'length',
    reasoning: first.message.reasoning_details ?? [],
  };
}

/** The `error` member of a body, wherever it stood. */
export function describeError(provider: Provider, error: unknown, status?: number): Failure {
  const parsed = errorBody.safeParse(error);
  const { code, message, metadata } = parsed.success ? parsed.data : { code: null, message: '', metadata: null };
  const numeric = typeof code === 'number' ? code : /^\d{3}$/.test(code ?? '') ? Number(code) : undefined;
  const type = metadata?.error_type ?? (typeof code === 'string' ? code : undefined);
  return describeStatus(provider, status ?? numeric, message, type);
}

function emptyReason(finish: string | null | undefined): string {
  if (finish === 'length') return 'used up its tokens before it said anything';
  if (finish === 'content_filter') return 'had its answer held back by a content filter';
  return 'gave an empty answer';
}

function textOf(content: string | { text?: string | undefined }[] | null | undefined): string {
  return Array.isArray(content) ? content.map((part) => part.text ?? '').join('') : (content ?? '');
}

function callsOf(raw: unknown[], prefix: string): ToolCall[] {
  const seen = new Set<string>();
  return raw.flatMap((item, index) => {
    const parsed = toolCall.safeParse(item);
    if (!parsed.success) return [];
    const { id, function: called } = parsed.data;
    // Each result is matched to its call by id, so ids must be there and differ.
    const unique = id && !seen.has(id) ? id : `call_${prefix}_${index}`;
    seen.add(unique);
    return [{ id: unique, name: called.name, ...inputOf(called.arguments) }];
  });
}

/** Arguments are a JSON text by contract; some servers send the object itself, and nothing at all for none. */
function inputOf(raw: unknown): { input: JsonObject; invalid?: string } {
  if (raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '')) return { input: {} };
  let value: unknown = raw;
  if (typeof raw === 'string')
    try {
      value = JSON.parse(raw);
    } catch (error) {
      return { input: {}, invalid: `the arguments are no JSON: ${error instanceof Error ? error.message : error}` };
    }
  const object = z.record(z.string(), z.json()).safeParse(value);
  return object.success ? { input: object.data } : { input: {}, invalid: 'the arguments are no JSON object' };
}
