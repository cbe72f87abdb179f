/** The meaning of texts from any server that speaks OpenAI's embeddings interface. */
import { z } from 'zod';
import type { Embeddings } from '../core/embeddings.ts';
import { SophiaError } from '../core/error.ts';
import { createFetch } from '../kit/http.ts';

export type EmbeddingsOptions = {
  baseUrl: string;
  apiKey: string;
  model: string;
  dimensions: number;
  fetch?: typeof fetch;
};

const answered = z.object({ data: z.array(z.object({ index: z.number(), embedding: z.array(z.number()) })) });
const deadlineMs = 10_000;

export function createEmbeddings(options: EmbeddingsOptions): Embeddings {
  const { baseUrl, apiKey, model, dimensions } = options;
  const send = createFetch({
    name: 'The embeddings server',
    deadlineMs,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  return {
    model,
    dimensions,
    async embed(texts) {
      if (texts.length === 0) return [];
      const response = await send(`${baseUrl.replace(/\/$/, '')}/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
        // No `dimensions`: servers that do not know the field refuse it.
        body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
      });
      if (!response.ok)
        throw new SophiaError('unavailable', `The embeddings server answered ${response.status}.`, {
          hint: 'Check SOPHIA_EMBEDDINGS_MODEL and the key.',
        });
      const parsed = answered.safeParse(await response.json());
      if (!parsed.success || parsed.data.data.length !== texts.length)
        throw new SophiaError('internal', 'The embeddings server answered something else than embeddings.');
      const vectors = parsed.data.data.sort((one, other) => one.index - other.index).map((one) => one.embedding);
      if (vectors.some((vector) => vector.length !== dimensions))
        throw new SophiaError('not_configured', `${model} gives vectors of ${vectors[0]?.length} numbers.`, {
          hint: `Set SOPHIA_EMBEDDINGS_DIMENSIONS=${vectors[0]?.length}, then run \`npm run sophia -- memory reindex --fresh\`.`,
        });
      return vectors;
    },
  };
}
