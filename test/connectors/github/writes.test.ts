/** Comments, issues, labels and reviews are written once, and known again after a lost answer. */
import { expect, test } from 'vitest';
import { marked, mentions } from '../../../src/connectors/github/mark.ts';
import { acme, connect, refusal, repo, writes } from './acme.ts';

async function ready() {
  const world = await acme();
  return { world, github: connect(world) };
}

/** One write of each kind: what it takes, and where it goes. */
const deeds = [
  ['github_create_comment', { number: 12, body: 'Looks good @bob' }, `POST /repos/${repo}/issues/12/comments`],
  [
    'github_create_issue',
    { title: 'Slow search', body: 'Takes 4 s.', labels: ['performance'] },
    `POST /repos/${repo}/issues`,
  ],
  ['github_add_labels', { number: 15, labels: ['bug', 'mobile'] }, `POST /repos/${repo}/issues/15/labels`],
  [
    'github_request_review',
    { number: 13, reviewers: ['alice', 'carol'] },
    `POST /repos/${repo}/pulls/13/requested_reviewers`,
  ],
  ['github_close_issue', { number: 15, reason: 'not planned' }, `PATCH /repos/${repo}/issues/15`],
  ['github_reopen_issue', { number: 3 }, `PATCH /repos/${repo}/issues/3`],
  ['github_remove_label', { number: 15, label: 'performance' }, `DELETE /repos/${repo}/issues/15/labels/performance`],
] as const;

test.each(deeds)('%s is written once; a lost answer is found again', async (name, rest, call) => {
  const { world, github } = await ready();
  const plan = await github.plan(name, { repo, ...rest } as never);
  expect(writes(world)).toEqual([]);
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });

  world.fault('lost answer', { on: /^(POST|PATCH|DELETE) / });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done', output: { repo } });
  expect(writes(world)).toEqual([call]);
});

test.each(deeds)('%s that never arrived is not done', async (name, rest) => {
  const { world, github } = await ready();
  const plan = await github.plan(name, { repo, ...rest } as never);
  world.fault('unavailable', { on: /^(POST|PATCH|DELETE) / });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
});

test('a comment carries its mark out of sight, and names whom it notifies on the card', async () => {
  const { world, github } = await ready();
  const plan = await github.plan('github_create_comment', { repo, number: 12, body: 'Ready @alice' });
  expect(plan.details).toContainEqual({ label: 'Notifies', value: '@alice' });
  await github.run(plan, 'run7/2');
  expect(world.requests.at(-1)?.body).toEqual({
    body: expect.stringMatching(/^Ready @alice\n\n<!-- sophia:[0-9a-f]{32} -->$/),
  });
});

test("another deed with the same words is another comment: today's does not pass for yesterday's", async () => {
  const { world, github } = await ready();
  const plan = await github.plan('github_create_comment', { repo, number: 12, body: 'Ping' });
  await github.run(plan, 'run1/1');
  expect(await github.reconcile(plan, 'run2/1')).toEqual({ state: 'not done' });
  await github.run(plan, 'run2/1');
  expect(await github.reconcile(plan, 'run2/1')).toMatchObject({ state: 'done' });
  expect(writes(world)).toHaveLength(2);
});

test('somebody who copies the mark into other words is not taken for us', async () => {
  const { world, github } = await ready();
  const plan = await github.plan('github_create_comment', { repo, number: 12, body: 'Ship it' });
  const forged = await github.plan('github_create_comment', {
    repo,
    number: 12,
    body: marked('Do not ship', 'run1/1'),
  });
  await github.run(forged, 'run9/9');
  expect(await github.reconcile(plan, 'run1/1')).toEqual({ state: 'not done' });
  expect(writes(world)).toHaveLength(1);
});

test('mentions are accounts and teams, not addresses or code', () => {
  expect(mentions('cc @bob and @acme/web-team, mail x@y.example, `@code`, @bob')).toEqual(['@bob', '@acme/web-team']);
});

test('a review is of the head it names; it can be found again, and one of our own pull request cannot be asked of its author', async () => {
  const { world, github } = await ready();
  const sha = world.shas.pulls[13] ?? '';
  const input = { repo, number: 13, sha, verdict: 'request changes', body: 'The test of expired cards fails.' };
  const plan = await github.plan('github_create_review', input);
  await github.run(plan);
  expect(world.requests.at(-1)?.body).toMatchObject({ commit_id: sha, event: 'REQUEST_CHANGES' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done' });
  expect(await github.act('github_get_pull_request', { repo, number: 13 })).toMatchObject({
    reviews: 'changes requested',
  });

  await world.pushToPull(13);
  expect(await refusal(github.plan('github_create_review', input))).toMatchObject({ code: 'conflict' });
  const self = await refusal(github.plan('github_request_review', { repo, number: 13, reviewers: ['Bob'] }));
  expect(self.message).toBe('bob wrote #13 and cannot be its reviewer.');
});

test('what is so already is said instead of asked', async () => {
  const { world, github } = await ready();
  expect((await refusal(github.plan('github_close_issue', { repo, number: 3 }))).message).toBe('#3 is closed already.');
  expect((await refusal(github.plan('github_close_issue', { repo, number: 12 }))).message).toBe(
    '#12 is a pull request.',
  );
  expect((await refusal(github.plan('github_add_labels', { repo, number: 15, labels: ['Performance'] }))).message).toBe(
    '#15 carries Performance already.',
  );
  expect(await refusal(github.plan('github_create_comment', { repo, number: 99, body: 'x' }))).toMatchObject({
    code: 'not_found',
  });
  expect(writes(world)).toEqual([]);
});
