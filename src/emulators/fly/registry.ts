/** The OCI distribution API over the emulated images: manifests, configuration blobs, tags. */
import { createHash } from 'node:crypto';
import type { Images } from './images.ts';

export type RegistryAnswer = { status: number; headers: Record<string, string>; text: string };

export function answerRegistry(
  images: Images,
  token: string,
  path: string,
  authorization: string | undefined,
): RegistryAnswer {
  const wanted = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
  if (authorization !== wanted) {
    const refused = problem(401, 'UNAUTHORIZED', 'authentication required');
    return { ...refused, headers: { ...refused.headers, 'www-authenticate': 'Basic realm="registry.fly.io"' } };
  }
  if (path === '/v2/' || path === '/v2') return json(200, '{}');
  const {
    name = '',
    kind,
    reference = '',
  } = /^\/v2\/(?<name>.+)\/(?<kind>manifests|blobs|tags)\/(?<reference>[^/]+)$/.exec(path)?.groups ?? {};
  if (kind === 'tags') return json(200, JSON.stringify({ name, tags: images.tags(name) }));
  if (kind === 'manifests') {
    const found = images.manifest(name, decodeURIComponent(reference));
    return found ? document(found) : problem(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  }
  if (kind === 'blobs') {
    const found = images.blob(name, decodeURIComponent(reference));
    return found ? document(found) : problem(404, 'BLOB_UNKNOWN', 'blob unknown to registry');
  }
  return problem(404, 'NAME_UNKNOWN', 'repository name not known to registry');
}

function document({ type, text }: { type: string; text: string }): RegistryAnswer {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { status: 200, headers: { 'content-type': type, 'docker-content-digest': digest }, text };
}

function json(status: number, text: string): RegistryAnswer {
  return { status, headers: { 'content-type': 'application/json' }, text };
}

function problem(status: number, code: string, message: string): RegistryAnswer {
  return json(status, JSON.stringify({ errors: [{ code, message }] }));
}
