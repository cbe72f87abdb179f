/** Repositories as collections: the default branch's files by their blobs, and the newest issues and pull requests. */
import { z } from 'zod';
import type { Source } from '../../core/collections.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub } from './client.ts';
import { thingOf, topic } from './things.ts';

const system = 'github';
const mostThings = 200;
/** Files as such: links point anywhere, and a submodule is another repository. */
const regular = new Set(['100644', '100755']);

const repositoryAnswer = z.object({
  full_name: z.string(),
  default_branch: z.string(),
  private: z.boolean(),
  html_url: z.string(),
});
const commitAnswer = z.object({
  sha: z.string(),
  commit: z.object({ tree: z.object({ sha: z.string() }), committer: z.object({ date: z.string() }).nullish() }),
});
const treeAnswer = z.object({
  truncated: z.boolean().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string(),
      sha: z.string().nullish(),
      size: z.number().optional(),
    }),
  ),
});
const blobAnswer = z.object({ encoding: z.string(), content: z.string() });

export function collectionOf(fullName: string): string {
  return `${system}:${fullName.toLowerCase()}`;
}

/** `site`: where people read it, `https://github.com` or the server's own address. */
export function sourceOf(github: GitHub, site: string): Source {
  return {
    system,

    async find(words, signal) {
      const [, owner, repo] =
        /^(?:https:\/\/[^/]+\/)?([A-Za-z\d][\w-]*)\/(?!\.{1,2}$)([\w.-]+?)(?:\.git)?\/?$/.exec(words.trim()) ?? [];
      if (!owner || !repo)
        throw new SophiaError('bad_input', `“${words}” is no repository.`, { hint: 'Name it as `owner/name`.' });
      const found = await github(signal).ask(repositoryAnswer, 'GET /repos/{owner}/{repo}', { owner, repo });
      const kind = found.private ? 'a private repository' : 'a public repository';
      return { name: collectionOf(found.full_name), about: `${found.full_name}, ${kind} on GitHub` };
    },

    async look(name, signal) {
      const hub = github(signal);
      const place = placeOf(name);
      const { default_branch: ref } = await hub.ask(repositoryAnswer, 'GET /repos/{owner}/{repo}', place);
      const { sha, commit } = await hub.ask(commitAnswer, 'GET /repos/{owner}/{repo}/commits/{ref}', { ...place, ref });
      const { tree, truncated } = await hub.ask(treeAnswer, 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
        ...place,
        tree_sha: commit.tree.sha,
        recursive: '1',
      });
      if (truncated)
        throw new SophiaError('bad_input', `${name} has more files than GitHub lists at once.`, {
          hint: '`npm run sophia -- memory index` takes in a checkout of it.',
        });
      return {
        state: sha,
        at: commit.committer?.date ?? new Date(0).toISOString(),
        files: tree.flatMap((entry) =>
          entry.type === 'blob' && regular.has(entry.mode) && entry.sha
            ? [{ path: entry.path, version: entry.sha, bytes: entry.size ?? 0 }]
            : [],
        ),
      };
    },

    async read(name, { version }, signal) {
      const blob = await github(signal).ask(blobAnswer, 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
        ...placeOf(name),
        file_sha: version,
      });
      const bytes = Buffer.from(blob.content, blob.encoding === 'base64' ? 'base64' : 'utf8');
      try {
        const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        return text.includes('\0') ? null : text;
      } catch {
        return null;
      }
    },

    link(name, state, path, { from, to }) {
      const address = path.split('/').map(encodeURIComponent).join('/');
      return `${site}/${fullNameOf(name)}/blob/${state}/${address}#L${from}-L${to}`;
    },

    async things(name, signal) {
      const { items } = await github(signal).pages(
        topic,
        'GET /repos/{owner}/{repo}/issues',
        { ...placeOf(name), state: 'all', sort: 'updated', direction: 'desc' },
        { most: mostThings },
      );
      return items.map((item) => thingOf(name, item, Boolean(item.pull_request)));
    },
  };
}

function fullNameOf(name: string): string {
  return name.slice(system.length + 1);
}

function placeOf(name: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = fullNameOf(name).split('/');
  return { owner, repo };
}
