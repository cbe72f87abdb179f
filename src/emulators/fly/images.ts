/** The images of the emulated registry, stored as the OCI documents a real registry would serve. */
import { createHash } from 'node:crypto';
import type { Image } from './types.ts';

export const registryHost = 'registry.fly.io';
const revisionLabel = 'org.opencontainers.image.revision';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

export type Document = { type: string; text: string };
export type ImageRef = {
  registry: string;
  repository: string;
  tag: string;
  digest: string;
  labels: Record<string, string>;
};

export function createImages() {
  const images: Image[] = [];
  /** `acme-web\nsha256:…` and `acme-web\n<tag>` → a manifest. */
  const manifests = new Map<string, Document>();
  const blobs = new Map<string, Document>();

  function digestOf(text: string): string {
    return `sha256:${createHash('sha256').update(text).digest('hex')}`;
  }

  function keep(into: Map<string, Document>, repository: string, type: string, content: object) {
    const text = JSON.stringify(content);
    const digest = digestOf(text);
    into.set(`${repository}\n${digest}`, { type, text });
    return { mediaType: type, digest, size: text.length };
  }

  return {
    list: (): Image[] => images.map((image) => ({ ...image })),
    manifest: (repository: string, reference: string) => manifests.get(`${repository}\n${reference}`),
    blob: (repository: string, digest: string) => blobs.get(`${repository}\n${digest}`),
    tags: (repository: string) => images.filter((image) => image.repository === repository).map((image) => image.tag),
    digestOf,

    /** `platforms` stores an index with one manifest for each, as `docker buildx` pushes. */
    add(repository: string, tag: string, options: { revision?: string; platforms?: string[] } = {}): string {
      const { revision, platforms } = options;
      const manifestFor = (architecture: string) => {
        const labels = revision ? { [revisionLabel]: revision } : {};
        const content = { architecture, os: 'linux', config: { Labels: labels }, 'sophia.emulator.tag': tag };
        const config = keep(blobs, repository, 'application/vnd.oci.image.config.v1+json', content);
        return keep(manifests, repository, manifestType, {
          schemaVersion: 2,
          mediaType: manifestType,
          config,
          layers: [],
        });
      };
      const top = platforms
        ? keep(manifests, repository, indexType, {
            schemaVersion: 2,
            mediaType: indexType,
            manifests: platforms.map((architecture) => ({
              ...manifestFor(architecture),
              platform: { os: 'linux', architecture },
            })),
          })
        : manifestFor('amd64');
      manifests.set(`${repository}\n${tag}`, manifests.get(`${repository}\n${top.digest}`) as Document);
      const image = { repository, tag, digest: top.digest, revision: revision ?? null };
      const old = images.findIndex((one) => one.repository === repository && one.tag === tag);
      if (old >= 0) images.splice(old, 1, image);
      else images.push(image);
      return top.digest;
    },

    /** What a machine configured with `reference` runs; null when Fly's registry does not have it. */
    find(reference: string): ImageRef | null {
      const [name = '', pinned] = reference.split('@');
      const slash = name.indexOf('/');
      const registry = slash > 0 && /[.:]/.test(name.slice(0, slash)) ? name.slice(0, slash) : 'registry-1.docker.io';
      const rest = registry === name.slice(0, slash) ? name.slice(slash + 1) : name;
      const [repository = '', tag = pinned ? '' : 'latest'] = rest.split(':');
      if (registry !== registryHost)
        return { registry, repository, tag, digest: pinned ?? digestOf(reference), labels: {} };
      const image = images.find(
        (one) => one.repository === repository && (pinned ? one.digest === pinned : one.tag === tag),
      );
      if (!image) return null;
      const labels = image.revision ? { [revisionLabel]: image.revision } : {};
      return {
        registry,
        repository,
        tag: tag || image.tag,
        digest: image.digest,
        labels: labels as Record<string, string>,
      };
    },
  };
}

export type Images = ReturnType<typeof createImages>;
