/** A merge happens at the approved head or not at all, once, and is known again afterwards. */
import { expect, test } from 'vitest';
import { acme, connect, refusal, repo, writes } from './acme.ts';

const merge = 'github_merge_pull_request';
const mergeCall = `PUT /repos/${repo}/pulls/12/merge`;

async function ready(number = 12) {
  const world = await acme();
  const github = connect(world);
  const input = { repo, number, sha: world.shas.pulls[number] ?? '' };
  return { world, github, input };
}

test('the plan says what is merged into what, who stands behind it, and what it rests on', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  expect(plan).toMatchObject({
    target: 'github:acme/web#12',
    summary: 'Merge #12 “Cache the product page” into main of acme/web',
    preconditions: [
      { name: 'head', expected: input.sha },
      { name: 'base', expected: 'main' },
      { name: 'state', expected: 'open' },
      { name: 'checks', expected: 'not failing' },
      { name: 'review', expected: 'no objection' },
    ],
    resolved: { sha: input.sha, method: 'squash' },
  });
  expect(plan.environment).toBeUndefined();
  expect(Object.fromEntries(plan.details.map(({ label, value }) => [label, value]))).toMatchObject({
    Checks: '2 passing',
    Reviews: 'approved by bob',
    Method: 'squash',
  });
  expect(writes(world)).toEqual([]);
});

test('failing checks stand on the card with a warning', async () => {
  const { github, input } = await ready(13);
  const plan = await github.plan(merge, input);
  expect(plan.details.find(({ label }) => label === 'Checks')?.value).toBe('⚠ 1 failing (test), 1 passing');
  expect(plan.preconditions).toContainEqual({ name: 'checks', expected: 'failing' });
});

test('the write pins the head and the method', async () => {
  const { world, github, input } = await ready();
  const done = await github.act<{ sha: string }>(merge, { ...input, method: 'merge' });
  expect(world.requests.filter(({ method }) => method === 'PUT')).toMatchObject([
    { path: `/repos/${repo}/pulls/12/merge`, body: { sha: input.sha, merge_method: 'merge' }, status: 200 },
  ]);
  expect(done).toEqual({
    merged: true,
    sha: world.shas.main[0],
    repo,
    number: 12,
    url: `${world.url}/acme/web/pull/12`,
  });
});

test('it runs what was planned, whatever became of the input since', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  await github.run({ ...plan, input: { ...plan.input, sha: 'f'.repeat(40), method: 'rebase' } });
  expect(world.requests.at(-1)?.body).toEqual({ sha: input.sha, merge_method: 'squash' });
});

test('a head that moved after the approval is not merged', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  const moved = await world.pushToPull(12);
  expect(await refusal(github.run(plan))).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Head branch was modified'),
  });
  expect(world.shas.main).not.toContain(moved);
  expect(await github.act('github_get_pull_request', { repo, number: 12 })).toMatchObject({
    state: 'open',
    head_sha: moved,
  });
});

test('a head that moved before the plan is refused with both heads named', async () => {
  const { world, github, input } = await ready();
  const moved = await world.pushToPull(12);
  const error = await refusal(github.plan(merge, input));
  expect(error).toMatchObject({ code: 'conflict' });
  expect(error.message).toBe(`The head of #12 is ${moved.slice(0, 12)}, not ${input.sha.slice(0, 12)}.`);
});

test('what may not be merged is refused before anybody is asked', async () => {
  const { world, github, input } = await ready();
  const draft = { repo, number: 14, sha: world.shas.pulls[14] ?? '' };
  expect((await refusal(github.plan(merge, draft))).message).toBe('#14 is a draft.');
  await github.act(merge, input);
  expect((await refusal(github.plan(merge, input))).message).toBe('#12 is merged already.');
  expect(writes(world)).toEqual([mergeCall]);
});

test('a conflict with main is refused at the plan, and GitHub refuses it too', async () => {
  const { github, world, input } = await ready(13);
  const stale = await github.plan(merge, input);
  // #12 and a commit of the same file on main: #13 no longer fits.
  const headers = { authorization: `token ${world.token}` };
  const [head = ''] = world.shas.main;
  const post = async (path: string, body: object, method = 'POST') =>
    (await (
      await fetch(`${world.url}/repos/${repo}${path}`, { method, headers, body: JSON.stringify(body) })
    ).json()) as { sha: string };
  const { commit } = (await (await fetch(`${world.url}/repos/${repo}/commits/${head}`, { headers })).json()) as {
    commit: { tree: { sha: string } };
  };
  const tree = await post('/git/trees', {
    base_tree: commit.tree.sha,
    tree: [{ path: 'src/payment.js', mode: '100644', type: 'blob', content: 'other\n' }],
  });
  const made = await post('/git/commits', { message: 'Other', tree: tree.sha, parents: [head] });
  await post('/git/refs/heads/main', { sha: made.sha }, 'PATCH');

  expect((await refusal(github.plan(merge, input))).message).toBe('#13 conflicts with main.');
  expect(await refusal(github.run(stale))).toMatchObject({ code: 'conflict' });
});

test('reconcile: a lost answer is found to be done, and nothing is merged twice', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  world.fault('lost answer', { on: /^PUT / });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toEqual({
    state: 'done',
    output: { merged: true, sha: world.shas.main[0], repo, number: 12, url: `${world.url}/acme/web/pull/12` },
  });
  expect(writes(world)).toEqual([mergeCall]);
});

test('reconcile: a gateway that failed after the work leaves it unknown until it is looked up', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  world.fault('bad gateway', { on: /^PUT / });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done' });
});

test('reconcile: still open is not done, and may be tried again', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  world.fault('unavailable', { on: /^PUT / });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
  await github.run(plan);
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done' });
});

test('reconcile: merged at another head, or closed, is for a person to judge', async () => {
  const { world, github, input } = await ready();
  const plan = await github.plan(merge, input);
  const other = await world.pushToPull(12);
  await github.act(merge, { ...input, sha: other });
  const unknown = await github.reconcile(plan);
  expect(unknown).toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining(`with head ${other.slice(0, 12)}`),
  });
  expect(unknown).toMatchObject({ evidence: expect.stringContaining(`the approved ${input.sha.slice(0, 12)}`) });

  const closed = await github.plan(merge, { repo, number: 13, sha: world.shas.pulls[13] ?? '' });
  await fetch(`${world.url}/repos/${repo}/pulls/13`, {
    method: 'PATCH',
    headers: { authorization: `token ${world.token}` },
    body: JSON.stringify({ state: 'closed' }),
  });
  expect(await github.reconcile(closed)).toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining('closed and not merged'),
  });
});
