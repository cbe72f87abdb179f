/** A deploy that a GitHub workflow does: what it refuses, starts, follows, reports, and how it is taken back. */
import { afterEach, expect, test } from 'vitest';
import { bob, openTestHouse, type TestHouse } from '../flow/test-house.ts';
import { runner, sha } from './runner.ts';

let open: TestHouse[] = [];
afterEach(async () => {
  await Promise.all(open.map((house) => house.close()));
  open = [];
});

/** The workflow deploys what it is started on. */
const plain = `services:
  api:
    repository: acme/api
    environments: { production: { deploy: { workflow: deploy.yml } } }
`;
/** An input names the commit, the run's title shows it; one workflow serves two environments. */
const named = `services:
  api:
    repository: acme/api
    deploy: { workflow: deploy.yml, inputs: { version: "{sha}", environment: "{environment}" } }
    environments:
      staging: {}
      production: { fly_app: acme-api }
`;

async function house(services: string) {
  const { world, actions } = runner(services);
  const built = await openTestHouse({ actions });
  open.push(built);
  const run = async (text: string, approve = true) => {
    const { thread } = await built.say(text);
    if (approve) {
      const card = await built.card(thread);
      await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    }
    return built.answer(thread);
  };
  return { world, house: built, run };
}

test('it is started where the approval says, followed, and the end of the workflow is the end', async () => {
  const { world, run } = await house(plain);
  expect(await run('deploy api')).toMatchObject({
    outcome: {
      state: 'done',
      summary: 'Deploy api to production: bbbbbbb “Commit b”: run 100 succeeded. Nothing tells me more of its health.',
      output: { workflow: 'deploy.yml', run: 100, commit: sha('b'), healthy: [] },
    },
  });
  expect(world.started).toEqual([{ ref: 'main', inputs: {} }]);
});

test('the card names the workflow, what was deployed last, and lists exactly the start and the cancelling', async () => {
  const { world, house: built } = await house(named);
  world.ran(`${sha('a')} production`, sha('a'));
  world.ran(`${sha('c')} staging`, sha('c'));
  const { thread } = await built.say('deploy api to production');
  const { plan } = await built.card(thread);
  expect(plan).toMatchObject({
    target: 'github:acme/api/actions/deploy.yml',
    environment: 'production',
    repository: 'acme/api',
    steps: [
      {
        action: 'github_dispatch_workflow',
        input: { ref: 'main', sha: sha('b'), inputs: { version: sha('b'), environment: 'production' } },
      },
      { action: 'github_cancel_workflow', input: { repo: 'acme/api' }, vary: { run: { any: true } } },
    ],
  });
  expect(plan.details).toContainEqual({
    label: 'Deployed last',
    value: 'aaaaaaa by run 100',
    link: 'https://gh.test/100',
  });
});

test('a run that fails is told with its jobs, where the reason stands, and the way back; nothing is taken back by itself', async () => {
  const { world, run } = await house(plain);
  world.end = 'failure';
  expect(await run('deploy api')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: 'Run 100 of deploy.yml ended as failure (push). How far it came its log tells.',
      hint: 'Why: `/sophia workflow log 100 in acme/api`. Back: `/sophia rollback api to production`.',
    },
  });
  expect(world.started).toHaveLength(1);
});

test('a workflow that ended well and left a sick machine, or another commit, is not called done', async () => {
  const { world, run } = await house(named);
  world.healthy = false;
  expect(await run('deploy api to production')).toMatchObject({
    outcome: { state: 'failed', reason: 'Run 100 of deploy.yml succeeded, but iad m1: GET /: 500.' },
  });
  world.healthy = true;
  world.live = sha('a');
  expect(await run('deploy api to production')).toMatchObject({
    outcome: { state: 'failed', reason: expect.stringContaining('iad m1 runs aaaaaaa, not bbbbbbb') },
  });
  world.live = sha('b');
  expect(await run('deploy api to production')).toMatchObject({
    outcome: { state: 'done', summary: expect.stringContaining('1 machine healthy'), output: { healthy: ['m1'] } },
  });
});

test('a branch that moves in the last moment: the run is cancelled, and said so', async () => {
  const { world, run } = await house(plain);
  world.slipped = sha('e');
  expect(await run('deploy api')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringMatching(/run 100 began at eeeeeee, not at the approved bbbbbbb\. I cancelled it\./),
    },
  });
  expect(world.cancelled).toEqual([100]);
});

test('a stop while it runs ends the following; the run goes on at GitHub, and it is said how to end it', async () => {
  const { world, house: built, run } = await house(plain);
  world.end = 'in_progress';
  world.looked = async () => {
    const [one] = await built.store.runs.list({ state: 'running', limit: 1 });
    if (one) await built.store.runs.end(one.id, 'stopped', 'stopped by a person', new Date().toISOString());
  };
  expect(await run('deploy api')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringContaining('This run was stopped. Run 100 goes on at GitHub.'),
      hint: expect.stringContaining('/sophia cancel workflow 100 in acme/api'),
    },
  });
  expect(world.cancelled).toEqual([]);
});

test('nothing is started beside a run under way, or on failing checks', async () => {
  const { world, run } = await house(plain);
  world.ran('Deploy', sha('b'), 'in_progress');
  expect(await run('deploy api', false)).toMatchObject({
    outcome: { state: 'refused', reason: 'Run 100 of deploy.yml is under way: Deploy.' },
  });
  world.runs = [];
  world.checks = 'failing';
  expect(await run('deploy api', false)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('failing') },
  });
  expect(world.started).toEqual([]);
});

test('a deploy by somebody else while the card waits voids the approval', async () => {
  const { world, house: built } = await house(plain);
  const { thread } = await built.say('deploy api');
  const card = await built.card(thread);
  world.ran('Deploy', sha('d'));
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect((await built.card(thread, 'void')).stateReason).toContain('last run moved');
  expect(world.started).toEqual([]);
});

test('any commit can be deployed when an input names it; else only a branch or a tag', async () => {
  const first = await house(named);
  await first.run(`deploy api to staging ref ${sha('d')}`);
  expect(first.world.started).toEqual([{ ref: 'main', inputs: { version: sha('d'), environment: 'staging' } }]);
  const second = await house(plain);
  expect(await second.run(`deploy api ref ${sha('d')}`, false)).toMatchObject({
    outcome: { state: 'refused', hint: expect.stringContaining('on a branch or a tag') },
  });
  second.world.refs.set('v2', sha('d'));
  await second.run('deploy api ref v2');
  expect(second.world.started).toEqual([{ ref: 'v2', inputs: {} }]);
});

test('rolled back is to what the environment ran before, by the titles of the runs', async () => {
  const { world, run } = await house(named);
  world.live = sha('a');
  world.ran(`Deploy ${sha('a')} to production`, sha('a'));
  world.ran(`Deploy ${sha('c')} to staging`, sha('c'));
  world.ran(`Deploy ${sha('b')} to production`, sha('b'));
  expect(await run('rollback api to production')).toMatchObject({ outcome: { state: 'done' } });
  expect(world.started).toEqual([{ ref: 'main', inputs: { version: sha('a'), environment: 'production' } }]);
});

test('after a deploy that failed half way it is back to the last that succeeded', async () => {
  const { world, run } = await house(named);
  world.live = sha('b');
  world.ran(`Deploy ${sha('a')} to production`, sha('a'));
  world.ran(`Deploy ${sha('b')} to production`, sha('b'));
  world.ran(`Deploy ${sha('c')} to production`, sha('c'), 'failure');
  expect(await run('rollback api to production')).toMatchObject({ outcome: { state: 'done' } });
  expect(world.started[0]?.inputs.version).toBe(sha('b'));
});

test('titles that name no commit are not guessed at; nothing earlier is said; a branch that moved on needs a tag', async () => {
  const first = await house(named);
  first.world.ran('Deploy to production', sha('a'));
  first.world.ran('Deploy to production', sha('b'));
  expect(await first.run('rollback api to production', false)).toMatchObject({
    outcome: { state: 'refused', reason: 'The runs of deploy.yml do not say which commit they deployed.' },
  });
  const second = await house(plain);
  second.world.ran('Deploy', sha('b'));
  expect(await second.run('rollback api', false)).toMatchObject({
    outcome: { reason: 'No earlier run of deploy.yml deployed another commit to production.' },
  });
  second.world.runs = [];
  second.world.ran('Deploy', sha('a'));
  second.world.ran('Deploy', sha('b'));
  expect(await second.run('rollback api', false)).toMatchObject({
    outcome: {
      reason: expect.stringContaining('main has moved on since aaaaaaa'),
      hint: expect.stringContaining('Tag aaaaaaa'),
    },
  });
  second.world.runs = [];
  second.world.refs.set('v1', sha('a'));
  second.world.ran('Deploy', sha('a'), 'success', 'v1');
  second.world.ran('Deploy', sha('b'));
  await second.run('rollback api');
  expect(second.world.started).toEqual([{ ref: 'v1', inputs: {} }]);
});
