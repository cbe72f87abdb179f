/** Secrets by name and volumes: planned on what is there, done once, known again after a lost answer; a value is never seen. */
import { expect, test } from 'vitest';
import { acme, connect } from './acme.ts';

const app = 'acme-web';

async function ready() {
  const world = await acme();
  return { world, fly: connect(world) };
}

test('secrets are listed by name and digest; the value is not asked for and not told, even when Fly sends it', async () => {
  const { world, fly } = await ready();
  const digest = world.setSecret(app, 'OLD_API_KEY', 'hunter2');
  world.setSecret(app, 'DATABASE_URL', 'postgres://hunter2');
  const listed = await fly.act<{ secrets: object[] }>('fly_list_secrets', { app });
  expect(listed.secrets).toMatchObject([{ name: 'DATABASE_URL' }, { name: 'OLD_API_KEY', digest }]);
  const talkative = connect(world, {
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input instanceof Request ? input.url : input).endsWith('/secrets')) return answer;
      const body = (await answer.json()) as { secrets: object[] };
      return Response.json({ secrets: body.secrets.map((one) => ({ ...one, value: 'hunter2' })) });
    },
  });
  const told = [
    await talkative.act('fly_list_secrets', { app }),
    await talkative.plan('fly_unset_secret', { app, secret: 'OLD_API_KEY' }),
  ];
  expect(JSON.stringify(told)).not.toContain('hunter2');
});

test('a secret is unset once; set anew meanwhile it is left alone', async () => {
  const { world, fly } = await ready();
  const digest = world.setSecret(app, 'OLD_API_KEY', 'one');
  const plan = await fly.plan('fly_unset_secret', { app, secret: 'OLD_API_KEY' });
  expect(plan).toMatchObject({
    effect: 'destroy',
    target: 'fly:acme-web',
    preconditions: [{ name: 'digest', expected: digest }],
  });
  expect(await fly.reconcile(plan)).toEqual({ state: 'not done' });

  world.setSecret(app, 'OLD_API_KEY', 'two');
  await expect(fly.run(plan)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('set anew') });
  expect(await fly.reconcile(plan)).toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining('another digest'),
  });

  const fresh = await fly.plan('fly_unset_secret', { app, secret: 'OLD_API_KEY' });
  world.faults.dropAnswer({ method: 'DELETE', path: '/secrets/' });
  await expect(fly.run(fresh)).rejects.toMatchObject({ code: 'timeout' });
  expect(await fly.reconcile(fresh)).toMatchObject({ state: 'done' });
  expect(world.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  await expect(fly.plan('fly_unset_secret', { app, secret: 'OLD_API_KEY' })).rejects.toMatchObject({
    code: 'not_found',
    hint: 'It has none at all.',
  });
  await expect(fly.plan('fly_unset_secret', { app, secret: 'a/../b' })).rejects.toThrow('environment variable');
});

test('a volume is created once; a lost answer is found, two like it are for a person', async () => {
  const { world, fly } = await ready();
  world.addVolume(app, { name: 'data', region: 'fra', size_gb: 10 });
  const wanted = { app, name: 'data', region: 'fra', size_gb: 10 };
  const plan = await fly.plan('fly_create_volume', wanted);
  expect(plan.details).toContainEqual({
    label: 'Of that name already',
    value: expect.stringContaining('10 GB in fra'),
  });
  expect(await fly.reconcile(plan)).toEqual({ state: 'not done' });
  world.faults.dropAnswer({ method: 'POST', path: /volumes$/ });
  await expect(fly.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  expect(await fly.reconcile(plan)).toMatchObject({ state: 'done', output: { name: 'data', size_gb: 10 } });
  // Run once more by mistake it sees that there is one.
  await expect(fly.run(plan)).rejects.toMatchObject({ code: 'conflict' });
  world.addVolume(app, { name: 'data', region: 'fra', size_gb: 10 });
  expect(await fly.reconcile(plan)).toMatchObject({ state: 'unknown' });
  expect((await fly.act<{ volumes: object[] }>('fly_list_volumes', { app })).volumes).toHaveLength(3);
  for (const bad of [{ name: 'Data' }, { size_gb: 0 }, { size_gb: 501 }, { region: 'france' }])
    await expect(fly.plan('fly_create_volume', { ...wanted, ...bad })).rejects.toThrow();
});

test('a volume grows once, from the size that was approved, and never shrinks', async () => {
  const { world, fly } = await ready();
  const volume = world.addVolume(app, { name: 'data', region: 'fra', size_gb: 10, machine: world.machines[1] ?? '' });
  await expect(fly.plan('fly_extend_volume', { app, volume, size_gb: 10 })).rejects.toMatchObject({
    message: `Volume ${volume} has 10 GB; it can only grow.`,
  });
  const plan = await fly.plan('fly_extend_volume', { app, volume, size_gb: 20 });
  expect(plan).toMatchObject({
    summary: 'Extend the volume data of acme-web from 10 to 20 GB',
    preconditions: [
      { name: 'size', expected: 10 },
      { name: 'machine', expected: world.machines[1] },
    ],
  });
  expect(await fly.reconcile(plan)).toEqual({ state: 'not done' });
  world.faults.dropAnswer({ method: 'PUT', path: '/extend' });
  await expect(fly.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  expect(await fly.reconcile(plan)).toMatchObject({ state: 'done', output: { size_gb: 20, needs_restart: true } });
  await expect(fly.run(plan)).rejects.toMatchObject({
    code: 'conflict',
    message: `Volume ${volume} has 20 GB now, not 10.`,
  });
  await expect(fly.plan('fly_extend_volume', { app, volume: 'vol_000000', size_gb: 5 })).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no volume vol_000000 in acme-web.',
  });
});

test('a snapshot is taken and listed; a lost answer is found by a snapshot that was not there before', async () => {
  const { world, fly } = await ready();
  const volume = world.addVolume(app, { name: 'data', region: 'fra' });
  const plan = await fly.plan('fly_create_snapshot', { app, volume });
  expect(await fly.reconcile(plan)).toEqual({ state: 'not done' });
  world.faults.dropAnswer({ method: 'POST', path: '/snapshots' });
  await expect(fly.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  expect(await fly.reconcile(plan)).toMatchObject({ state: 'done' });
  const again = await fly.plan('fly_create_snapshot', { app, volume });
  expect(await fly.reconcile(again)).toEqual({ state: 'not done' });
  await fly.run(again);
  const { snapshots } = await fly.act<{ snapshots: { created_at: string }[] }>('fly_list_snapshots', { app, volume });
  expect(snapshots).toHaveLength(2);
  expect((snapshots[0]?.created_at ?? '') > (snapshots[1]?.created_at ?? '')).toBe(true);
});
