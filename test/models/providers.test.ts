/** Further servers: how they are named in the settings, whose key they get, and what one on this machine has pulled. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Turn } from '../../src/core/model.ts';
import { createOpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import { defaultMaxPrice } from '../../src/models/classes.ts';
import { createServers, localModels, parseServers } from '../../src/models/providers.ts';

test('servers are named with their address, each with a key of its own', () => {
  const keys: Record<string, string> = { SOPHIA_SERVER_MY_GATEWAY_KEY: 'sk-1' };
  expect(
    parseServers('my-gateway=https://gw.example/v1, vllm=http://10.0.0.5:8000/v1', (variable) => keys[variable]),
  ).toEqual([
    { name: 'my-gateway', baseUrl: 'https://gw.example/v1', apiKey: 'sk-1' },
    { name: 'vllm', baseUrl: 'http://10.0.0.5:8000/v1', apiKey: '' },
  ]);
  expect(parseServers('', () => undefined)).toEqual([]);
  for (const wrong of ['https://gw.example/v1', 'Groq=https://x/v1', 'groq=nowhere'])
    expect(() => parseServers(wrong, () => undefined)).toThrow('SOPHIA_SERVERS');
});

test('a model goes to the server it is named after, under the name it has there; a suffix of the main one is no server', async () => {
  const [main, other] = await Promise.all([
    createOpenRouterEmulator(),
    createOpenRouterEmulator({ apiKey: 'sk-other' }),
  ]);
  try {
    const ask = createServers({
      ...{ baseUrl: main.baseUrl, apiKey: main.apiKey, maxPrice: defaultMaxPrice, deadlineMs: 5_000 },
      further: [{ name: 'gw', baseUrl: other.baseUrl, apiKey: other.apiKey }],
    });
    const turn: Turn = {
      ...{ class: 'speed', system: '', tools: [], maxTokens: 10, session: 's' },
      messages: [{ role: 'user', text: 'hello' }],
    };
    for (const model of ['gw:a/b', 'a/b:nitro'])
      expect(await ask(model, turn, AbortSignal.timeout(5_000))).toMatchObject({ state: 'answered' });
    expect(other.requests.map(({ body }) => body.model)).toEqual(['a/b']);
    expect(main.requests.map(({ body }) => body.model)).toEqual(['a/b:nitro']);
  } finally {
    await Promise.all([main.close(), other.close()]);
  }
});

test('what a server on this machine has pulled is found; nothing where none listens, or something else does', async () => {
  let body = JSON.stringify({ object: 'list', data: [{ id: 'llama3.2:3b' }, { id: 'qwen3:8b' }] });
  const server = createServer((_, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  expect(await localModels(url)).toEqual(['llama3.2:3b', 'qwen3:8b']);
  body = '<html>';
  expect(await localModels(url)).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  expect(await localModels(url)).toEqual([]);
});
