/** A turn as the body of a chat completion; OpenRouter's own fields only where they are understood. */
import type { Picture } from '../core/attachment.ts';
import type { Json } from '../core/json.ts';
import type { Turn, TurnMessage } from '../core/model.ts';
import type { MaxPrice } from './classes.ts';

/** Whom a provider may show what it is sent: anybody, nobody who trains on it, nobody who keeps it. */
export type Privacy = 'any' | 'no-training' | 'no-retention';
export type RequestOptions = { openRouter: boolean; maxPrice: MaxPrice; privacy?: Privacy };

const longestSession = 256;

export type ChatBody = { model: string; messages: Record<string, unknown>[] } & Record<string, unknown>;

export function chatBody(model: string, turn: Turn, options: RequestOptions): ChatBody {
  const body: ChatBody = {
    model,
    messages: [
      { role: 'system', content: turn.system },
      ...shown(turn).map((message) => chatMessage(model, message, options)),
    ],
  };
  if (turn.tools.length > 0)
    body.tools = turn.tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    }));
  if (turn.json) body.response_format = { type: 'json_schema', json_schema: turn.json };
  if (!options.openRouter) return { ...body, max_tokens: turn.maxTokens };
  return {
    ...body,
    max_completion_tokens: turn.maxTokens,
    session_id: turn.session.slice(0, longestSession),
    // Decimal text: that is how OpenRouter's contract has it.
    provider: {
      max_price: { prompt: String(options.maxPrice.prompt), completion: String(options.maxPrice.completion) },
      // Parameters that an endpoint does not know would be dropped without a word.
      ...(turn.tools.length > 0 || turn.json ? { require_parameters: true } : {}),
      ...(options.privacy && options.privacy !== 'any' ? { data_collection: 'deny' } : {}),
      ...(options.privacy === 'no-retention' ? { zdr: true } : {}),
    },
  };
}

type Shown = TurnMessage & { pictures?: readonly Picture[] };

/** Pictures stand with the first words of the person. */
function shown({ messages, pictures = [] }: Turn): Shown[] {
  const first = messages.findIndex((message) => message.role === 'user');
  return messages.map((message, index) =>
    index === first && pictures.length > 0 ? { ...message, pictures } : message,
  );
}

function chatMessage(model: string, message: Shown, { openRouter }: RequestOptions): Record<string, unknown> {
  if (message.role === 'user' && message.pictures) {
    const parts = message.pictures.map(({ mime, base64 }) => ({
      type: 'image_url',
      image_url: { url: `data:${mime};base64,${base64}` },
    }));
    return { role: 'user', content: [{ type: 'text', text: message.text }, ...parts] };
  }
  if (message.role === 'user') return { role: 'user', content: message.text };
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content };
  const calls = message.calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const reasoning = openRouter ? carried(model, message.carry) : undefined;
  return {
    role: 'assistant',
    content: message.text === '' && calls.length > 0 ? null : message.text,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
    ...(reasoning ? { reasoning_details: reasoning } : {}),
  };
}

/** Reasoning goes back only to the model it came from: it is signed, and another one would refuse it. */
function carried(model: string, carry: Json | undefined): Json[] | undefined {
  if (!carry || typeof carry !== 'object' || Array.isArray(carry)) return undefined;
  return carry.model === model && Array.isArray(carry.reasoning) ? carry.reasoning : undefined;
}
