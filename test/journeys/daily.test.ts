/** The rest of a day through signed Slack HTTP: a deploy that a workflow does, its roll-back, another size, a release, a repeat. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alice, bob, deploys, done, eng, openStage, type Stage } from './stage.ts';

const services = `services:
  web:
    repository: acme/web
    environments:
      production:
        fly_app: acme-web
        deploy:
          workflow: deploy.yml
          inputs: { version: "{sha}", environment: "{environment}", request: "{deed}" }
`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ services });
});
afterAll(() => stage.close());

const dispatches = () =>
  stage.world.github.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/dispatches'));
const ask = (text: string, channel = deploys) => stage.driver.command(alice, channel, `/sophia ${text}`);

test('a deploy that a workflow does: one approval, one dispatch, followed to its end, the machines looked at', async () => {
  const { driver } = stage;
  const { sha, place, card } = await stage.askToDeploy();
  expect(card.words).toContain('deploy.yml of acme/web, started on main');
  expect(card.words).toContain('environment=production');
  expect(dispatches()).toEqual([]);
  await stage.approve(alice, card);
  await stage.approve(bob, card);
  const end = await driver.reply(place, [...done, 'run 9000 succeeded', '3 machines healthy'], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(end.words).toContain(sha);
  expect(stage.votes(card.approvalId)).toEqual([{ person: expect.stringContaining(bob), verdict: 'approve' }]);
  const [sent] = dispatches().map(({ body }) => body as { ref: string; inputs: Record<string, string> });
  expect(sent?.ref).toBe('main');
  expect(sent?.inputs).toEqual({
    version: expect.stringMatching(new RegExp(`^${sha}[0-9a-f]{33}$`)),
    environment: 'production',
    request: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(stage.running()).toEqual([sha, sha, sha]);
  expect(stage.count(place, /Start deploy\.yml on main/, /Health of acme-web/)).toBe(1);
});

test('rolled back: the workflow once more, with the commit that was there before', async () => {
  const { driver } = stage;
  const before = stage.running()[0] ?? '';
  const next = await stage.askToDeploy();
  await stage.approve(bob, next.card);
  await driver.reply(next.place, done, { after: next.card.ts });
  await stage.ended(next.card.approvalId);
  expect(stage.running()).toEqual([next.sha, next.sha, next.sha]);

  const place = await ask('rollback web to production');
  const card = await driver.card(place);
  expect(card.words).toContain(before);
  await stage.approve(bob, card);
  await driver.reply(place, [...done, '3 machines healthy'], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.running()).toEqual([before, before, before]);
  expect(dispatches()).toHaveLength(3);
  expect(stage.count(place, /fly_update_machine/)).toBe(0);
});

test('a sick release: the workflow ends well and the machines do not; it is not called done', async () => {
  const { driver } = stage;
  const count = dispatches().length;
  const before = stage.running();
  const { place, card } = await stage.askToDeploy();
  stage.world.setUnhealthyNext(true);
  await stage.approve(bob, card);
  await driver.reply(place, ['succeeded, but', '/sophia rollback web to production'], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.count(place, ...done)).toBe(0);
  expect(dispatches()).toHaveLength(count + 1);

  const back = await ask('rollback web to production');
  const question = await driver.card(back);
  await stage.approve(bob, question);
  await driver.reply(back, [...done, '3 machines healthy'], { after: question.ts });
  await stage.ended(question.approvalId);
  expect(stage.running()).toEqual(before);
});

test('another size: one approval, each machine in turn, all healthy', async () => {
  const { driver } = stage;
  const sizes = () =>
    stage.fly.requests
      .map(({ body }) => (body as { config?: { guest?: { cpus: number; memory_mb: number } } } | null)?.config?.guest)
      .filter((guest) => guest?.cpus === 2);
  const place = await ask('scale acme-web to shared-cpu-2x memory 1024');
  const card = await driver.card(place);
  expect(card.words).toContain('shared-cpu-1x with 512 MB');
  await stage.approve(bob, card);
  await driver.reply(place, [...done, '3 machines updated, all healthy'], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(sizes()).toEqual(Array(3).fill({ cpu_kind: 'shared', cpus: 2, memory_mb: 1024 }));
  await driver.reply(await ask('scale acme-web to shared-cpu-2x memory 1024'), ['Not done', 'that size already']);
  await driver.reply(await ask('scale acme-web to huge'), ['must be shared-cpu-1x']);
});

test('a release shows its notes, is approved by another, and makes its tag', async () => {
  const { driver, world } = stage;
  const [head = ''] = world.github.shas.main;
  const place = await ask('release v1.0.0 in acme/web', eng);
  const card = await driver.card(place);
  expect(card.words).toContain("What's Changed");
  expect(card.words).toContain(head);
  await stage.approve(bob, card);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  await driver.reply(await ask('releases in acme/web', eng), ['v1.0.0', 'published']);
});

test('what can only be looked at is answered at once, and a secret is named, never shown', async () => {
  const { driver, fly } = stage;
  fly.setSecret('acme-web', 'OLD_API_KEY', 'hunter2-is-the-value');
  const volume = fly.addVolume('acme-web', { name: 'data', region: 'fra', size_gb: 10 });
  await driver.reply(await ask('secrets of acme-web'), ['OLD_API_KEY']);
  await driver.reply(await ask('volumes of acme-web'), [volume, '10 GB']);
  await driver.reply(await ask('releases of acme-web'), ['Running']);
  await driver.reply(await ask('branch main in acme/web'), ['main']);
  await driver.reply(await ask('workflows in acme/web'), ['deploy.yml', 'nightly.yml']);
  await driver.reply(await ask('deployments in acme/web'), ['Deployments of acme/web']);

  const place = await ask('unset secret OLD_API_KEY of acme-web');
  const card = await driver.card(place);
  await stage.approve(bob, card);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  await driver.reply(await ask(`extend volume ${volume} of acme-web to 5`), ['Not done', 'can only grow']);
  // By hand, past `deploy`: it counts as production all the same, since it deploys there.
  const byHand = await driver.card(await ask('dispatch deploy.yml in acme/web'));
  expect(byHand.words).toContain('Start Deploy (deploy.yml) of acme/web on main');
  expect(byHand.words).toContain('Environment: production');
  const said = JSON.stringify(stage.slack.snapshot());
  expect(said).toContain('OLD_API_KEY');
  expect(said).not.toContain('hunter2');
});

test('failing jobs are looked into and repeated, once', async () => {
  const { driver, world } = stage;
  await driver.reply(await ask('workflow runs in acme/web of ci.yml', eng), ['payment-sdk-5', 'failure']);
  const headers = { authorization: `token ${world.github.token}` };
  const listed = await fetch(`${world.github.url}/repos/acme/web/actions/runs?branch=payment-sdk-5`, { headers });
  const run = ((await listed.json()) as { workflow_runs: { id: number }[] }).workflow_runs[0]?.id;
  await driver.reply(await ask(`workflow log ${run} in acme/web`, eng), ['refuses an expired card']);
  const place = await ask(`rerun failed ${run} in acme/web`, eng);
  const card = await driver.card(place);
  expect(card.words).toContain('Repeats');
  await stage.approve(bob, card);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  const repeats = world.github.requests.filter(({ path }) => path.endsWith('/rerun-failed-jobs'));
  expect(repeats.map(({ path, status }) => [path, status])).toEqual([
    [`/repos/acme/web/actions/runs/${run}/rerun-failed-jobs`, 201],
  ]);
});
