/** The playground's web server: the page's files, live state by Server-Sent Events, and one door for deeds. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { SophiaError } from '../core/error.ts';
import { safetyHeaders, turnedAway } from './guard.ts';

export type SiteOptions = {
  /** 0 picks a free one; a taken one moves to the next. */
  port: number;
  /** What the page shows, as JSON. */
  state(): unknown;
  /** Does what the page asked for; its answer goes back as JSON. A throw becomes `{ ok: false, error }`. */
  deed(verb: string, body: unknown): Promise<object>;
  /** A file that was shared, by its id. */
  file?(id: string): { name: string; content: Buffer } | null;
};

export type Site = {
  readonly url: string;
  readonly port: number;
  /** Which token the page was given; tests use it. */
  readonly token: string;
  /** Tells every open page that something changed. */
  changed(): void;
  close(): Promise<void>;
};

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const folder = new URL('./page/', import.meta.url);
/** Five files of two megabytes, as text, and some words. */
const largestBody = 14_000_000;
const portsTried = 20;

export async function createSite({ port: wanted, state, deed, file: shared = () => null }: SiteOptions): Promise<Site> {
  const token = randomBytes(24).toString('base64url');
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
  const pages = new Set<ServerResponse>();
  let port = wanted;
  let pending: NodeJS.Timeout | undefined;

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        send(response, 500, { ok: false, error: error instanceof Error ? error.message : 'It broke.' });
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
    const url = new URL(request.url ?? '/', 'http://playground');
    const header = (name: string) => [request.headers[name]].flat()[0];
    const refusal = turnedAway(
      {
        path: url.pathname,
        host: request.headers.host,
        origin: request.headers.origin,
        site: header('sec-fetch-site'),
        // EventSource can send no headers, so its token stands in the address.
        token:
          header('x-playground-token') ??
          (url.pathname === '/events' ? (url.searchParams.get('token') ?? undefined) : undefined),
      },
      port,
      token,
    );
    if (refusal) return send(response, 403, { ok: false, error: refusal });
    if (request.method === 'GET' && url.pathname === '/') return file(response, 'index.html');
    if (request.method === 'GET' && url.pathname.startsWith('/page/')) return file(response, url.pathname.slice(6));
    if (request.method === 'GET' && url.pathname === '/events') return follow(request, response);
    const id = request.method === 'GET' ? url.pathname.match(/^\/file\/(\w+)$/)?.[1] : undefined;
    if (id) return download(response, id);
    const verb = request.method === 'POST' ? url.pathname.match(/^\/do\/([A-Za-z]+)$/)?.[1] : undefined;
    if (!verb) return send(response, 404, { ok: false, error: 'There is nothing here.' });
    try {
      send(response, 200, { ok: true, ...(await deed(verb, await readJson(request))) });
    } catch (error) {
      send(response, 200, { ok: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  function file(response: ServerResponse, name: string): void {
    const text = files.get(name);
    if (text === undefined) {
      send(response, 404, { ok: false, error: 'There is no such file.' });
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'text/plain; charset=utf-8' });
    response.end(name === 'index.html' ? text.replace('{{token}}', token) : text);
  }

  /** Whatever it holds, it is only ever saved: nothing of it runs or is shown here. */
  function download(response: ServerResponse, id: string): void {
    const found = shared(id);
    if (found) {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' });
      response.end(found.content);
    } else send(response, 404, { ok: false, error: 'There is no such file.' });
  }

  function follow(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'keep-alive' });
    response.write(`retry: 1000\n\n${eventOf(state())}`);
    pages.add(response);
    request.on('close', () => pages.delete(response));
  }

  function send(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(body));
  }

  port = await listen(server, wanted);
  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    token,
    changed() {
      // Bursts (a streamed answer) become one update.
      pending ??= setTimeout(() => {
        pending = undefined;
        if (pages.size === 0) return;
        const event = eventOf(state());
        for (const page of pages) page.write(event);
      }, 30);
    },
    async close() {
      clearTimeout(pending);
      for (const page of pages) page.end();
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

function eventOf(state: unknown): string {
  return `event: state\ndata: ${JSON.stringify(state)}\n\n`;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  // A foreign form can send text, but not this type.
  if (request.headers['content-type'] !== 'application/json')
    throw new SophiaError('bad_input', 'Only JSON is understood.');
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > largestBody) throw new SophiaError('bad_input', 'That is too long.');
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new SophiaError('bad_input', 'That is not JSON.', { cause });
  }
}

/** Tries the wanted port, then the ones after it. */
async function listen(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; ; port++) {
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      return address !== null && typeof address !== 'string' ? address.port : port;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (taken && port < Math.min(wanted + portsTried, 65_535)) continue;
      throw new SophiaError('unavailable', `The playground cannot listen on port ${port}.`, {
        hint: 'Set PORT to a free one.',
        cause: error,
      });
    }
  }
}
