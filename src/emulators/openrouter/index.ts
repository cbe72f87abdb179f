/** Stands in for OpenRouter on loopback: chat completions with and without a stream, models, key, and every way to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorBody } from './answers.ts';
import { endpointList, keyInfo, modelList, type Offer } from './catalogue.ts';
import { embeddingList } from './embeddings.ts';
import { createFaults } from './faults.ts';
import { rehearse } from './rehearsal/index.ts';
import { respond, sendJson } from './respond.ts';
import type { ChatRequest, OpenRouterEmulator, OpenRouterEmulatorOptions, RecordedRequest, Script } from './types.ts';
import { wrongWith } from './validate.ts';

export type * from './types.ts';

const prefix = '/api/v1';
const largestBody = 4_000_000;

export async function createOpenRouterEmulator(options: OpenRouterEmulatorOptions = {}): Promise<OpenRouterEmulator> {
  const { port = 0, apiKey = 'sk-or-v1-rehearsal', brain = rehearse, clock = Date.now, paceMs = 0 } = options;
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  let scripts: Script[] = [];
  let answers = 0;
  let offer: Offer = {};

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, errorBody(500, `The emulator failed: ${error}`));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://emulator');
    const seconds = Math.floor(clock() / 1_000);
    const text = await read(request);
    // The list of models is public at OpenRouter; everything else wants the key.
    if (request.method === 'GET' && path === `${prefix}/models`)
      return sendJson(response, 200, modelList(seconds, offer, searchParams.get('zdr') === 'true'));
    const served = new RegExp(`^${prefix}/models/([^/]+/[^/]+)/endpoints$`).exec(path)?.[1];
    if (request.method === 'GET' && served !== undefined) {
      const knows = request.headers.authorization === `Bearer ${apiKey}`;
      const list = endpointList(decodeURIComponent(served), seconds, offer, knows);
      return list
        ? sendJson(response, 200, list)
        : sendJson(response, 404, errorBody(404, 'Model not found or no endpoints available'));
    }
    if (!request.headers.authorization) return sendJson(response, 401, errorBody(401, 'Missing Authentication header'));
    if (request.headers.authorization !== `Bearer ${apiKey}`) return sendJson(response, 401, errorBody(401));
    if (request.method === 'GET' && path === `${prefix}/models/user`)
      return sendJson(response, 200, modelList(seconds, offer));
    if (request.method === 'GET' && path === `${prefix}/key`) return sendJson(response, 200, keyInfo(apiKey));
    if (request.method === 'POST' && path === `${prefix}/embeddings`) {
      const { model, input } = JSON.parse(text ?? '{}') as { model: string; input: string | string[] };
      return sendJson(response, 200, embeddingList(model, input));
    }
    if (request.method !== 'POST' || path !== `${prefix}/chat/completions`)
      return sendJson(response, 404, errorBody(404, 'Resource not found'));
    if (text === null) return sendJson(response, 413, errorBody(413));

    const body = asJson(text);
    const problem = wrongWith(body);
    if (problem !== undefined) return sendJson(response, 400, errorBody(400, problem));
    const asked = body as ChatRequest;
    requests.push({ method: 'POST', path, headers: headersOf(request), body: asked });
    const fault = faults.take(asked);
    const answer = scripts.map((script) => script(asked)).find((said) => said !== undefined) ?? brain(asked);
    const id = `gen-${seconds}-${++answers}`;
    await respond(response, { id, created: seconds, request: asked, answer }, fault, paceMs);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    baseUrl: url + prefix,
    apiKey,
    requests,
    fail: faults.add,
    offer(changes) {
      offer = { ...offer, ...changes };
    },
    clearFaults: faults.clear,
    script(script) {
      scripts = [script, ...scripts];
      return () => {
        scripts = scripts.filter((other) => other !== script);
      };
    },
    reset() {
      requests.length = 0;
      scripts = [];
      offer = {};
      faults.clear();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Null when it is too large to be kept. */
async function read(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += (piece as Buffer).length;
    if (size <= largestBody) pieces.push(piece as Buffer);
  }
  return size <= largestBody ? Buffer.concat(pieces).toString('utf8') : null;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => name !== 'authorization');
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
