/** Looks images up in Fly's registry (the OCI distribution protocol): a tag becomes a digest that cannot move. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SophiaError } from '../../core/error.ts';
import { createFetch } from '../../kit/http.ts';

export const registryHost = 'registry.fly.io';
const revisionLabel = 'org.opencontainers.image.revision';

export type ImageName = { repository: string; tag: string | null; digest: string | null };
export type ResolvedImage = {
  image: string;
  repository: string;
  tag: string | null;
  digest: string;
  /** Names the image by its digest: what was approved is what runs. */
  pinned: string;
  /** Commit it was built from, by its label. */
  revision: string | null;
};

export type Registry = { resolve(image: string, signal: AbortSignal): Promise<ResolvedImage> };

const imagePattern =
  /^registry\.fly\.io\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$/;

/** Null when it is not an image of Fly's registry, or names neither tag nor digest. */
export function parseImage(image: string): ImageName | null {
  const [, repository, tag, digest] = imagePattern.exec(image) ?? [];
  if (!repository || (!tag && !digest)) return null;
  return { repository, tag: tag ?? null, digest: digest ?? null };
}

const manifestShape = z.object({
  config: z.object({ digest: z.string() }).optional(),
  manifests: z
    .array(
      z.object({
        digest: z.string(),
        platform: z.object({ os: z.string(), architecture: z.string() }).partial().optional(),
      }),
    )
    .optional(),
});
const configShape = z.object({ config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).optional() });

const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export function createRegistry(options: { token: string; url: string; fetch?: typeof fetch }): Registry {
  const ask = createFetch({ name: "Fly's registry", ...(options.fetch ? { fetch: options.fetch } : {}) });
  const base = options.url.replace(/\/+$/, '');
  // The registry wants the bare token; `fly tokens create` prints it with its scheme in front.
  const password = options.token.replace(/^(?:FlyV1|Bearer)\s+/i, '');
  const authorization = `Basic ${Buffer.from(`x:${password}`).toString('base64')}`;

  async function get(path: string, image: string, signal: AbortSignal): Promise<string> {
    const response = await ask(`${base}/v2/${path}`, { headers: { authorization, accept }, signal });
    if (response.ok) return response.text();
    await response.body?.cancel();
    throw refusal(response.status, image);
  }

  async function revisionOf(name: ImageName, manifestText: string, image: string, signal: AbortSignal) {
    const manifest = read(manifestShape, manifestText, image);
    if (manifest.manifests) {
      const platform =
        manifest.manifests.find((one) => one.platform?.os === 'linux' && one.platform.architecture === 'amd64') ??
        manifest.manifests[0];
      if (!platform) return null;
      const inner = await get(`${name.repository}/manifests/${platform.digest}`, image, signal);
      return labelOf(name, read(manifestShape, inner, image).config?.digest, image, signal);
    }
    return labelOf(name, manifest.config?.digest, image, signal);
  }

  async function labelOf(name: ImageName, config: string | undefined, image: string, signal: AbortSignal) {
    if (!config) return null;
    const text = await get(`${name.repository}/blobs/${config}`, image, signal);
    if (digestOf(text) !== config) throw damaged(image);
    return read(configShape, text, image).config?.Labels?.[revisionLabel] ?? null;
  }

  return {
    async resolve(image, signal) {
      const name = parseImage(image);
      if (!name)
        throw new SophiaError('bad_input', `“${image}” is not an image I can look up.`, {
          hint: `Name one in Fly's registry with a tag or a digest: ${registryHost}/<app>:<tag>.`,
        });
      const manifest = await get(`${name.repository}/manifests/${name.digest ?? name.tag}`, image, signal);
      const digest = digestOf(manifest);
      if (name.digest && name.digest !== digest) throw damaged(image);
      const revision = await revisionOf(name, manifest, image, signal);
      const label = name.tag ? `:${name.tag}` : '';
      const pinned = `${registryHost}/${name.repository}${label}@${digest}`;
      return { image, repository: `${registryHost}/${name.repository}`, tag: name.tag, digest, pinned, revision };
    },
  };
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function read<T>(shape: z.ZodType<T>, text: string, image: string): T {
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new SophiaError('internal', `Fly's registry described ${image} in a way I do not understand.`, { cause });
  }
}

function damaged(image: string): SophiaError {
  return new SophiaError('conflict', `What Fly's registry sent for ${image} does not match its digest.`, {
    hint: 'Push the image again; do not deploy this one.',
  });
}

function refusal(status: number, image: string): SophiaError {
  if (status === 404)
    return new SophiaError('not_found', `There is no image ${image} in Fly's registry.`, {
      hint: 'Has the build for that commit finished and pushed its image?',
    });
  if (status === 401 || status === 403)
    return new SophiaError('forbidden', `Fly's registry does not let this token see ${image}.`, {
      hint: 'Check FLY_API_TOKEN and that it belongs to the organization of the app.',
    });
  if (status === 429) return new SophiaError('rate_limited', "Fly's registry is asked too often.");
  return new SophiaError('unavailable', `Fly's registry answered ${status} for ${image}.`, {
    hint: 'Try again shortly.',
  });
}
