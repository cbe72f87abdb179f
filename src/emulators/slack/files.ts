/** Files as Slack keeps them: what an app and people put there, and the address that gives them only to who may have them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId, type World } from './state.ts';
import type { JsonObject, SlackUpload } from './types.ts';

export type StoredFile = {
  name: string;
  title: string;
  mimetype: string;
  length: number;
  /** Null until it was uploaded. */
  content: Buffer | null;
  user: string;
};

const kinds: Record<string, [mimetype: string, filetype: string]> = {
  csv: ['text/csv', 'csv'],
  gif: ['image/gif', 'gif'],
  html: ['text/html', 'html'],
  jpeg: ['image/jpeg', 'jpg'],
  jpg: ['image/jpeg', 'jpg'],
  json: ['application/json', 'json'],
  md: ['text/markdown', 'markdown'],
  pdf: ['application/pdf', 'pdf'],
  png: ['image/png', 'png'],
  ts: ['text/plain', 'typescript'],
  txt: ['text/plain', 'text'],
  webp: ['image/webp', 'webp'],
  zip: ['application/zip', 'zip'],
};

/** What Slack takes a file for, by its name. */
export function mimetypeOf(name: string): string {
  return kinds[extension(name)]?.[0] ?? 'application/octet-stream';
}

export function upload(world: World, user: string, { name, content, mimetype }: SlackUpload): string {
  const id = newId('F');
  const bytes = Buffer.from(content);
  const type = mimetype ?? mimetypeOf(name);
  world.files.set(id, { name, title: name, mimetype: type, length: bytes.length, content: bytes, user });
  return id;
}

/** The file object in messages and answers. */
export function fileInApi(world: World, id: string, origin: string): JsonObject {
  const file = world.files.get(id);
  if (!file) return { id, mode: 'tombstone' };
  const { name, title, mimetype, length, user } = file;
  const address = `${origin}/files-pri/${world.team.id}-${id}`;
  const path = encodeURIComponent(name);
  return {
    id,
    created: Math.floor(world.now() / 1000),
    name,
    title,
    mimetype,
    filetype: kinds[extension(name)]?.[1] ?? 'binary',
    user,
    user_team: world.team.id,
    editable: false,
    size: length,
    mode: 'hosted',
    is_external: false,
    is_public: true,
    file_access: 'visible',
    url_private: `${address}/${path}`,
    url_private_download: `${address}/download/${path}`,
  };
}

/** Without the right token Slack does not refuse: it sends the page where people sign in, as a page like any other. */
export function download(world: World, request: IncomingMessage, response: ServerResponse, pathname: string): void {
  const id = /^\/files-pri\/[^/-]+-([^/]+)\//.exec(pathname)?.[1] ?? '';
  const file = world.files.get(id);
  const { botToken, scopes } = world.settings;
  const may = world.installed && request.headers.authorization === `Bearer ${botToken}` && scopes.has('files:read');
  if (!may) {
    response.writeHead(302, { location: `/signin?redir=${encodeURIComponent(pathname)}` }).end();
    return;
  }
  if (!file?.content) {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Not found</title>');
    return;
  }
  response.writeHead(200, { 'content-type': file.mimetype, 'content-length': file.content.length }).end(file.content);
}

export function signInPage(response: ServerResponse): void {
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(
      '<!DOCTYPE html><html><head><title>Slack | Sign in</title></head><body>Sign in to your workspace</body></html>',
    );
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}
