/** The emulated GitHub of workflows and releases is as strict as GitHub: what cannot be started, repeated, cancelled or released is refused. */
import { expect, onTestFinished, test } from 'vitest';
import { createGitHubEmulator } from '../../../src/emulators/github/index.ts';

async function start() {
  const world = await createGitHubEmulator({ stepMs: 1 });
  onTestFinished(() => world.close());
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${world.url}/repos/acme/web${path}`, {
      method,
      headers: { authorization: `token ${world.token}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
  };
  const dispatch = (file: string, body: object) => call('POST', `/actions/workflows/${file}/dispatches`, body);
  return { world, call, dispatch };
}

test('what cannot be started is refused, and nothing begins', async () => {
  const { call, dispatch } = await start();
  expect((await dispatch('none.yml', { ref: 'main' })).status).toBe(404);
  expect((await dispatch('ci.yml', { ref: 'main' })).status).toBe(422);
  expect((await dispatch('deploy.yml', { ref: 'no-such-branch' })).status).toBe(422);
  expect((await dispatch('deploy.yml', { ref: 'main', inputs: { colour: 'red' } })).json.message).toContain('colour');
  expect((await call('GET', '/actions/workflows/deploy.yml/runs')).json.total_count).toBe(0);
  expect((await call('GET', '/actions/runs/9000')).status).toBe(404);
});

test('a run goes from queued to its end, is repeated as another attempt, and ends as its work does', async () => {
  const { world, call, dispatch } = await start();
  const seen: number[] = [];
  world.whenRun('deploy.yml', async ({ attempt, inputs }) => {
    seen.push(attempt);
    if (attempt === 1) throw new Error(`no image for ${inputs.version}`);
  });
  const started = await dispatch('deploy.yml', { ref: 'main', inputs: { version: '7' }, return_run_details: true });
  expect(started).toMatchObject({ status: 200, json: { workflow_run_id: 9_000 } });
  const run = async () => (await call('GET', '/actions/runs/9000')).json;
  await expect.poll(run).toMatchObject({ status: 'completed', conclusion: 'failure', display_title: 'Deploy 7' });
  const [job] = (await call('GET', '/actions/runs/9000/jobs')).json.jobs;
  const log = await fetch(`${world.url}/repos/acme/web/actions/jobs/${job.id}/logs`, {
    headers: { authorization: `token ${world.token}` },
  });
  expect(await log.text()).toBe('no image for 7');
  expect((await call('POST', '/actions/runs/9000/cancel')).status).toBe(409);
  expect((await call('POST', '/actions/runs/9000/rerun-failed-jobs')).status).toBe(201);
  expect((await call('POST', '/actions/runs/9000/rerun')).status).toBe(403);
  await expect.poll(run).toMatchObject({ status: 'completed', conclusion: 'success', run_attempt: 2 });
  expect(seen).toEqual([1, 2]);
  expect((await call('POST', '/actions/runs/9000/rerun-failed-jobs')).status).toBe(403);
});

test('a repeated check fails again with the same words, unless its work says otherwise', async () => {
  const { world, call } = await start();
  const list = async () => (await call('GET', '/actions/runs?branch=payment-sdk-5')).json.workflow_runs[0];
  const { id } = await list();
  await call('POST', `/actions/runs/${id}/rerun-failed-jobs`);
  await expect.poll(list).toMatchObject({ status: 'completed', conclusion: 'failure', run_attempt: 2 });
  world.whenRun('ci.yml', () => Promise.resolve());
  await call('POST', `/actions/runs/${id}/rerun`);
  await expect.poll(list).toMatchObject({ status: 'completed', conclusion: 'success', run_attempt: 3 });
});

test('a draft makes no tag, publishing does; a tag is released once, and never from nowhere', async () => {
  const { world, call } = await start();
  const draft = await call('POST', '/releases', { tag_name: 'v1', draft: true });
  expect((await call('GET', '/git/ref/tags/v1')).status).toBe(404);
  await call('PATCH', `/releases/${draft.json.id}`, { draft: false });
  expect((await call('GET', '/git/ref/tags/v1')).json.object.sha).toBe(world.shas.main[0]);
  expect((await call('POST', '/releases', { tag_name: 'v1' })).status).toBe(422);
  expect((await call('POST', '/releases', { tag_name: 'v2', target_commitish: 'nowhere' })).status).toBe(422);
});
