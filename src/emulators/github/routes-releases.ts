/** Routes of releases and deployments: notes made from commits, a tag with every publishing, statuses in their order. */
import type { Git } from './git.ts';
import { pageOfRows } from './paging.ts';
import { refuse } from './refusal.ts';
import type { RouteRow } from './routes.ts';
import type { Upstream } from './upstream.ts';

type Release = { id: number; tag_name: string; target_commitish: string; draft: boolean; [field: string]: unknown };
type Deployment = { id: number; repo: string; [field: string]: unknown };
type Parts = {
  upstream: Upstream;
  git: Git;
  bot: string;
  publicUrl: string;
  resolve(repo: string, ref: string): Promise<string | null>;
};

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];
const isoNow = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

export function releaseRoutes({ upstream, git, bot, publicUrl, resolve }: Parts): RouteRow[] {
  const deployments: Deployment[] = [];
  const statuses = new Map<number, object[]>();
  let nextStatus = 1;
  const call = <T>(method: string, path: string, body?: unknown) => upstream.as<T>(bot, method, path, body);
  const json = (body: unknown, status = 200) => ({ status, body });

  /** Publishing makes the tag, where it does not exist yet; the emulator underneath does not. */
  async function tagged(repo: string, release: Release): Promise<Release> {
    if (release.draft || (await resolve(repo, `tags/${release.tag_name}`)) !== null) return release;
    const sha = await resolve(repo, release.target_commitish);
    await call('POST', `/repos/${repo}/git/refs`, { ref: `refs/tags/${release.tag_name}`, sha });
    return release;
  }

  async function notes(repo: string, body: Record<string, unknown>) {
    const tag = String(body.tag_name);
    const to = (await resolve(repo, `tags/${tag}`)) ?? (await resolve(repo, String(body.target_commitish ?? 'main')));
    if (to === null) throw refuse(404, 'Not Found');
    const previous = body.previous_tag_name === undefined ? null : String(body.previous_tag_name);
    const { commits } = previous ? await git.compare(repo, previous, to) : { commits: [await git.read(repo, to)] };
    const lines = commits.map(({ commit }) => `* ${commit.message.split('\n')[0]} by ${commit.author.name}`);
    const link = previous ? `${publicUrl}/${repo}/compare/${previous}...${tag}` : `${publicUrl}/${repo}/commits/${tag}`;
    return { name: tag, body: [`## What's Changed`, ...lines, '', `**Full Changelog**: ${link}`].join('\n') };
  }

  const found = (repo: string, id: string): Deployment => {
    const one = deployments.find((row) => row.repo === repo && row.id === Number(id));
    if (!one) throw refuse(404, 'Not Found');
    return one;
  };
  const shown = ({ repo: _, ...row }: Deployment) => row;

  return [
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/releases\/generate-notes$/,
      async ({ body }, repo) => json(await notes(repo, body ?? {})),
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/releases$/,
      async ({ body }, repo) => {
        const target = String(body?.target_commitish ?? 'main');
        if ((await resolve(repo, target)) === null) throw refuse(422, 'Validation Failed');
        return json(await tagged(repo, await call<Release>('POST', `/repos/${repo}/releases`, body)), 201);
      },
    ],
    [
      'PATCH',
      /^\/repos\/([^/]+\/[^/]+)\/releases\/(\d+)$/,
      async ({ body }, repo, id) =>
        json(await tagged(repo, await call<Release>('PATCH', `/repos/${repo}/releases/${id}`, body))),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/deployments$/,
      async ({ search }, repo) => {
        const fits = (row: Deployment, name: string) => !search.has(name) || row[name] === search.get(name);
        const rows = deployments.filter(
          (row) => row.repo === repo && ['sha', 'ref', 'task', 'environment'].every((name) => fits(row, name)),
        );
        return json(pageOfRows(rows.reverse(), search).map(shown));
      },
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/deployments$/,
      async ({ body, login }, repo) => {
        const sha = await resolve(repo, String(body?.ref));
        if (sha === null) throw refuse(422, `No ref found for: ${body?.ref}`);
        const id = 4_000 + deployments.length;
        const url = `${publicUrl}/repos/${repo}/deployments/${id}`;
        const row: Deployment = {
          id,
          repo,
          node_id: `DE_${id}`,
          sha,
          ref: body?.ref,
          task: body?.task ?? 'deploy',
          payload: body?.payload ?? {},
          original_environment: body?.environment ?? 'production',
          environment: body?.environment ?? 'production',
          description: body?.description ?? null,
          creator: await call<object>('GET', `/users/${login}`),
          created_at: isoNow(),
          updated_at: isoNow(),
          url,
          statuses_url: `${url}/statuses`,
          repository_url: `${publicUrl}/repos/${repo}`,
        };
        deployments.push(row);
        return json(shown(row), 201);
      },
    ],
    ['GET', /^\/repos\/([^/]+\/[^/]+)\/deployments\/(\d+)$/, async (_, repo, id) => json(shown(found(repo, id)))],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/deployments\/(\d+)\/statuses$/,
      async ({ search }, repo, id) => json(pageOfRows(statuses.get(found(repo, id).id) ?? [], search)),
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/deployments\/(\d+)\/statuses$/,
      async ({ body, login }, repo, id) => {
        const deployment = found(repo, id);
        if (!states.includes(String(body?.state))) throw refuse(422, 'Validation Failed');
        const number = nextStatus++;
        const row = {
          id: number,
          node_id: `DES_${number}`,
          state: body?.state,
          description: body?.description ?? '',
          environment: body?.environment ?? deployment.environment,
          target_url: body?.log_url ?? body?.target_url ?? `${publicUrl}/${repo}/deployments`,
          ...(body?.log_url ? { log_url: body.log_url } : {}),
          ...(body?.environment_url ? { environment_url: body.environment_url } : {}),
          creator: await call<object>('GET', `/users/${login}`),
          created_at: isoNow(),
          updated_at: isoNow(),
          url: `${deployment.url}/statuses/${number}`,
          deployment_url: deployment.url,
          repository_url: deployment.repository_url,
        };
        statuses.set(deployment.id, [row, ...(statuses.get(deployment.id) ?? [])]);
        return json(row, 201);
      },
    ],
  ];
}
