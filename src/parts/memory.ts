/** Memory as it is set up: over the store, with an index outside and a model that understands meaning if there are any. */
import type { Log } from '../core/connector.ts';
import type { Extractor } from '../core/facts.ts';
import type { Model } from '../core/model.ts';
import { createFacts, type FactsOptions } from '../memory/facts.ts';
import { withFallback } from '../memory/fallback.ts';
import { createMemory } from '../memory/index.ts';
import { createHostedMem0, createMem0 } from '../memory/mem0.ts';
import type { Keep } from '../memory/prepare.ts';
import { summaries } from '../memory/summary.ts';
import { createUpkeep } from '../memory/upkeep.ts';
import { createEmbeddings } from '../models/embeddings.ts';
import { capsOf, type Settings } from '../settings.ts';
import type { Store } from '../store/index.ts';
import { noModel } from './models.ts';

/** Memory over the store, with what is set up beside it: an index outside, a model that understands meaning. */
export async function connectMemory(
  settings: Settings,
  store: Store,
  log: Log,
  now: () => Date,
  keep = keepOf(settings),
) {
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
      keep,
    }),
    index,
    upkeep: createUpkeep({ rows: store.memories, outside, embeddings, days: keep.days, now, log }),
    name: outside?.name ?? store.textIndex.name,
  };
}

/** `kindOf` a place is asked of the surface; on the command line nobody knows, and what is not public counts as private. */
export function keepOf(settings: Settings, kindOf: Keep['kindOf'] = async () => 'private'): Keep {
  const { SOPHIA_KEEP_DAYS: usual, SOPHIA_KEEP_PRIVATE_DAYS: hidden = usual } = settings;
  const { SOPHIA_KEEP_DIRECT_DAYS: direct, SOPHIA_KEEP_SHARED_DAYS: shared } = settings;
  return { days: { public: usual, private: hidden, direct, shared }, kindOf };
}

const minuteMs = 60_000;

/** Facts from quiet talks: by mem0's service, by mem0 through our models, or without a key as summaries in the talk's own words. */
export function connectFacts(
  settings: Settings,
  store: Store,
  { model, ...parts }: Pick<FactsOptions, 'index' | 'owner' | 'log' | 'now' | 'keep'> & { model: Model },
) {
  const quietMs = settings.SOPHIA_FACTS_QUIET_MINUTES * minuteMs;
  const rounds = createFacts({
    ...parts,
    rows: store.memories,
    talks: store.talks,
    extractor: extractorOf(settings, model),
    budgets: store.budgets,
    limits: capsOf(settings),
    dayUsd: settings.SOPHIA_FACTS_DAY_USD,
    quietMs,
  });
  return { ...rounds, everyMs: Math.min(minuteMs / 2, quietMs / 2) };
}

/** Who draws them. */
export function extractorOf({ MEM0_API_KEY, MEM0_BASE_URL }: Settings, model: Model): Extractor {
  if (MEM0_API_KEY)
    return createHostedMem0({ apiKey: MEM0_API_KEY, ...(MEM0_BASE_URL ? { host: MEM0_BASE_URL } : {}) });
  return model === noModel ? summaries : createMem0(model);
}
