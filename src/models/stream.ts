/** Gathers the chunks of a streamed chat completion into the body of a whole one, letting its words be heard as they come. */
import { z } from 'zod';
import type { Json } from '../core/json.ts';
import type { ChatBody } from './request.ts';

const callPiece = z.looseObject({
  index: z.number().int().nonnegative().max(255).catch(0),
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
const chunk = z.looseObject({
  model: z.string().nullish(),
  error: z.json().nullish(),
  usage: z.json().nullish(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        error: z.json().nullish(),
        delta: z
          .looseObject({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            tool_calls: z.array(callPiece).nullish(),
            reasoning_details: z.array(z.json()).nullish().catch(null),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

type Call = { id?: string; function: { name: string; arguments: string } };

/** The same request, answered piece by piece; the last piece tells what it cost. */
export function streamed(body: ChatBody): ChatBody {
  return { ...body, stream: true, stream_options: { include_usage: true } };
}

/** Throws when the stream breaks; what holds an error is returned as the body that says so. */
export async function gather(pieces: AsyncIterable<unknown>, heard: (words: string) => void): Promise<unknown> {
  const message = { content: '', refusal: '', tool_calls: [] as Call[], reasoning_details: [] as Json[] };
  let model: string | undefined;
  let usage: Json | undefined;
  let finish: string | undefined;
  let seen = 0;
  for await (const piece of pieces) {
    const parsed = chunk.safeParse(piece);
    if (!parsed.success) continue;
    seen++;
    const first = parsed.data.choices?.[0];
    const error = parsed.data.error ?? first?.error;
    model = parsed.data.model ?? model;
    usage = parsed.data.usage ?? usage;
    if (error) return { model, usage, error };
    finish = first?.finish_reason ?? finish;
    const { content, refusal, tool_calls: calls, reasoning_details: reasoning } = first?.delta ?? {};
    if (content) {
      message.content += content;
      heard(content);
    }
    message.refusal += refusal ?? '';
    message.reasoning_details.push(...(reasoning ?? []));
    for (const call of calls ?? []) grow(message.tool_calls, call);
  }
  // Neither an end nor a word: a page of some proxy, or a connection closed early.
  if (seen === 0) return null;
  return {
    model,
    usage,
    choices: [{ finish_reason: finish ?? 'error', message: { ...message, tool_calls: whole(message.tool_calls) } }],
  };
}

/** The name comes once, the arguments in pieces. */
function grow(calls: Call[], piece: z.infer<typeof callPiece>): void {
  const call = calls[piece.index] ?? { function: { name: '', arguments: '' } };
  calls[piece.index] = call;
  if (piece.id) call.id = piece.id;
  call.function.name ||= piece.function?.name ?? '';
  call.function.arguments += piece.function?.arguments ?? '';
}

/** Without the gaps of indexes that never came. */
function whole(calls: Call[]): Call[] {
  return calls.filter((call) => call !== undefined);
}
