/** Where models are asked: the main server, and further OpenAI-compatible ones whose models are named `<name>:<model>`. */
import { z } from 'zod';
import { SophiaError } from '../core/error.ts';
import { isOpenRouter, type MaxPrice } from './classes.ts';
import type { Provider } from './failure.ts';
import { type Ask, createOpenRouter } from './openrouter.ts';
import type { Privacy } from './request.ts';

export type FurtherServer = { name: string; baseUrl: string; apiKey: string };

export type ServersOptions = {
  baseUrl: string;
  apiKey: string;
  further: readonly FurtherServer[];
  maxPrice: MaxPrice;
  privacy?: Privacy;
  deadlineMs: number;
  fetch?: typeof fetch;
};

export function createServers({ baseUrl, apiKey, further, ...rest }: ServersOptions): Ask {
  const main = serverOf({ baseUrl, apiKey, ...rest });
  const others = new Map(further.map((server) => [server.name, serverOf({ ...rest, ...server })]));
  const find = (model: string) => {
    const at = model.indexOf(':');
    const other = at > 0 ? others.get(model.slice(0, at)) : undefined;
    return other ? { ...other, model: model.slice(at + 1) } : { ...main, model };
  };
  return (model, turn, signal, heard) => {
    const server = find(model);
    return server.ask(server.model, turn, signal, heard);
  };
}

function serverOf(options: Omit<ServersOptions, 'further'> & { name?: string }) {
  const openRouter = isOpenRouter(options.baseUrl);
  const provider = providerOf(options.baseUrl, options.name);
  const { name: _, ...rest } = options;
  return { openRouter, ask: createOpenRouter({ ...rest, provider, openRouter }) };
}

export function providerOf(baseUrl: string, name?: string): Provider {
  const openRouter = isOpenRouter(baseUrl);
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).host : 'the model server';
  return { name: name ?? (openRouter ? 'OpenRouter' : host), openRouter };
}

/** `groq=https://api.groq.com/openai/v1, vllm=http://10.0.0.5:8000/v1`; the key of each from SOPHIA_SERVER_<NAME>_KEY. */
export function parseServers(text: string, keyOf: (name: string) => string | undefined): FurtherServer[] {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  return parts.map((part) => {
    const [, name, baseUrl] = /^([a-z][a-z0-9-]*)=(\S+)$/.exec(part) ?? [];
    if (!name || !baseUrl || !URL.canParse(baseUrl))
      throw new SophiaError('not_configured', `SOPHIA_SERVERS holds “${part}”, which is no server.`, {
        hint: 'Each is a name and an address: ollama=http://127.0.0.1:11434/v1',
      });
    return { name, baseUrl, apiKey: keyOf(`SOPHIA_SERVER_${name.toUpperCase().replaceAll('-', '_')}_KEY`) ?? '' };
  });
}

const tags = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** Models that a server on this machine has pulled; none when nothing listens there. */
export async function localModels(baseUrl: string, ask: typeof fetch = fetch): Promise<string[]> {
  try {
    const response = await ask(`${baseUrl}/models`, { signal: AbortSignal.timeout(1_000) });
    if (!response.ok) return [];
    return tags.parse(await response.json()).data.map(({ id }) => id);
  } catch {
    return [];
  }
}
