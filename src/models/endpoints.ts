/** Where the models in use are served: what each provider's endpoint can do, how quick and how reliable it was lately. Kept on disk. */
import { z } from 'zod';
import type { Log } from '../core/connector.ts';
import { createFetch } from '../kit/http.ts';
import { isOpenRouter } from './classes.ts';
import { keep, readKept } from './on-disk.ts';

const median = z.looseObject({ p50: z.number().positive() }).nullish().catch(null);
const price = z.coerce.number().nonnegative().catch(0);
const row = z.looseObject({
  context_length: z.number().nullish().catch(null),
  pricing: z.looseObject({ prompt: price, completion: price }).nullish().catch(null),
  supported_parameters: z.array(z.string()).nullish().catch(null),
  uptime_last_30m: z.number().nullish().catch(null),
  latency_last_30m: median,
  throughput_last_30m: median,
});
const answer = z.looseObject({ data: z.looseObject({ endpoints: z.array(row) }) });
const endpoint = z.object({
  context: z.number().nullable(),
  /** Dollars per million tokens. */
  prompt: z.number(),
  completion: z.number(),
  tools: z.boolean(),
  structured: z.boolean(),
  /** Share of the last half hour, 0 to 1. */
  up: z.number().nullable(),
  /** Seconds until the first word, and words' pieces a second after it. */
  firstSeconds: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
});
const kept = z.record(z.string(), z.object({ at: z.string(), endpoints: z.array(endpoint) }));

export type Endpoint = z.infer<typeof endpoint>;

export interface Endpoints {
  /** Undefined when it is not known, or was known too long ago. None: nobody serves it now. */
  of(model: string): readonly Endpoint[] | undefined;
  /** How the best of them fared in the last hours: seconds of a short answer, share of the time that it was down. */
  lately(model: string): { seconds: number | null; down: number | null };
  /** Looks anew; of what cannot be looked at the last look stays in use. */
  sync(models: readonly string[]): Promise<void>;
}

export type EndpointsOptions = {
  baseUrl: string;
  apiKey: string;
  file: string | null;
  log: Log;
  now: () => Date;
  fetch?: typeof fetch;
};

/** What an endpoint can do changes seldom; how it fares changes by the minute. */
const abilitiesMs = 24 * 3_600_000;
const latelyMs = 2 * 3_600_000;
/** Of a short answer, as one reads in Slack. */
const answerTokens = 200;
/** Times are documented in milliseconds, and shown in seconds in the same document: nobody begins to speak in ten milliseconds. */
const leastMilliseconds = 10;

export function createEndpoints({ baseUrl, apiKey, file, log, now, ...options }: EndpointsOptions): Endpoints {
  const ask = createFetch({ name: 'the list of providers', deadlineMs: 10_000, retries: 1, ...options });
  const known = new Map(Object.entries(readKept(file, kept) ?? {}));
  const since = (model: string, ageMs: number) => {
    const found = known.get(model);
    return found && now().getTime() - Date.parse(found.at) <= ageMs ? found.endpoints : undefined;
  };

  async function look(model: string): Promise<void> {
    const [author, slug] = model.split('/').map(encodeURIComponent);
    const response = await ask(`${baseUrl.replace(/\/$/, '')}/models/${author}/${slug}/endpoints`, {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
    });
    // Not in this list: what the list of models says stands.
    if (response.status === 404) return void known.delete(model);
    if (!response.ok) throw new Error(`the providers of ${model} came back with ${response.status}`);
    const { endpoints } = answer.parse(await response.json()).data;
    known.set(model, { at: now().toISOString(), endpoints: endpoints.map(read) });
  }

  return {
    of: (model) => since(model, abilitiesMs),
    lately(model) {
      const here = since(model, latelyMs) ?? [];
      const times = here.flatMap(({ firstSeconds, tokensPerSecond }) =>
        firstSeconds === null ? [] : [firstSeconds + (tokensPerSecond === null ? 0 : answerTokens / tokensPerSecond)],
      );
      const ups = here.flatMap(({ up }) => (up === null ? [] : [up]));
      return {
        seconds: times.length > 0 ? Math.min(...times) : null,
        down: ups.length > 0 ? 1 - Math.max(...ups) : null,
      };
    },
    async sync(models) {
      if (!isOpenRouter(baseUrl)) return;
      // One after the other: nobody waits for it.
      for (const model of models) {
        if (!/^[^/]+\/[^/]+$/.test(model)) continue;
        try {
          await look(model);
        } catch (error) {
          log.warn({ model, error: String(error) }, 'The providers of a model could not be looked at.');
          // What is not reachable for one is not for the next.
          break;
        }
      }
      for (const model of known.keys()) if (!models.includes(model)) known.delete(model);
      keep(file, Object.fromEntries(known), log);
    },
  };
}

function read({ pricing, supported_parameters: supported, ...rest }: z.infer<typeof row>): Endpoint {
  const first = rest.latency_last_30m?.p50 ?? null;
  return {
    context: rest.context_length ?? null,
    prompt: (pricing?.prompt ?? 0) * 1e6,
    completion: (pricing?.completion ?? 0) * 1e6,
    tools: supported ? supported.includes('tools') : true,
    structured: supported ? supported.includes('structured_outputs') : true,
    up: rest.uptime_last_30m === null || rest.uptime_last_30m === undefined ? null : rest.uptime_last_30m / 100,
    firstSeconds: first === null ? null : first < leastMilliseconds ? first : first / 1_000,
    tokensPerSecond: rest.throughput_last_30m?.p50 ?? null,
  };
}
