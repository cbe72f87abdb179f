/** The provider's list of models: fetched now and then, kept on disk, so that a start without a network knows it too. */
import { z } from 'zod';
import type { Log } from '../core/connector.ts';
import { createFetch } from '../kit/http.ts';
import { keep, readKept } from './on-disk.ts';

const price = z.coerce.number().nonnegative().catch(0);
const index = z.number().nullish().catch(null);
const entry = z.looseObject({
  id: z.string(),
  name: z.string().catch(''),
  context_length: z.number().nullish().catch(null),
  architecture: z
    .looseObject({ input_modalities: z.array(z.string()).catch(['text']) })
    .nullish()
    .catch(null),
  pricing: z.looseObject({ prompt: price, completion: price }).nullish().catch(null),
  supported_parameters: z.array(z.string()).nullish().catch(null),
  expiration_date: z.string().nullish().catch(null),
  alias_target: z.looseObject({ slug: z.string() }).nullish().catch(null),
  benchmarks: z
    .looseObject({
      artificial_analysis: z
        .looseObject({ intelligence_index: index, coding_index: index, agentic_index: index })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  /** Ours: whether some endpoint keeps nothing, where that was asked for. */
  keeps_nothing: z.boolean().exactOptional(),
});
const list = z.looseObject({ data: z.array(z.unknown()) });
const kept = z.strictObject({ at: z.string(), models: z.array(entry) });

export type Listed = {
  id: string;
  name: string;
  context: number | null;
  /** Dollars per million tokens. */
  prompt: number;
  completion: number;
  tools: boolean;
  structured: boolean;
  images: boolean;
  /** When the provider takes it away. */
  expires: string | null;
  /** The model that an alias stands for now; itself for any other. */
  target: string;
  /** What others measured, 0 to 100. */
  index: { intelligence: number | null; coding: number | null; agentic: number | null };
  /** False: every provider of it keeps what it is sent. Null: it was not asked for. */
  keepsNothing: boolean | null;
};

export interface Catalogue {
  /** Empty until a list was ever read. */
  models(): readonly Listed[];
  get(id: string): Listed | undefined;
  /** When the list in use was fetched; null: never. */
  at(): string | null;
  /** Fetches the list anew; what cannot be fetched leaves the last one in use. */
  sync(): Promise<boolean>;
}

export type CatalogueOptions = {
  baseUrl: string;
  apiKey: string;
  /** Where the list is kept; null: nowhere. */
  file: string | null;
  /** Also finds out which models are served by somebody who keeps nothing of what they are sent. */
  keepsNothing?: boolean;
  log: Log;
  now: () => Date;
  fetch?: typeof fetch;
};

export function createCatalogue({
  baseUrl,
  apiKey,
  file,
  keepsNothing,
  log,
  now,
  ...options
}: CatalogueOptions): Catalogue {
  const ask = createFetch({ name: 'the list of models', deadlineMs: 15_000, retries: 1, ...options });
  const found = readKept(file, kept);
  let state = found && { at: found.at, models: new Map(found.models.map((row) => [row.id, listed(row)])) };
  let tag: string | null = null;

  const fetched = (path: string, known: string | null): Promise<Response> =>
    ask(`${baseUrl.replace(/\/$/, '')}${path}`, {
      headers: {
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        ...(known ? { 'if-none-match': known } : {}),
      },
    });

  /** Those that somebody serves without keeping what he is sent. */
  async function silentOnes(): Promise<Set<string>> {
    const response = await fetched('/models?zdr=true', null);
    if (!response.ok) throw new Error(`the list of those that keep nothing came back with ${response.status}`);
    return new Set(entries(await response.json()).map(({ id }) => id));
  }

  return {
    models: () => [...(state?.models.values() ?? [])],
    get: (id) => state?.models.get(id),
    at: () => state?.at ?? null,
    async sync() {
      try {
        // What this account may use, where the server tells that apart.
        const own = await fetched('/models/user', tag);
        const response = own.ok || own.status === 304 ? own : await fetched('/models', tag);
        if (response.status === 304) return true;
        if (!response.ok) throw new Error(`the list came back with ${response.status}`);
        const all = entries(await response.json());
        const silent = keepsNothing ? await silentOnes() : null;
        const rows = silent ? all.map((row) => ({ ...row, keeps_nothing: silent.has(row.id) })) : all;
        // A list without anything in it is a mistake of the other side, not the end of all models.
        if (rows.length === 0) throw new Error('the list is empty');
        tag = response.headers.get('etag');
        const at = now().toISOString();
        for (const gone of state?.models.keys() ?? [])
          if (!rows.some(({ id }) => id === gone)) log.warn({ model: gone }, 'A model is no longer on offer.');
        state = { at, models: new Map(rows.map((row) => [row.id, listed(row)])) };
        keep(file, { at, models: rows }, log);
        return true;
      } catch (error) {
        log.warn({ error: String(error), since: state?.at ?? 'never' }, 'The list of models could not be fetched.');
        return false;
      }
    },
  };
}

function entries(body: unknown) {
  return list.parse(body).data.flatMap((row) => {
    const parsed = entry.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

function listed(row: z.infer<typeof entry>): Listed {
  const supported = row.supported_parameters;
  const measured = row.benchmarks?.artificial_analysis;
  return {
    id: row.id,
    name: row.name || row.id,
    context: row.context_length ?? null,
    prompt: (row.pricing?.prompt ?? 0) * 1e6,
    completion: (row.pricing?.completion ?? 0) * 1e6,
    // A server that does not say what it supports is taken at its word only when it is asked.
    tools: supported ? supported.includes('tools') : true,
    structured: supported ? supported.includes('structured_outputs') : true,
    images: row.architecture?.input_modalities.includes('image') ?? false,
    expires: row.expiration_date ?? null,
    target: row.alias_target?.slug ?? row.id,
    index: {
      intelligence: measured?.intelligence_index ?? null,
      coding: measured?.coding_index ?? null,
      agentic: measured?.agentic_index ?? null,
    },
    keepsNothing: row.keeps_nothing ?? null,
  };
}
