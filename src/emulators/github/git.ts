/** Commits, branches and three-way merges over the git data routes of the emulator underneath. */
import type { Upstream } from './upstream.ts';

export type Author = { name: string; email: string };
export type ChangedFile = {
  sha: string;
  filename: string;
  previous_filename?: string;
  status: 'added' | 'modified' | 'removed' | 'renamed';
  additions: number;
  deletions: number;
  patch?: string;
};
export type Commit = {
  sha: string;
  html_url: string;
  commit: { message: string; tree: { sha: string }; author: Author & { date: string } };
  author: object | null;
  parents: { sha: string }[];
};
export type Comparison = {
  status: string;
  merge_base_commit: Commit;
  commits: Commit[];
  files: ChangedFile[];
};

/** Path → whole content; null removes the file. */
export type Files = Record<string, string | null>;

export type Git = ReturnType<typeof gitOver>;

export function gitOver(upstream: Upstream, actor: string) {
  const call = <T>(method: string, path: string, body?: unknown) => upstream.as<T>(actor, method, path, body);

  async function tree(
    repo: string,
    base: string | null,
    entries: { path: string; sha?: string | null; content?: string }[],
  ) {
    const made = await call<{ sha: string }>('POST', `/repos/${repo}/git/trees`, {
      ...(base ? { base_tree: base } : {}),
      tree: entries.map((entry) => ({ mode: '100644', type: 'blob', ...entry })),
    });
    return made.sha;
  }

  async function commitTree(
    repo: string,
    treeSha: string,
    parents: string[],
    message: string,
    author: Author,
    date: string,
  ) {
    const made = await call<{ sha: string }>('POST', `/repos/${repo}/git/commits`, {
      message,
      tree: treeSha,
      parents,
      author: { ...author, date },
      committer: { ...author, date },
    });
    return made.sha;
  }

  const git = {
    read: (repo: string, ref: string) => call<Commit>('GET', `/repos/${repo}/commits/${encodeURIComponent(ref)}`),
    compare: (repo: string, base: string, head: string) =>
      call<Comparison>('GET', `/repos/${repo}/compare/${encodeURIComponent(base)}...${encodeURIComponent(head)}`),
    async tip(repo: string, branch: string): Promise<string> {
      const ref = await call<{ object: { sha: string } }>('GET', `/repos/${repo}/git/ref/heads/${branch}`);
      return ref.object.sha;
    },
    createBranch: (repo: string, branch: string, sha: string) =>
      call('POST', `/repos/${repo}/git/refs`, { ref: `refs/heads/${branch}`, sha }),
    moveBranch: (repo: string, branch: string, sha: string) =>
      call('PATCH', `/repos/${repo}/git/refs/heads/${branch}`, { sha }),

    /** A commit on top of `parent` (none: the first) that writes these files. */
    async commit(repo: string, parent: string | null, files: Files, message: string, author: Author, date: string) {
      const base = parent ? (await git.read(repo, parent)).commit.tree.sha : null;
      const entries = Object.entries(files).map(([path, content]) =>
        content === null ? { path, sha: null } : { path, content },
      );
      return commitTree(repo, await tree(repo, base, entries), parent ? [parent] : [], message, author, date);
    },

    /** Files both sides changed since they parted: coarser than git, which merges within a file. */
    async conflicts(repo: string, base: string, head: string): Promise<string[]> {
      const { merge_base_commit: root, files } = await git.compare(repo, base, head);
      if (root.sha === base) return [];
      const ours = new Set((await git.compare(repo, root.sha, base)).files.map((file) => file.filename));
      return files.map((file) => file.filename).filter((name) => ours.has(name));
    },

    /** Puts the changes from → to on top of `onto`, as one commit with these parents. */
    async transplant(
      repo: string,
      change: { from: string; to: string; onto: string },
      as: { parents: string[]; message: string; author: Author; date: string },
    ): Promise<string> {
      const { files } = await git.compare(repo, change.from, change.to);
      const base = (await git.read(repo, change.onto)).commit.tree.sha;
      const entries = files.flatMap((file) => [
        { path: file.filename, sha: file.status === 'removed' ? null : file.sha },
        ...(file.status === 'renamed' && file.previous_filename ? [{ path: file.previous_filename, sha: null }] : []),
      ]);
      const merged = entries.length > 0 ? await tree(repo, base, entries) : base;
      return commitTree(repo, merged, as.parents, as.message, as.author, as.date);
    },
  };
  return git;
}

/** What `Accept: application/vnd.github.diff` answers. */
export function asDiff(files: ChangedFile[]): string {
  return files
    .map((file) => {
      const before = file.previous_filename ?? file.filename;
      const head = [`diff --git a/${before} b/${file.filename}`];
      if (file.status === 'added') head.push('new file mode 100644');
      if (file.status === 'removed') head.push('deleted file mode 100644');
      if (file.status === 'renamed') head.push(`rename from ${before}`, `rename to ${file.filename}`);
      if (!file.patch) return head.join('\n');
      head.push(`--- ${file.status === 'added' ? '/dev/null' : `a/${before}`}`);
      head.push(`+++ ${file.status === 'removed' ? '/dev/null' : `b/${file.filename}`}`);
      return [...head, file.patch].join('\n');
    })
    .map((part) => `${part}\n`)
    .join('');
}
