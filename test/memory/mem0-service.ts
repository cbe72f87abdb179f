/** Stands in for mem0's service on loopback, as its API reference tells it: adding in the background, events, lists, deletion. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const adding = z.strictObject({
  messages: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string().min(1) })).min(1),
  run_id: z.string().regex(/^\S+$/),
  custom_instructions: z.string().optional(),
});
const listing = z.strictObject({ filters: z.strictObject({ run_id: z.string() }) });
const eventId = '0b0f3c1e-6f57-4d26-9d2e-1c9a5f6a7b11';

export async function openMem0Service(options: { drawn: string[]; pending?: number; fails?: boolean }) {
  const apiKey = 'm0-service-key';
  const requests: string[] = [];
  const added: z.infer<typeof adding>[] = [];
  const kept = new Map<string, string[]>();
  let pending = options.pending ?? 1;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service');
    const say = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body: unknown = pieces.length > 0 ? JSON.parse(Buffer.concat(pieces).toString()) : null;
    requests.push(`${request.method} ${pathname}`);
    if (request.headers.authorization !== `Token ${apiKey}`) return say(401, { detail: 'Invalid API key' });
    switch (`${request.method} ${pathname}`) {
      case 'GET /v1/ping/':
        return say(200, { status: 'ok', org_id: 'o1', project_id: 'p1', user_email: 'somebody@example.org' });
      case 'POST /v3/memories/add/': {
        const asked = adding.safeParse(body);
        if (!asked.success) return say(400, { detail: z.prettifyError(asked.error) });
        added.push(asked.data);
        kept.set(asked.data.run_id, options.drawn);
        return say(200, { message: 'Memory processing has been queued', status: 'PENDING', event_id: eventId });
      }
      case `GET /v1/event/${eventId}/`: {
        const status = pending-- > 0 ? 'PENDING' : options.fails ? 'FAILED' : 'SUCCEEDED';
        return say(200, { id: eventId, event_type: 'ADD', status });
      }
      case 'POST /v3/memories/': {
        const asked = listing.safeParse(body);
        if (!asked.success) return say(400, { detail: z.prettifyError(asked.error) });
        const found = kept.get(asked.data.filters.run_id) ?? [];
        const results = found.map((memory, index) => ({
          id: `memory-${index}`,
          memory,
          run_id: asked.data.filters.run_id,
        }));
        return say(200, { count: results.length, next: null, previous: null, results });
      }
      case 'DELETE /v1/memories/':
        kept.delete(searchParams.get('run_id') ?? '');
        return say(200, { message: 'Memories deleted successfully!' });
      default:
        return say(404, { detail: 'Not found' });
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ apiKey, requests, added, kept },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
