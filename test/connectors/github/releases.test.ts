/** A release is what its card showed, at that commit, once; deployments are listed and marked; branches tell what guards them. */
import { expect, test } from 'vitest';
import { acme, connect, refusal, repo, writes } from './acme.ts';

const create = 'github_create_release';
const publish = 'github_publish_release';
const releases = `POST /repos/${repo}/releases`;

async function ready() {
  const world = await acme();
  return { world, github: connect(world) };
}
type World = Awaited<ReturnType<typeof ready>>['world'];

async function send(world: World, method: string, path: string, body?: object) {
  const answer = await fetch(`${world.url}/repos/${repo}${path}`, {
    method,
    headers: { authorization: `token ${world.token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as { id: number; object: { sha: string }; body: string; draft: boolean };
}

const noteRequests = (world: World) => writes(world).filter((call) => !call.endsWith('/generate-notes'));

test('the card shows the commit and the notes, and exactly those are published, with a tag', async () => {
  const { world, github } = await ready();
  const [head = '', , before = ''] = world.shas.main;
  await github.act(create, { repo, tag: 'v1.0.0', ref: before });
  const plan = await github.plan(create, { repo, tag: 'v1.1.0', notes: 'Thanks, @carol!' });
  expect(plan).toMatchObject({
    target: 'github:acme/web/releases',
    summary: `Publish the release v1.1.0 of acme/web at ${head.slice(0, 7)}`,
    preconditions: [
      { name: 'commit', expected: head },
      { name: 'tag', expected: 'new' },
      { name: 'latest release', expected: 'v1.0.0' },
    ],
  });
  const shown = Object.fromEntries(plan.details.map(({ label, value }) => [label, value]));
  expect(shown).toMatchObject({ Since: 'v1.0.0', Tag: 'v1.1.0, new', Notifies: '@carol' });
  expect(shown.Notes).toMatch(/^Thanks, @carol!\n\n## What's Changed\n\* .*\n\* Answer health checks with the release/);

  await world.commitToMain('Too late for this one');
  await github.run(plan);
  expect(world.requests.at(-1)?.body).toMatchObject({ tag_name: 'v1.1.0', target_commitish: head, draft: false });
  const [made] = (await send(world, 'GET', '/releases')) as unknown as { body: string }[];
  expect(made?.body.replace(/\n\n<!-- sophia:[0-9a-f]{32} -->$/, '')).toBe(shown.Notes);
  expect((await send(world, 'GET', '/git/ref/tags/v1.1.0')).object.sha).toBe(head);
});

test('reconcile: a release whose answer was lost is found; one by somebody else is for a person to judge', async () => {
  const { world, github } = await ready();
  const plan = await github.plan(create, { repo, tag: 'v2.0.0' });
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
  world.fault('lost answer', { on: /releases$/ });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done', output: { tag: 'v2.0.0', draft: false } });
  expect(noteRequests(world)).toEqual([releases]);
  expect(await github.reconcile(plan, 'run9/9')).toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining('other notes than were approved'),
  });
});

test('a tag that is taken, or stands at another commit, is said instead of asked', async () => {
  const { world, github } = await ready();
  const [head = '', before = ''] = world.shas.main;
  await send(world, 'POST', '/git/refs', { ref: 'refs/tags/v0.9.0', sha: before });
  expect((await refusal(github.plan(create, { repo, tag: 'v0.9.0', ref: 'main' }))).message).toBe(
    `The tag v0.9.0 is at ${before.slice(0, 12)}, not at main.`,
  );
  const tagged = await github.plan(create, { repo, tag: 'v0.9.0' });
  expect(tagged.resolved).toMatchObject({ sha: before });
  expect(before).not.toBe(head);
  await github.run(tagged);
  expect((await refusal(github.plan(create, { repo, tag: 'v0.9.0' }))).message).toBe(
    'acme/web has a published release v0.9.0 already.',
  );
  for (const tag of ['-v1', 'v..1', 'a b', 'v1/', ''])
    await expect(github.plan(create, { repo, tag })).rejects.toThrow();
});

test('a draft is published as it was approved: edited meanwhile, the approval no longer fits', async () => {
  const { world, github } = await ready();
  await github.act(create, { repo, tag: 'v3.0.0', draft: true });
  expect((await refusal(github.plan(create, { repo, tag: 'v3.0.0' }))).hint).toContain('publish release v3.0.0');
  const plan = await github.plan(publish, { repo, tag: 'v3.0.0' });
  const { id } = plan.resolved as { id: number };
  await send(world, 'PATCH', `/releases/${id}`, { body: 'Other words' });
  const fresh = await github.plan(publish, { repo, tag: 'v3.0.0' });
  expect(fresh.preconditions).not.toEqual(plan.preconditions);

  expect(await github.reconcile(fresh)).toEqual({ state: 'not done' });
  world.fault('lost answer', { on: /^PATCH / });
  expect(await refusal(github.run(fresh))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(fresh)).toMatchObject({ state: 'done', output: { draft: false } });
  expect((await refusal(github.plan(publish, { repo, tag: 'v3.0.0' }))).message).toContain('published already');
  expect(await refusal(github.plan(publish, { repo, tag: 'v9' }))).toMatchObject({ code: 'not_found' });
  expect(await github.act('github_list_releases', { repo })).toMatchObject({
    releases: [{ tag: 'v3.0.0', state: 'published', by: 'sophia-bot' }],
  });
});

test('a deployment is listed with how it stands, and marked once', async () => {
  const { world, github } = await ready();
  const { id } = await send(world, 'POST', '/deployments', { ref: 'main', environment: 'production' });
  const list = () => github.act('github_list_deployments', { repo, environment: 'production' });
  expect(await list()).toMatchObject({ deployments: [{ id, state: 'pending', environment: 'production' }] });
  const mark = { repo, deployment: id, state: 'failure', description: 'The runner died.' };
  const plan = await github.plan('github_set_deployment_status', mark);
  // The policy of production holds for its marks too.
  expect(plan).toMatchObject({
    environment: 'production',
    preconditions: [{ name: 'state', expected: 'pending' }, {}],
  });
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
  world.fault('lost answer', { on: /statuses$/ });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done' });
  expect(await list()).toMatchObject({ deployments: [{ id, state: 'failure' }] });
  expect(await github.act('github_list_deployments', { repo, environment: 'moon' })).toMatchObject({ deployments: [] });
});

test('a branch tells the checks and approvals a merge into it needs', async () => {
  const { world, github } = await ready();
  const look = () => github.act('github_get_branch', { repo, branch: 'main' });
  expect(await look()).toMatchObject({ protected: false, required_checks: [], required_approvals: 0, rules: [] });
  world.guardBranch('main', [
    { type: 'pull_request', parameters: { required_approving_review_count: 2 } },
    { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'test' }] } },
  ]);
  expect(await look()).toMatchObject({
    sha: world.shas.main[0],
    protected: true,
    required_checks: ['test'],
    required_approvals: 2,
    rules: ['pull request', 'required status checks'],
  });
});
