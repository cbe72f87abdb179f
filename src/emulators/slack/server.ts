/** The emulator's HTTP server: the Web API, response addresses, uploads, and the door of Socket Mode. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, type WebApi } from './api.ts';
import { download, signInPage } from './files.ts';
import type { ResponseUrls } from './responses.ts';
import type { Sockets } from './socket.ts';
import type { World } from './state.ts';
import { SlackRefusal } from './web-api/method.ts';

export type Routes = { api: WebApi; responses: ResponseUrls; sockets: Sockets; world: World };

/** Listens first, so that the parts can be told the address; `attach` opens the doors. */
export async function listen(port: number): Promise<{ server: Server; origin: string; attach(routes: Routes): void }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    server,
    origin,
    attach(routes) {
      server.on('request', (request, response) => {
        route(routes, request, response).catch((error: unknown) => {
          const refused = error instanceof SlackRefusal;
          if (response.headersSent) return response.destroy();
          response.writeHead(refused ? 413 : 500, { 'content-type': 'text/plain' });
          response.end(refused ? error.error : `emulator fault: ${String(error)}`);
        });
      });
      server.on('upgrade', (request, stream, head) => routes.sockets.upgrade(request, stream, head));
    },
  };
}

async function route(
  { api, responses, world }: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname.startsWith('/api/')) return api.handle(pathname.slice('/api/'.length), request, response);
  if (request.method === 'POST' && pathname.startsWith('/respond/')) {
    const { status, body } = responses.use(pathname, (await readBody(request)).toString());
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
    return;
  }
  if (request.method === 'POST' && pathname.startsWith('/upload/')) {
    const file = world.files.get(pathname.slice('/upload/'.length));
    const content = await readBody(request);
    const whole = request.headers['content-type']?.startsWith('multipart/') || content.length === file?.length;
    if (file && !whole) return refuse(response, 'the length is not the one that was named');
    if (file) file.content = content;
    response
      .writeHead(file ? 200 : 404, { 'content-type': 'text/plain' })
      .end(file ? `OK - ${content.length}` : 'not found');
    return;
  }
  if (request.method === 'GET' && pathname.startsWith('/files-pri/'))
    return download(world, request, response, pathname);
  if (request.method === 'GET' && pathname === '/signin') return signInPage(response);
  response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
}

function refuse(response: ServerResponse, words: string): void {
  response.writeHead(400, { 'content-type': 'text/plain' }).end(words);
}
