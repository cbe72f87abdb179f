/** Memory as it is set up: over the store, with an index outside and a model that understands meaning if there are any. */
import type { Log } from '../core/connector.ts';
import { withFallback } from '../memory/fallback.ts';
import { createMemory } from '../memory/index.ts';
import { createUpkeep } from '../memory/upkeep.ts';
import { createEmbeddings } from '../models/embeddings.ts';
import type { Settings } from '../settings.ts';
import type { Store } from '../store/index.ts';

/** Memory over the store, with what is set up beside it: an index outside, a model that understands meaning. */
export async function connectMemory(settings: Settings, store: Store, log: Log, now: () => Date) {
  const { QDRANT_URL, QDRANT_API_KEY, SOPHIA_EMBEDDINGS_MODEL, SOPHIA_EMBEDDINGS_DIMENSIONS: dimensions } = settings;
  const embeddings = SOPHIA_EMBEDDINGS_MODEL
    ? createEmbeddings({
        baseUrl: settings.SOPHIA_EMBEDDINGS_BASE_URL ?? settings.OPENROUTER_BASE_URL ?? 'https://openrouter.ai/api/v1',
        apiKey: settings.SOPHIA_EMBEDDINGS_API_KEY ?? settings.OPENROUTER_API_KEY ?? '',
        model: SOPHIA_EMBEDDINGS_MODEL,
        dimensions,
      })
    : null;
  const outside = QDRANT_URL
    ? // Loaded only where it is used: its client is no small one.
      (await import('../memory/qdrant.ts')).createQdrantIndex({
        url: QDRANT_URL,
        ...(QDRANT_API_KEY ? { apiKey: QDRANT_API_KEY } : {}),
        dimensions: embeddings ? dimensions : null,
      })
    : null;
  const index = outside ? withFallback(outside, store.textIndex, log) : store.textIndex;
  return {
    memory: createMemory({
      rows: store.memories,
      index,
      embeddings,
      log,
      now,
      keep: { channelDays: settings.SOPHIA_KEEP_DAYS, directDays: settings.SOPHIA_KEEP_DIRECT_DAYS },
    }),
    upkeep: createUpkeep({ rows: store.memories, outside, embeddings, now, log }),
    name: outside?.name ?? store.textIndex.name,
  };
}
