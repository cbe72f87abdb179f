/** Another size for a machine: within Fly's limits, at the version that was approved, once; and what an app ran before. */
import { expect, test } from 'vitest';
import { timeOf } from '../../../src/connectors/fly/actions-releases.ts';
import { memoryFor, parseSize, wrongMemory } from '../../../src/kit/machine-size.ts';
import { acme, connect, image, newSha, oldSha, seen } from './acme.ts';

const app = 'acme-web';
const resize = 'fly_resize_machine';

async function ready() {
  const world = await acme();
  const [machine = ''] = world.machines;
  return { world, machine, fly: connect(world) };
}

test('the plan shows both sizes; the write carries version and lease, and keeps all else of the configuration', async () => {
  const { world, machine, fly } = await ready();
  const plan = await fly.plan(resize, { app, machine, size: 'shared-cpu-2x', memory_mb: 1024 });
  expect(plan).toMatchObject({
    target: 'fly:acme-web',
    summary: `Make machine ${machine} of acme-web (iad) shared-cpu-2x with 1024 MB`,
    diff: '- shared-cpu-1x with 512 MB\n+ shared-cpu-2x with 1024 MB',
    preconditions: [
      { name: 'instance_id', expected: seen(world, machine).instance_id },
      { name: 'size', expected: 'shared-cpu-1x with 512 MB' },
    ],
  });
  expect(await fly.run(plan)).toMatchObject({
    size: 'shared-cpu-2x',
    memory_mb: 1024,
    previous: 'shared-cpu-1x with 512 MB',
  });
  const write = world.requests.find(({ method, path }) => method === 'POST' && path.endsWith(machine));
  expect(write?.body).toMatchObject({
    current_version: (plan.resolved as { instance_id: string }).instance_id,
    config: {
      image: image(oldSha),
      guest: { cpu_kind: 'shared', cpus: 2, memory_mb: 1024 },
      env: { PRIMARY_REGION: 'iad' },
    },
  });
  expect(await fly.act('fly_get_machine', { app, machine })).toMatchObject({
    size: { size: 'shared-cpu-2x', memory_mb: 1024 },
  });
});

test('a lost answer is found by its mark, also when the machine was changed again since', async () => {
  const { world, machine, fly } = await ready();
  const plan = await fly.plan(resize, { app, machine, size: 'performance-1x' });
  expect(await fly.reconcile(plan)).toEqual({ state: 'not done' });
  world.faults.dropAnswer({ method: 'POST', path: new RegExp(`${machine}$`) });
  await expect(fly.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  expect(await fly.reconcile(plan)).toMatchObject({
    state: 'done',
    output: { size: 'performance-1x', memory_mb: 2048 },
  });
  await fly.act('fly_update_machine', { app, machine, image: image(newSha) }, 'run2/1');
  expect(await fly.reconcile(plan)).toMatchObject({ state: 'done', output: { state: 'replaced' } });
});

test('a machine that moved since the plan is left alone; a sleeping one is not woken', async () => {
  const { world, machine, fly } = await ready();
  const stale = await fly.plan(resize, { app, machine, size: 'shared-cpu-2x' });
  await fly.act('fly_update_machine', { app, machine, image: image(newSha) }, 'run2/1');
  await expect(fly.run(stale)).rejects.toMatchObject({ code: 'conflict' });
  await expect.poll(() => seen(world, machine).state).toBe('started');
  await fly.act('fly_stop_machine', { app, machine }, 'run3/1');
  await expect.poll(() => seen(world, machine).state).toBe('stopped');
  await fly.act(resize, { app, machine, size: 'shared-cpu-2x' }, 'run4/1');
  expect(seen(world, machine).state).toBe('stopped');
});

test('what Fly does not have, and what it is already, is refused before anybody is asked', async () => {
  const { machine, fly } = await ready();
  const plan = (size: string, memory_mb?: number) =>
    fly.plan(resize, { app, machine, size, ...(memory_mb === undefined ? {} : { memory_mb }) });
  await expect(plan('shared-cpu-3x')).rejects.toThrow('shared-cpu-1x');
  await expect(plan('shared-cpu-2x', 1000)).rejects.toThrow();
  await expect(plan('shared-cpu-1x', 4096)).rejects.toMatchObject({
    message: 'shared-cpu-1x takes 256 to 2048 MB of memory, not 4096.',
  });
  await expect(plan('shared-cpu-1x')).rejects.toMatchObject({ message: expect.stringContaining('already') });
});

test('sizes and the memory they take', () => {
  expect(parseSize('performance-16x')).toEqual({ cpu_kind: 'performance', cpus: 16 });
  expect(['shared-cpu-16x', 'performance-32x', 'shared-2x', 'a100-40gb', ''].map(parseSize)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
  expect(wrongMemory('performance-2x', 4096)).toBeNull();
  expect(wrongMemory('performance-2x', 2048)).toContain('4096 to 16384');
  expect([memoryFor('shared-cpu-4x', 512), memoryFor('shared-cpu-1x', 4096), memoryFor('shared-cpu-1x', 512)]).toEqual([
    1024, 2048, 512,
  ]);
});

test('what an app ran is told from the versions of its machines, newest first', async () => {
  const { world, machine, fly } = await ready();
  await fly.act('fly_update_machine', { app, machine, image: image(newSha) });
  const { releases } = await fly.act<{ releases: { image: string; at: string }[] }>('fly_list_releases', { app });
  expect(releases).toMatchObject([
    { image: expect.stringContaining(newSha), machines: 1, running: 1, by_sophia: true },
    { image: image(oldSha), machines: 3, running: 2, by_sophia: false },
  ]);
  expect(Math.abs(Date.parse(releases[0]?.at ?? '') - Date.now())).toBeLessThan(60_000);
  expect(world.machines).toHaveLength(3);
  expect([timeOf('01ARZ3NDEKTSV4RRFFQ69G5FAV'), timeOf('v12')]).toEqual(['2016-07-30T23:54:10.259Z', null]);
});
