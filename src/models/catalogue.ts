/** The provider's list of models: fetched now and then, kept on disk, so that a start without a network knows it too. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Log } from '../core/connector.ts';
import { createFetch } from '../kit/http.ts';

const price = z.coerce.number().nonnegative().catch(0);
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
  log: Log;
  now: () => Date;
  fetch?: typeof fetch;
};

export function createCatalogue({ baseUrl, apiKey, file, log, now, ...options }: CatalogueOptions): Catalogue {
  const ask = createFetch({ name: 'the list of models', deadlineMs: 15_000, retries: 1, ...options });
  let state: { at: string; models: Map<string, Listed> } | null = read(file);
  let tag: string | null = null;

  async function fetched(path: string): Promise<Response> {
    return ask(`${baseUrl.replace(/\/$/, '')}${path}`, {
      headers: { ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}), ...(tag ? { 'if-none-match': tag } : {}) },
    });
  }

  return {
    models: () => [...(state?.models.values() ?? [])],
    get: (id) => state?.models.get(id),
    at: () => state?.at ?? null,
    async sync() {
      try {
        // What this account may use, where the server tells that apart.
        const own = await fetched('/models/user');
        const response = own.ok || own.status === 304 ? own : await fetched('/models');
        if (response.status === 304) return true;
        if (!response.ok) throw new Error(`the list came back with ${response.status}`);
        const rows = list.parse(await response.json()).data.flatMap((row) => {
          const parsed = entry.safeParse(row);
          return parsed.success ? [parsed.data] : [];
        });
        // A list without anything in it is a mistake of the other side, not the end of all models.
        if (rows.length === 0) throw new Error('the list is empty');
        tag = response.headers.get('etag');
        const at = now().toISOString();
        for (const gone of state?.models.keys() ?? [])
          if (!rows.some(({ id }) => id === gone)) log.warn({ model: gone }, 'A model is no longer on offer.');
        state = { at, models: new Map(rows.map((row) => [row.id, listed(row)])) };
        write(file, JSON.stringify({ at, models: rows }), log);
        return true;
      } catch (error) {
        log.warn({ error: String(error), since: state?.at ?? 'never' }, 'The list of models could not be fetched.');
        return false;
      }
    },
  };
}

function listed(row: z.infer<typeof entry>): Listed {
  const supported = row.supported_parameters;
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
  };
}

function read(file: string | null) {
  if (file === null) return null;
  try {
    const { at, models } = kept.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { at, models: new Map(models.map((row) => [row.id, listed(row)])) };
  } catch {
    // Not there yet, or not whole: the next fetch writes it anew.
    return null;
  }
}

/** Under another name first: a crash in the middle leaves the old list whole. */
function write(file: string | null, text: string, log: Log): void {
  if (file === null) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  } catch (error) {
    log.warn({ error: String(error) }, 'The list of models could not be kept on disk.');
  }
}
