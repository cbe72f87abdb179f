/** Workflows are started at the approved commit, repeated and cancelled once, and known again after a lost answer. */
import { expect, test } from 'vitest';
import { acme, connect, refusal, repo, writes } from './acme.ts';

const dispatch = 'github_dispatch_workflow';
const dispatches = `POST /repos/${repo}/actions/workflows/deploy.yml/dispatches`;
const failedCi = 7_001;

async function ready() {
  const world = await acme({ stepMs: 1 });
  const github = connect(world);
  // Numbers are given as the runs are first listed: #14, #13, #12, main.
  await github.act('github_list_runs', { repo });
  return { world, github };
}
type World = Awaited<ReturnType<typeof ready>>['world'];

/** Somebody else starts the same workflow, past us. */
async function startByHand(world: World, inputs: object = {}, ref = 'main'): Promise<void> {
  const answer = await fetch(`${world.url}/repos/${repo}/actions/workflows/deploy.yml/dispatches`, {
    method: 'POST',
    headers: { authorization: `token ${world.token}` },
    body: JSON.stringify({ ref, inputs }),
  });
  expect(answer.status).toBe(204);
}

/** Runs of deploy.yml last until the test says so. */
function hold(world: World): () => void {
  let free = () => {};
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  world.whenRun('deploy.yml', () => held);
  return free;
}

test('a dispatch names the workflow, the branch and its commit, and rests on them', async () => {
  const { world, github } = await ready();
  const plan = await github.plan(dispatch, { repo, workflow: 'deploy.yml', inputs: 'version=1.2 environment=staging' });
  const [head = ''] = world.shas.main;
  expect(plan).toMatchObject({
    target: 'github:acme/web/actions/deploy.yml',
    summary: 'Start Deploy (deploy.yml) of acme/web on main',
    input: { inputs: { version: '1.2', environment: 'staging' } },
    preconditions: [
      { name: 'commit', expected: head },
      { name: 'workflow', expected: '.github/workflows/deploy.yml' },
    ],
  });
  expect(plan.details).toContainEqual({ label: 'Input environment', value: 'staging' });
  expect(writes(world)).toEqual([]);
  const done = await github.run(plan);
  expect(done).toMatchObject({ run: 9_000, sha: head, url: `${world.url}/acme/web/actions/runs/9000` });
  expect(world.requests.find(({ method }) => method === 'POST')?.body).toEqual({
    ref: 'main',
    inputs: { version: '1.2', environment: 'staging' },
    return_run_details: true,
  });
});

test('a branch that moved after the approval starts nothing', async () => {
  const { world, github } = await ready();
  const plan = await github.plan(dispatch, { repo, workflow: 'deploy.yml', ref: 'main' });
  await world.commitToMain('Something else');
  expect(await refusal(github.run(plan))).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^main of acme\/web is at [0-9a-f]{12}, not [0-9a-f]{12}\.$/),
  });
  expect(writes(world)).toEqual([]);
});

test('a commit, an unknown branch, an unknown workflow, one that cannot be started, an unknown input', async () => {
  const { world, github } = await ready();
  const [head = ''] = world.shas.main;
  const plan = (workflow: string, ref: string) => github.plan(dispatch, { repo, workflow, ref });
  expect((await refusal(plan('deploy.yml', head))).hint).toContain('not on a commit');
  expect(await refusal(plan('deploy.yml', 'no-such-branch'))).toMatchObject({ code: 'bad_input' });
  expect(await refusal(plan('none.yml', 'main'))).toMatchObject({ code: 'not_found' });
  expect((await refusal(github.act(dispatch, { repo, workflow: 'ci.yml' }))).message).toContain('workflow_dispatch');
  const unknown = github.act(dispatch, { repo, workflow: 'deploy.yml', inputs: 'colour=red' });
  expect((await refusal(unknown)).message).toContain('Unexpected inputs');
  await expect(github.plan(dispatch, { repo, workflow: 'deploy.yml', inputs: 'no pairs' })).rejects.toThrow(
    'name=value',
  );
  await expect(github.plan(dispatch, { repo, workflow: '../ci.yml' })).rejects.toThrow('file name');
});

test('reconcile: a dispatch whose answer was lost is found by its account, and is not done twice', async () => {
  const { world, github } = await ready();
  const plan = await github.plan(dispatch, { repo, workflow: 'deploy.yml' });
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
  world.fault('lost answer', { on: /dispatches$/ });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done', output: { run: 9_000 } });
  expect(writes(world)).toEqual([dispatches]);
});

test('reconcile: two runs that could be it are for a person to tell apart; a mark tells them apart', async () => {
  const { world, github } = await ready();
  const plain = await github.plan(dispatch, { repo, workflow: 'deploy.yml' });
  const marked = await github.plan(dispatch, { repo, workflow: 'deploy.yml', inputs: { request: '{deed}' } });
  await startByHand(world);
  // One run without its mark is not the marked one, and could not be told from it if the mark were not shown.
  expect(await github.reconcile(marked)).toMatchObject({ state: 'unknown' });
  world.fault('lost answer', { on: /dispatches$/ });
  await refusal(github.run(marked));
  expect(await github.reconcile(marked)).toMatchObject({ state: 'done', output: { run: 9_001 } });
  expect(await github.reconcile(marked, 'run7/7')).toMatchObject({ state: 'unknown' });
  expect(await github.reconcile(plain, 'run8/8')).toMatchObject({
    state: 'unknown',
    evidence: expect.stringMatching(/9001 “Deploy \([0-9a-f]{16}\)” by sophia-bot; 9000 “Deploy” by sophia-bot/),
  });
});

test('reconcile: a run on another branch is somebody else’s', async () => {
  const { world, github } = await ready();
  const plan = await github.plan(dispatch, { repo, workflow: 'deploy.yml', ref: 'main' });
  await startByHand(world, {}, 'dark-mode');
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
});

test('a run is followed to its end; before that every change of its standing is told', async () => {
  const { world, github } = await ready();
  const free = hold(world);
  await github.act(dispatch, { repo, workflow: 'deploy.yml' });
  const first = await github.act<{ standing: string }>('github_wait_run', { repo, run: 9_000, seen: 'nothing yet' });
  expect(first).toMatchObject({ ended: false });
  const quick = await github.act<{ ended: boolean }>('github_wait_run', { repo, run: 9_000, timeout_seconds: 1 });
  expect(quick.ended).toBe(false);
  free();
  expect(await github.act('github_wait_run', { repo, run: 9_000 })).toMatchObject({
    ended: true,
    state: 'success',
    jobs: [{ name: 'deploy', state: 'success' }],
    standing: '1 success; deploy success',
  });
});

test('why a run failed: the end of the log of its failed jobs, and of no other', async () => {
  const { world, github } = await ready();
  expect(await github.act('github_get_run_log', { repo, run: failedCi })).toMatchObject({
    state: 'failure',
    failed_jobs: 1,
    jobs: [{ job: 'test', workflow: 'CI', log: expect.stringContaining('refuses an expired card') }],
  });
  world.whenRun('deploy.yml', () => Promise.reject(new Error('the registry is full')));
  await github.act(dispatch, { repo, workflow: 'deploy.yml' });
  await github.act('github_wait_run', { repo, run: 9_000 });
  expect(await github.act('github_get_run_log', { repo, run: 9_000 })).toMatchObject({
    jobs: [{ job: 'deploy', log: 'the registry is full', complete: true }],
  });
});

test.each([
  ['github_rerun_failed_jobs', 'rerun-failed-jobs', 'test'],
  ['github_rerun_workflow', 'rerun', 'test, lint'],
])('%s repeats a run once; a lost answer is found by the attempt', async (name, path, jobs) => {
  const { world, github } = await ready();
  const plan = await github.plan(name, { repo, run: failedCi });
  expect(
    plan.details
      .find(({ label }) => label === 'Repeats')
      ?.value.split(', ')
      .sort(),
  ).toEqual(jobs.split(', ').sort());
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
  world.fault('lost answer', { on: /rerun/ });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done', output: { attempt: 2 } });
  expect(writes(world)).toEqual([`POST /repos/${repo}/actions/runs/${failedCi}/${path}`]);
  // Approved was the first attempt: that another repeated it meanwhile starts no third.
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'conflict' });
  const ended = await github.act<{ state: string }>('github_wait_run', { repo, run: failedCi });
  expect(ended).toMatchObject({ ended: true, state: 'failure', attempt: 2 });
});

test('what has not ended is not repeated, what did not fail has no failed jobs', async () => {
  const { world, github } = await ready();
  const free = hold(world);
  await github.act(dispatch, { repo, workflow: 'deploy.yml' });
  expect((await refusal(github.plan('github_rerun_workflow', { repo, run: 9_000 }))).message).toMatch(/has not ended/);
  free();
  await github.act('github_wait_run', { repo, run: 9_000 });
  const none = await refusal(github.plan('github_rerun_failed_jobs', { repo, run: 9_000 }));
  expect(none).toMatchObject({ message: 'No job of run 9000 failed.', hint: '`rerun 9000 in acme/web` repeats all.' });
});

test('a run is cancelled once; one that was repeated meanwhile is another', async () => {
  const { world, github } = await ready();
  hold(world);
  await github.act(dispatch, { repo, workflow: 'deploy.yml' });
  const plan = await github.plan('github_cancel_workflow', { repo, run: 9_000 });
  expect(await github.reconcile(plan)).toEqual({ state: 'not done' });
  world.fault('lost answer', { on: /cancel$/ });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await github.reconcile(plan)).toMatchObject({ state: 'done', output: { state: 'cancelled' } });
  expect((await refusal(github.plan('github_cancel_workflow', { repo, run: 9_000 }))).message).toBe(
    'Run 9000 has ended already: cancelled.',
  );
  await github.act('github_rerun_workflow', { repo, run: 9_000 });
  expect(await refusal(github.run(plan))).toMatchObject({ code: 'conflict' });
  expect(await github.reconcile(plan)).toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining('attempt 2'),
  });
});
