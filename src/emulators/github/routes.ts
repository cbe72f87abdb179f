/** The routes answered here because the emulator underneath lacks them or answers them differently from GitHub. */
import type { CommitStatus, checksOver } from './checks.ts';
import type { Git } from './git.ts';
import { asDiff } from './git.ts';
import { pageOfRows } from './paging.ts';
import type { MergeRequest, pullsOver, StoredPull } from './pulls.ts';
import { refuse } from './refusal.ts';
import type { Upstream } from './upstream.ts';

export type Call = {
  method: string;
  path: string;
  search: URLSearchParams;
  body: Record<string, unknown> | undefined;
  accept: string;
  /** Who calls, and the same as an account object. */
  login: string;
};
/** `json` is text from underneath, `text` goes out as it is. */
export type Reply = { status: number; body?: unknown; json?: string; text?: string; headers?: Record<string, string> };
/** Method, path with the repository and perhaps one more word, and what answers it. */
export type RouteRow = [string, RegExp, (call: Call, repo: string, rest: string) => Promise<Reply>];
/** Null: the emulator underneath answers. */
export type Route = (call: Call) => Promise<Reply> | null;

type Parts = {
  upstream: Upstream;
  git: Git;
  bot: string;
  repository: string;
  publicUrl: string;
  checks: ReturnType<typeof checksOver>;
  pulls: ReturnType<typeof pullsOver>;
  /** Routes that stand in files of their own. */
  more: RouteRow[];
};

const json = (body: unknown, status = 200): Reply => ({ status, body });
const isDiff = (accept: string) => /application\/vnd\.github(\.v3)?\.diff/.test(accept);

export function ownRoutes({ upstream, git, bot, repository, publicUrl, checks, pulls, more }: Parts): Route {
  const read = <T>(path: string) => upstream.as<T>(bot, 'GET', path);

  const routes: RouteRow[] = [
    ...more,
    ['GET', /^\/rate_limit$/, async () => json(rateLimit())],
    ['GET', /^\/user\/repos$/, async ({ search }) => json(await repositories(search))],
    [
      'GET',
      /^\/installation\/repositories$/,
      async ({ search }) => {
        const found = await repositories(search);
        return json({ total_count: found.length, repository_selection: 'all', repositories: found });
      },
    ],
    ['GET', /^\/repos\/([^/]+\/[^/]+)\/pulls$/, async ({ search }, repo) => json(await pulls.list(repo, `?${search}`))],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)$/,
      async ({ accept }, repo, number) =>
        isDiff(accept)
          ? {
              status: 200,
              text: await pulls.diff(repo, Number(number)),
              headers: { 'content-type': 'application/vnd.github.diff; charset=utf-8' },
            }
          : json(await pulls.one(repo, Number(number))),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/files$/,
      async ({ search }, repo, number) => {
        const head = (await pulls.one(repo, Number(number))).head.sha;
        const files = await pulls.files(repo, Number(number));
        return json(
          pageOfRows(files, search).map((file) => ({
            ...links(repo, head, file.filename),
            ...file,
            changes: file.additions + file.deletions,
          })),
        );
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/commits$/,
      async ({ search }, repo, number) => {
        const pull = await pulls.one(repo, Number(number));
        return json(pageOfRows((await git.compare(repo, pull.base.sha, pull.head.sha)).commits, search));
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/merge$/,
      async (_, repo, number) => {
        if ((await pulls.one(repo, Number(number))).merged) return { status: 204 };
        throw refuse(404, 'Not Found');
      },
    ],
    [
      'PUT',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/merge$/,
      async ({ body, login }, repo, number) => {
        const account = await read<object>(`/users/${login}`);
        return json(await pulls.merge(repo, Number(number), (body ?? {}) as MergeRequest, { login, account }));
      },
    ],
    [
      // Pull requests are issues too: GitHub lists them here, marked.
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/issues$/,
      async ({ search }, repo) => {
        const every = new URLSearchParams(search);
        every.set('per_page', '100');
        every.delete('page');
        const issues = await read<Record<string, unknown>[]>(`/repos/${repo}/issues?${every}`);
        if (search.has('labels')) return json(pageOfRows(issues, search));
        const found = await pulls.list(repo, `?state=${search.get('state') ?? 'open'}&per_page=100`);
        const marked = await Promise.all(found.map((pull) => asIssue(repo, pull.number)));
        const all = [...issues, ...marked].sort((a, b) => Number(b.number) - Number(a.number));
        return json(pageOfRows(all, search));
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/issues\/(\d+)$/,
      async (_, repo, number) => json(await asIssue(repo, Number(number))),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/reviews$/,
      async ({ search }, repo, number) =>
        json((await read<object[]>(`/repos/${repo}/pulls/${number}/reviews?${search}`)).map(asReview)),
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/reviews$/,
      async ({ body, login }, repo, number) => {
        const pull = await pulls.one(repo, Number(number));
        if (pull.user.login === login && body?.event === 'APPROVE')
          throw refuse(422, 'Unprocessable Entity: Can not approve your own pull request');
        if (body?.commit_id === undefined) body = { ...body, commit_id: pull.head.sha };
        return json(asReview(await upstream.as<object>(login, 'POST', `/repos/${repo}/pulls/${number}/reviews`, body)));
      },
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/pulls\/(\d+)\/requested_reviewers$/,
      async ({ body, login }, repo, number) => {
        const pull = await pulls.one(repo, Number(number));
        const asked = (body?.reviewers ?? []) as string[];
        if (asked.includes(pull.user.login)) throw refuse(422, 'Review cannot be requested from pull request author.');
        await upstream.as(login, 'POST', `/repos/${repo}/pulls/${number}/requested_reviewers`, body);
        const [fresh] = (await pulls.list(repo, '?state=all&per_page=100')).filter(
          (row) => row.number === Number(number),
        );
        return json(fresh, 201);
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/commits\/(.+)\/check-runs$/,
      async ({ search }, repo, ref) =>
        json(await checks.list(repo, (await git.read(repo, decodeURIComponent(ref))).sha, search)),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/commits\/(.+)\/status$/,
      async ({ search }, repo, ref) => {
        const { sha } = await git.read(repo, decodeURIComponent(ref));
        return json(checks.combined(repo, sha, await read<object>(`/repos/${repo}`), search));
      },
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/statuses\/([0-9a-f]+)$/,
      async ({ body }, repo, sha) => json(checks.setStatus(repo, sha, body as CommitStatus), 201),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/compare\/(.+)$/,
      async ({ accept, path }) => {
        const compared = await read<{ files: never[] }>(path);
        return isDiff(accept)
          ? {
              status: 200,
              text: asDiff(compared.files),
              headers: { 'content-type': 'application/vnd.github.diff; charset=utf-8' },
            }
          : json(compared);
      },
    ],
  ];

  /** What the bot may see; the emulator underneath lists a person's own repositories only. */
  const repositories = async (search: URLSearchParams) =>
    Number(search.get('page') ?? 1) === 1 ? [await read<object>(`/repos/${repository}`)] : [];

  function links(repo: string, sha: string, file: string) {
    const page = `${publicUrl}/${repo}`;
    return {
      blob_url: `${page}/blob/${sha}/${file}`,
      raw_url: `${page}/raw/${sha}/${file}`,
      contents_url: `${publicUrl}/repos/${repo}/contents/${file}?ref=${sha}`,
    };
  }

  function pullLinks(repo: string, pull: StoredPull) {
    const page = `${publicUrl}/${repo}/pull/${pull.number}`;
    return {
      url: `${publicUrl}/repos/${repo}/pulls/${pull.number}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
    };
  }

  /** GitHub answers a pull request as an issue too; the emulator underneath does not. */
  async function asIssue(repo: string, number: number): Promise<Record<string, unknown>> {
    const rows = await read<StoredPull[]>(`/repos/${repo}/pulls?state=all&per_page=100`);
    const pull = rows.find((row) => row.number === number);
    if (!pull) return read(`/repos/${repo}/issues/${number}`);
    const url = `${publicUrl}/repos/${repo}/issues/${number}`;
    const { user, body, locked, labels, assignee, assignees, milestone, created_at, updated_at, closed_at } = pull;
    return {
      ...{ id: pull.id, node_id: pull.node_id, number, title: pull.title, state: pull.state, draft: pull.draft },
      ...{ user, body, locked, labels, assignee, assignees, milestone, created_at, updated_at, closed_at },
      ...{ url, repository_url: `${publicUrl}/repos/${repo}`, html_url: `${publicUrl}/${repo}/pull/${number}` },
      ...{ labels_url: `${url}/labels{/name}`, comments_url: `${url}/comments`, events_url: `${url}/events` },
      comments: pull.comments,
      author_association: pull.author_association,
      pull_request: pullLinks(repo, pull),
    };
  }

  return (call) => {
    for (const [method, pattern, answer] of routes) {
      const match = method === call.method ? pattern.exec(call.path) : null;
      if (match) return answer(call, match[1] ?? '', match[2] ?? '');
    }
    return null;
  };
}

/** A review carries no `created_at` at GitHub. */
function asReview(review: object): object {
  const { created_at: _, updated_at: __, ...rest } = review as Record<string, unknown>;
  return rest;
}

function rateLimit() {
  const rate = {
    limit: 5_000,
    remaining: 4_999,
    reset: Math.ceil(Date.now() / 1000) + 3_600,
    used: 1,
    resource: 'core',
  };
  return { resources: { core: rate, search: { ...rate, limit: 30, remaining: 30, resource: 'search' } }, rate };
}
