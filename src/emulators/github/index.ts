/** An emulated GitHub on loopback: `emulate` underneath, a thin proxy of ours for what it lacks, and the world of acme/web. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Conclusion, checksOver } from './checks.ts';
import { complete } from './completion.ts';
import { afterwards, type FaultKind, type FaultOptions, faultBook, refusalOf } from './faults.ts';
import { type Files, gitOver } from './git.ts';
import { type Hook, hooksOver, type Tell } from './hooks.ts';
import { pageOf } from './pages.ts';
import { pullsOver } from './pulls.ts';
import { Refusal, refuse } from './refusal.ts';
import { ownRoutes, type Reply } from './routes.ts';
import { actionRoutes } from './routes-actions.ts';
import { branchRoutes } from './routes-branches.ts';
import { releaseRoutes } from './routes-releases.ts';
import { authorOf, type Shas, seedWorld } from './seed.ts';
import { startUpstream, UpstreamRefusal } from './upstream.ts';
import { type Work, workflowsOver } from './workflows.ts';
import { bot, people, repository, pulls as seedPulls } from './world.ts';

export type { Conclusion } from './checks.ts';
export type { FaultKind, FaultOptions } from './faults.ts';
export type { Work } from './workflows.ts';

export type GitHubEmulatorOptions = {
  port?: number;
  /** The personal token that works; anything else is answered 401. */
  token?: string;
  /** Installs a GitHub App with this key on the organisation, so that App credentials work too. */
  app?: { id: number; installationId: number; privateKey: string };
  /** Milliseconds between two states of a workflow's run: 400 to watch, 0 in tests. */
  stepMs?: number;
  /** Where it tells of pushes, and of what a test has it tell. */
  hook?: Hook;
};

export type RecordedRequest = { method: string; path: string; body: unknown; status?: number };

export type GitHubEmulator = {
  url: string;
  token: string;
  /** A token that may read only. */
  readOnlyToken: string;
  repository: string;
  /** Kept current: `main` newest first, heads of the open pull requests by number. */
  shas: Shas;
  /** Pushes a commit to the pull request's branch; returns the new head. */
  pushToPull(number: number): Promise<string>;
  /** `files`: path → whole content, null removes; without them a note of the commit. */
  commitToMain(message: string, author?: string, files?: Files): Promise<string>;
  /** Sends a webhook as GitHub would; the status answered. */
  tell: Tell;
  setCheck(sha: string, name: string, conclusion: Conclusion, log?: string): Promise<void>;
  /** Rules of a ruleset that GitHub would list for this branch; listed only, not enforced here. */
  guardBranch(branch: string, rules: object[]): void;
  /** What a workflow does while it runs, before it ends. */
  whenRun(file: string, work: Work): void;
  /** Every call that arrived, oldest first. */
  requests: RecordedRequest[];
  fault(kind: FaultKind, options?: FaultOptions): void;
  /** Ends every fault that is still to come. */
  clearFaults(): void;
  close(): Promise<void>;
};

const base = { organisation: 'acme', repository: { name: 'web', description: 'The Acme shop' } };

export async function createGitHubEmulator(options: GitHubEmulatorOptions = {}): Promise<GitHubEmulator> {
  const token = options.token ?? 'ghp_playground';
  const readOnlyToken = `${token}_read_only`;
  const requests: RecordedRequest[] = [];
  const faults = faultBook();
  const installationTokens = new Set<string>();

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => send(response, failure(error)));
  });
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const [upstream] = await Promise.all([
    startUpstream({ ...base, bot, people, ...(options.app ? { app: options.app } : {}) }),
    listening,
  ]);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const git = gitOver(upstream, bot);
  const tell = hooksOver(options.hook, repository, url);
  const checks = checksOver(upstream, bot, url);
  let shas: Shas = { main: [], pulls: {} };
  const pulls = pullsOver({
    upstream,
    git,
    bot,
    checksOf: (repo, sha) => checks.state(repo, sha),
    merged(repo, branch, made) {
      if (repo === repository && branch === 'main') shas.main.unshift(...made.toReversed());
    },
  });
  const resolve = (repo: string, ref: string): Promise<string | null> =>
    git.read(repo, ref.replace(/^(heads|tags)\//, '')).then(
      ({ sha }) => sha,
      () => null,
    );
  const workflows = workflowsOver({
    checks,
    publicUrl: url,
    bot,
    stepMs: options.stepMs ?? 400,
    resolve,
    account: (login) => upstream.as<object>(bot, 'GET', `/users/${login}`),
    repository: (repo) => upstream.as<object>(bot, 'GET', `/repos/${repo}`),
    pushed: () => [
      ...seedPulls
        .map(({ number, branch }) => ({ sha: shas.pulls[number] ?? '', branch }))
        .filter(({ sha }) => sha !== '')
        .reverse(),
      ...shas.main.map((sha) => ({ sha, branch: 'main' })),
    ],
  });
  const rules = new Map<string, object[]>();
  const more = [
    ...branchRoutes(git, url, rules),
    ...actionRoutes(workflows, url),
    ...releaseRoutes({ upstream, git, bot, publicUrl: url, resolve }),
  ];
  const route = ownRoutes({ upstream, git, bot, repository, publicUrl: url, checks, pulls, more });
  shas = await seedWorld({ upstream, git, checks, pulls });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: search, search: query } = new URL(request.url ?? '/', url);
    const method = request.method ?? 'GET';
    const text = await bodyOf(request);

    const log = /^\/_logs\/(\d+)$/.exec(path)?.[1];
    if (log)
      return send(response, {
        status: 200,
        text: workflows.log(Number(log)) ?? '',
        headers: { 'content-type': 'text/plain' },
      });
    if (/text\/html/.test(request.headers.accept ?? '')) {
      const html = await pageOf(path, {
        git,
        pull: pulls.one,
        diff: (repo, number) => pulls.diff(repo, number),
        log: workflows.log,
      });
      if (html)
        return send(response, { status: 200, text: html, headers: { 'content-type': 'text/html; charset=utf-8' } });
    }

    const recorded: RecordedRequest = { method, path: path + query, body: asJson(text) };
    requests.push(recorded);
    const fault = faults.take(`${method} ${path}`);
    if (fault?.kind === 'slow') await sleep(fault.seconds * 1000, undefined, { ref: false });
    const refused = fault && !afterwards.has(fault.kind) ? refusalOf(fault) : undefined;
    const reply = await (refused
      ? Promise.reject(refuse(refused.status, refused.message, refused.headers))
      : perform()
    ).catch(failure);
    recorded.status = reply.status;
    if (fault?.kind === 'lost answer') return void response.destroy();
    if (fault?.kind === 'bad gateway') return send(response, { status: 502, body: { message: 'Server Error' } });
    send(response, reply);

    async function perform(): Promise<Reply> {
      const credentials = authenticate(request.headers.authorization, path);
      if (credentials.kind === 'read only' && method !== 'GET')
        throw refuse(403, 'Resource not accessible by personal access token', {
          'x-accepted-github-permissions': 'contents=write; pull_requests=write',
        });
      const body = asJson(text) as Record<string, unknown> | undefined;
      const own = route({ method, path, search, body, accept: request.headers.accept ?? '', login: bot });
      if (own) return withRate(await own);
      return withRate(await passOn(method, path + query, text, credentials.upstream));
    }
  }

  function authenticate(header: string | undefined, path: string): { kind: 'full' | 'read only'; upstream: string } {
    const given = header?.replace(/^(bearer|token)\s+/i, '').trim();
    if (!given) throw refuse(401, 'Requires authentication');
    if (given === token) return { kind: 'full', upstream: upstream.botToken() };
    if (given === readOnlyToken) return { kind: 'read only', upstream: upstream.botToken() };
    if (installationTokens.has(given)) return { kind: 'full', upstream: given };
    // Only these routes take an App's JWT, and the emulator underneath checks its signature there.
    if (given.startsWith('eyJ') && /^\/app(\/|$)/.test(path)) return { kind: 'full', upstream: given };
    throw refuse(401, 'Bad credentials');
  }

  async function passOn(method: string, path: string, text: string, credentials: string): Promise<Reply> {
    const answered = await fetch(upstream.url + path, {
      method,
      headers: { authorization: `token ${credentials}`, 'content-type': 'application/json' },
      ...(text === '' ? {} : { body: text }),
    });
    const raw = await answered.text();
    if (/\/access_tokens$/.test(path) && answered.ok)
      installationTokens.add((JSON.parse(raw) as { token: string }).token);
    const link = answered.headers.get('link')?.replaceAll(upstream.url, url);
    return { status: answered.status, json: raw, ...(link ? { headers: { link } } : {}) };
  }

  function send(response: ServerResponse, reply: Reply): void {
    const body = reply.body ?? (reply.json === undefined ? undefined : asJson(reply.json));
    const json = body === undefined ? '' : JSON.stringify(complete(body, url)).replaceAll(upstream.url, url);
    const text = reply.text ?? json;
    response.writeHead(reply.status, {
      ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'x-github-request-id': `E${requests.length}`,
      ...reply.headers,
    });
    response.end(text);
  }

  return {
    url,
    token,
    readOnlyToken,
    repository,
    shas,
    async pushToPull(number) {
      const { head } = await pulls.one(repository, number);
      const files = { [`src/follow-up-${number}.js`]: `export const followUp = '${head.sha.slice(0, 7)}';\n` };
      const sha = await git.commit(repository, head.sha, files, 'Answer the review', authorOf('alice'), now());
      await git.moveBranch(repository, head.ref, sha);
      shas.pulls[number] = sha;
      await tell('push', { ref: `refs/heads/${head.ref}`, before: head.sha, after: sha });
      return sha;
    },
    async commitToMain(message, author = 'alice', given) {
      const parent = await git.tip(repository, 'main');
      const files = given ?? { 'CHANGES.md': `${message}\n\nafter ${parent}\n` };
      const sha = await git.commit(repository, parent, files, message, authorOf(author), now());
      await git.moveBranch(repository, 'main', sha);
      shas.main.unshift(sha);
      await tell('push', { ref: 'refs/heads/main', before: parent, after: sha });
      return sha;
    },
    tell,
    async setCheck(sha, name, conclusion, log) {
      await checks.set(repository, sha, name, conclusion, log);
    },
    guardBranch: (branch, listed) => void rules.set(branch, listed),
    whenRun: workflows.does,
    requests,
    fault: faults.add,
    clearFaults: faults.clear,
    async close() {
      workflows.close();
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), upstream.close()]);
    },
  };
}

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

function failure(error: unknown): Reply {
  const message = (text: string) => ({ message: text, documentation_url: 'https://docs.github.com/rest' });
  if (error instanceof Refusal) return { status: error.status, body: message(error.message), headers: error.headers };
  if (error instanceof UpstreamRefusal) return { status: error.status, json: error.body };
  return { status: 500, body: message(error instanceof Error ? error.message : String(error)) };
}

function withRate(reply: Reply): Reply {
  const limits = {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-resource': 'core',
    'x-oauth-scopes': 'repo',
  };
  return { ...reply, headers: { ...limits, ...reply.headers } };
}

function asJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
