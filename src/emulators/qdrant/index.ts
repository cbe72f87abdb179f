/** Stands in for Qdrant on loopback: collections with dense and sparse vectors, filters in strict mode, fused queries. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Collection, createCollection, type Reply, refuse } from './collection.ts';

export type QdrantEmulator = {
  url: string;
  apiKey: string;
  /** What a collection holds, as anybody with its disk would see it. */
  dump(collection: string): string;
  /** The next requests are answered with this status. */
  fail(status: number, times?: number): void;
  close(): Promise<void>;
};

export async function createQdrantEmulator(options: { apiKey?: string } = {}): Promise<QdrantEmulator> {
  const { apiKey = 'qdrant-key' } = options;
  const collections = new Map<string, Collection>();
  const faults: number[] = [];

  const server = createServer((request, response) => {
    handle(request).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, refuse(500, String(error))),
    );
  });

  async function handle(request: IncomingMessage): Promise<Reply> {
    const text = await read(request);
    const fault = faults.shift();
    if (fault !== undefined) return refuse(fault, 'made to fail');
    if (request.headers['api-key'] !== apiKey) return refuse(401, 'Must provide an API key');
    const path = new URL(request.url ?? '/', 'http://emulator').pathname.split('/').filter(Boolean);
    const [head, name, ...rest] = path;
    if (head !== 'collections' || !name) return refuse(404, 'Not found');
    const body = (text === '' ? {} : JSON.parse(text)) as never;
    const what = `${request.method} ${rest.join('/')}`.trim();
    if (what === 'GET exists') return { status: 200, result: { exists: collections.has(name) } };
    if (what === 'PUT') {
      if (collections.has(name)) return refuse(409, `Wrong input: Collection \`${name}\` already exists!`);
      collections.set(name, createCollection(body));
      return { status: 200, result: true };
    }
    if (what === 'DELETE') return { status: 200, result: collections.delete(name) };
    const collection = collections.get(name);
    if (!collection) return refuse(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return collection.answer(what, body);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    dump: (collection) => JSON.stringify(collections.get(collection)?.points() ?? []),
    fail(status, times = 1) {
      faults.push(...new Array<number>(times).fill(status));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function send(response: ServerResponse, { status, result, problem }: Reply): void {
  const body =
    problem === undefined
      ? { usage: null, time: 0, status: 'ok', result }
      : { time: 0, status: { error: problem }, result: null };
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
