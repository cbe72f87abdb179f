/** Pull requests as GitHub has them: heads follow their branch, merging is pinned, exact and never loses a commit. */
import { asDiff, type ChangedFile, type Git } from './git.ts';
import { refuse } from './refusal.ts';
import type { Upstream } from './upstream.ts';

/** What the emulator underneath keeps of a pull request; its own idea of heads and merges is overridden. */
export type StoredPull = {
  number: number;
  title: string;
  state: 'open' | 'closed';
  draft: boolean;
  user: { login: string };
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
  [field: string]: unknown;
};

type Merge = { sha: string; head: string; base: string; at: string; by: object };
export type MergeRequest = { sha?: string; merge_method?: string; commit_title?: string; commit_message?: string };

/** Present on one pull request, absent from lists. */
const onlyOnOne = [
  'merged', 'mergeable', 'rebaseable', 'mergeable_state', 'merged_by', 'comments', 'review_comments',
  'maintainer_can_modify', 'commits', 'additions', 'deletions', 'changed_files',
]; // biome-ignore format: a list of words

export function pullsOver(options: {
  upstream: Upstream;
  git: Git;
  bot: string;
  /** Worst state among checks and statuses of a commit. */
  checksOf(repo: string, sha: string): Promise<'passing' | 'failing' | 'pending' | 'none'>;
  merged(repo: string, branch: string, shas: string[]): void;
}) {
  const { upstream, git, bot } = options;
  const merges = new Map<string, Merge>();
  const openedAt = new Map<string, string>();
  const key = (repo: string, number: number) => `${repo}#${number}`;

  async function dress(repo: string, stored: StoredPull): Promise<StoredPull> {
    const merge = merges.get(key(repo, stored.number));
    const head = merge?.head ?? (await git.tip(repo, stored.head.ref));
    const base = merge?.base ?? (await git.tip(repo, stored.base.ref));
    const opened = openedAt.get(key(repo, stored.number));
    return {
      ...stored,
      ...(opened ? { created_at: opened, updated_at: merge?.at ?? opened } : {}),
      ...(merge ? { merged_at: merge.at, closed_at: merge.at, merge_commit_sha: merge.sha } : {}),
      head: { ...stored.head, sha: head },
      base: { ...stored.base, sha: base },
    };
  }

  async function dressFully(repo: string, stored: StoredPull): Promise<StoredPull> {
    const pull = await dress(repo, stored);
    const merge = merges.get(key(repo, pull.number));
    const { files, commits } = await git.compare(repo, pull.base.sha, pull.head.sha);
    const sum = (field: 'additions' | 'deletions') => files.reduce((total, file) => total + file[field], 0);
    const clean = pull.state === 'open' && (await git.conflicts(repo, pull.base.sha, pull.head.sha)).length === 0;
    return {
      ...pull,
      merged: merge !== undefined,
      merged_by: merge?.by ?? null,
      mergeable: pull.state === 'open' ? clean : null,
      mergeable_state: pull.state === 'open' ? await mergeableState(repo, pull, clean) : 'unknown',
      commits: commits.length,
      additions: sum('additions'),
      deletions: sum('deletions'),
      changed_files: files.length,
    };
  }

  async function mergeableState(repo: string, pull: StoredPull, clean: boolean): Promise<string> {
    if (!clean) return 'dirty';
    if (pull.draft) return 'draft';
    const checks = await options.checksOf(repo, pull.head.sha);
    return checks === 'failing' || checks === 'pending' ? 'unstable' : 'clean';
  }

  const stored = (repo: string, number: number) =>
    upstream.as<StoredPull>(bot, 'GET', `/repos/${repo}/pulls/${number}`);
  const one = async (repo: string, number: number) => dressFully(repo, await stored(repo, number));

  return {
    one,
    setOpenedAt: (repo: string, number: number, at: string) => openedAt.set(key(repo, number), at),

    async list(repo: string, query: string): Promise<StoredPull[]> {
      const rows = await upstream.as<StoredPull[]>(bot, 'GET', `/repos/${repo}/pulls${query}`);
      const pulls = await Promise.all(rows.map((row) => dress(repo, row)));
      for (const pull of pulls) for (const field of onlyOnOne) delete pull[field];
      return pulls;
    },

    async files(repo: string, number: number): Promise<ChangedFile[]> {
      const pull = await dress(repo, await stored(repo, number));
      return (await git.compare(repo, pull.base.sha, pull.head.sha)).files;
    },

    async diff(repo: string, number: number): Promise<string> {
      return asDiff(await this.files(repo, number));
    },

    async merge(repo: string, number: number, asked: MergeRequest, actor: { login: string; account: object }) {
      const method = asked.merge_method ?? 'merge';
      if (!['merge', 'squash', 'rebase'].includes(method))
        throw refuse(422, 'Invalid request.\n\nNo such merge_method.');
      const pull = await one(repo, number);
      if (pull.state !== 'open') throw refuse(405, 'Pull Request is not mergeable');
      if (pull.draft) throw refuse(405, 'Pull Request is still a draft');
      if (asked.sha !== undefined && asked.sha !== pull.head.sha)
        throw refuse(409, 'Head branch was modified. Review and try the merge again.');
      if (pull.mergeable === false) throw refuse(405, 'Pull Request is not mergeable');

      const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const author = { name: actor.login, email: `${actor.login}@users.noreply.github.com` };
      const { commits, merge_base_commit: root } = await git.compare(repo, pull.base.sha, pull.head.sha);
      const title =
        asked.commit_title ??
        (method === 'squash' ? `${pull.title} (#${number})` : `Merge pull request #${number} from ${pull.head.ref}`);
      const message = asked.commit_message ? `${title}\n\n${asked.commit_message}` : title;
      const made: string[] = [];
      if (method === 'rebase') {
        let onto = pull.base.sha;
        for (const commit of commits) {
          const from = commit.parents[0]?.sha ?? root.sha;
          const as = { parents: [onto], message: commit.commit.message, author: commit.commit.author, date: at };
          onto = await git.transplant(repo, { from, to: commit.sha, onto }, as);
          made.push(onto);
        }
      } else {
        const parents = method === 'merge' ? [pull.base.sha, pull.head.sha] : [pull.base.sha];
        const change = { from: root.sha, to: pull.head.sha, onto: pull.base.sha };
        made.push(await git.transplant(repo, change, { parents, message, author, date: at }));
      }
      const sha = made.at(-1);
      if (!sha) throw refuse(405, 'Pull Request is not mergeable');
      await git.moveBranch(repo, pull.base.ref, sha);
      await upstream.as(bot, 'PATCH', `/repos/${repo}/pulls/${number}`, { state: 'closed' });
      merges.set(key(repo, number), { sha, head: pull.head.sha, base: pull.base.sha, at, by: actor.account });
      options.merged(repo, pull.base.ref, made);
      return { sha, merged: true, message: 'Pull Request successfully merged' };
    },
  };
}
