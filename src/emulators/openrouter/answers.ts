/** Builds the bodies OpenRouter sends: whole completions, stream chunks, errors. */
import type { ChatAnswer, ChatRequest, WireMessage } from './types.ts';

export const rehearsalModel = 'sophia/rehearsal';

export type Envelope = { id: string; created: number; request: ChatRequest; answer: ChatAnswer };

export function completion({ id, created, request, answer }: Envelope) {
  const calls = toolCalls(id, answer);
  return {
    id,
    object: 'chat.completion',
    created,
    model: answer.model ?? rehearsalModel,
    system_fingerprint: null,
    choices: [
      {
        index: 0,
        finish_reason: finishReason(answer),
        logprobs: null,
        message: {
          role: 'assistant',
          content: answer.text ?? (calls.length > 0 ? null : ''),
          refusal: null,
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
          ...(answer.reasoningDetails ? { reasoning_details: answer.reasoningDetails } : {}),
        },
      },
    ],
    usage: usage(request, answer),
  };
}

/** The chunks of a stream, in order: words, calls, the end, the usage. */
export function chunks({ id, created, request, answer }: Envelope): object[] {
  const envelope = { id, object: 'chat.completion.chunk', created, model: answer.model ?? rehearsalModel };
  const chunk = (delta: object, finish: string | null = null) => ({
    ...envelope,
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  });
  const words = (answer.text ?? '').match(/\S+\s*|\s+/g) ?? [];
  return [
    chunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chunk({ content })),
    ...toolCalls(id, answer).map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
    chunk({ content: '' }, finishReason(answer)),
    { ...envelope, choices: [], usage: usage(request, answer) },
  ];
}

/** What a stream says when the provider fails after its first words: the status was 200 long ago. */
export function chunkError({ id, created, answer }: Envelope) {
  return {
    id,
    object: 'chat.completion.chunk',
    created,
    model: answer.model ?? rehearsalModel,
    error: { code: 502, message: 'Provider disconnected', metadata: { error_type: 'provider_unavailable' } },
    choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error', logprobs: null }],
  };
}

const messages: Record<number, string> = {
  400: 'Invalid request parameters',
  401: 'User not found.',
  402: 'Insufficient credits. Add more using https://openrouter.ai/settings/credits',
  403: 'Your chosen model requires moderation and your input was flagged',
  404: 'No endpoints found for this model.',
  408: 'Operation timed out. Please try again later.',
  413: 'Request payload too large',
  429: 'Rate limit exceeded',
  500: 'Internal Server Error',
  502: 'Provider returned error',
  503: 'Service temporarily unavailable',
  524: 'Request timed out. Please try again later.',
  529: 'Provider returned error',
};
const types: Record<number, string> = {
  400: 'invalid_request',
  401: 'authentication',
  402: 'payment_required',
  403: 'content_policy_violation',
  404: 'not_found',
  408: 'timeout',
  413: 'payload_too_large',
  429: 'rate_limit_exceeded',
  500: 'server',
  502: 'provider_unavailable',
  503: 'provider_unavailable',
  524: 'timeout',
  529: 'provider_overloaded',
};

export function errorBody(code: number, message = messages[code] ?? 'Error') {
  return { error: { code, message, metadata: { error_type: types[code] ?? 'unmapped' } } };
}

export function textOf(message: WireMessage): string {
  const { content } = message;
  return Array.isArray(content) ? content.map((part) => part.text ?? '').join('\n') : (content ?? '');
}

function toolCalls(id: string, answer: ChatAnswer) {
  return (answer.calls ?? []).map((call, index) => ({
    id: call.id ?? `call_${id.slice(4)}_${index}`,
    type: 'function' as const,
    function: {
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    },
  }));
}

function finishReason(answer: ChatAnswer): string {
  return answer.finishReason ?? ((answer.calls ?? []).length > 0 ? 'tool_calls' : 'stop');
}

/** About four characters a token: near enough to show, and nothing is billed by it. */
function usage(request: ChatRequest, answer: ChatAnswer) {
  const asked = JSON.stringify([request.messages, request.tools ?? []]);
  const prompt = Math.ceil(asked.length / 4);
  const said = (answer.text ?? '') + (answer.calls ?? []).map((call) => JSON.stringify(call)).join('');
  const spoken = Math.ceil(said.length / 4);
  return {
    prompt_tokens: prompt,
    completion_tokens: spoken,
    total_tokens: prompt + spoken,
    cost: answer.cost ?? 0,
    is_byok: false,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}
