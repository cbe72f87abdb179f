/** The HTTP port: health for the platform, metrics, webhooks, and Slack's requests, handed to Bolt once they can be genuine. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../core/connector.ts';

export const requestPath = '/slack/events';
const mostSkewSeconds = 300;
/** Slack's largest are some tens of kilobytes. */
const mostBodyBytes = 1024 * 1024;
/** What others send is larger: a push tells of each commit. */
const mostWebhookBytes = 5 * 1024 * 1024;

export type ServerOptions = {
  now: () => Date;
  log: Log;
  ready: () => Promise<boolean>;
  metrics?: (() => Promise<string>) | undefined;
  /** Bolt's listener; absent in Socket Mode. */
  slack?: RequestListener | undefined;
  webhooks?: WebhookReceiver | undefined;
};

export type WebhookReceiver = {
  listens(path: string): boolean;
  receive(path: string, headers: Record<string, string | undefined>, body: Buffer): Promise<number>;
};

export function createHttpServer(options: ServerOptions): Server {
  const { now, log, ready, metrics, slack, webhooks } = options;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const reading = request.method === 'GET' || request.method === 'HEAD';
    if (reading && path === '/healthz') return end(response, 200, 'ok\n');
    if (reading && path === '/readyz') {
      const fine = await ready().catch(() => false);
      return end(response, fine ? 200 : 503, fine ? 'ready\n' : 'not ready\n');
    }
    if (reading && path === '/metrics' && metrics) return end(response, 200, await metrics());
    if (slack && path === requestPath && request.method === 'POST') {
      // Bolt refuses what is older than five minutes but takes any future: a captured request must not be kept for next year.
      const stamp = Number(request.headers['x-slack-request-timestamp']);
      if (stamp > now().getTime() / 1000 + mostSkewSeconds) {
        log.warn({ stamp }, 'A request stamped in the future was refused.');
        request.resume();
        return end(response, 401, '');
      }
      const body = await readBody(request);
      if (body === null) return end(response, 413, '', { connection: 'close' });
      if (!isObject(body, request.headers['content-type'])) return end(response, 400, '');
      // Bolt takes a body that was read already, and checks its signature.
      slack(Object.assign(request, { rawBody: body }), response);
      return;
    }
    if (request.method === 'POST' && webhooks?.listens(path)) {
      const body = await readBody(request, mostWebhookBytes);
      if (body === null) return end(response, 413, '', { connection: 'close' });
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      return end(response, await webhooks.receive(path, headers, body), '');
    }
    request.resume();
    return end(response, 404, 'not found\n');
  }
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'A request could not be answered.');
      if (!response.headersSent) end(response, 500, '');
    });
  });
}

/** Null when it is larger than any request should be; the rest is let run off unread. */
function readBody(request: IncomingMessage, most = mostBodyBytes): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else resolve(null);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

/** Bolt falls over a body that says `null`; what is no JSON at all it refuses itself. */
function isObject(body: Buffer, type: string | undefined): boolean {
  const text = body.toString();
  const form = type === 'application/x-www-form-urlencoded';
  const json = form ? new URLSearchParams(text).get('payload') : text;
  if (json === null) return true;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null;
  } catch {
    return true;
  }
}

function end(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}

export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
