/** More machines, fewer machines, restarts: planned exactly, done once, counted after trouble. */
import { expect, test } from 'vitest';
import { acme, connect, image, oldSha, seen } from './acme.ts';

const running = (world: Awaited<ReturnType<typeof acme>>) =>
  world
    .snapshot()
    .apps[0]?.machines.filter((machine) => !['destroying', 'destroyed'].includes(machine.state))
    .map((machine) => machine.id) ?? [];

test('scaling up clones a running machine and marks what it made', async () => {
  const world = await acme();
  const connected = connect(world);
  const plan = await connected.plan('fly_scale_up', { app: 'acme-web', count: 5, region: 'fra' });
  expect(plan).toMatchObject({
    target: 'fly:acme-web',
    summary: 'Add 4 machines to acme-web in fra, 5 then',
    undo: 'Say `scale acme-web down to 1`: it destroys the newest.',
    preconditions: [
      { name: 'machines', expected: [world.machines[1]] },
      { name: 'image', expected: image(oldSha) },
    ],
  });
  const { machines } = (await connected.run(plan)) as { machines: string[] };
  expect(machines).toHaveLength(4);
  expect(running(world)).toHaveLength(7);
  for (const id of machines)
    expect(seen(world, id)).toMatchObject({
      region: 'fra',
      image: image(oldSha),
      metadata: { sophia_deed: 'run1/1', fly_process_group: 'app' },
    });
});

test('a create whose answer was lost is counted, and only the rest is made', async () => {
  const world = await acme();
  const connected = connect(world);
  const plan = await connected.plan('fly_scale_up', { app: 'acme-web', count: 5 });
  world.faults.dropAnswer({ method: 'POST', path: /machines$/ });
  await expect(connected.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  expect(running(world)).toHaveLength(4);
  await expect(connected.reconcile(plan)).resolves.toEqual({ state: 'not done', begun: true });
  await connected.run(plan);
  expect(running(world)).toHaveLength(5);
  await expect(connected.reconcile(plan)).resolves.toMatchObject({ state: 'done', output: { count: 5 } });
  // Clones carry the marks of their own deed only.
  await expect(connected.reconcile(plan, 'run9/9')).resolves.toEqual({ state: 'not done' });
});

test('no room names the region, what was made before, and regions near it', async () => {
  const world = await acme();
  const connected = connect(world);
  const plan = await connected.plan('fly_scale_up', { app: 'acme-web', count: 3, region: 'fra' });
  await connected.run(plan);
  world.faults.capacity('fra');
  await expect(
    connected.act('fly_scale_up', { app: 'acme-web', count: 4, region: 'fra' }, 'run2/1'),
  ).rejects.toMatchObject({
    code: 'capacity',
    message: 'Fly has no room in fra right now.',
    hint: expect.stringMatching(
      /^Try a region near it: ams \(Amsterdam, Netherlands\), .*`scale acme-web up to 1 in ams`\.$/,
    ),
  });
});

test('scaling down destroys exactly the machines of the plan, the newest first', async () => {
  const world = await acme();
  const connected = connect(world);
  await connected.act('fly_scale_up', { app: 'acme-web', count: 5 });
  const plan = await connected.plan('fly_scale_down', { app: 'acme-web', count: 4 });
  expect(plan.effect).toBe('destroy');
  const [doomed = ''] = (plan.resolved as { machines: string[] }).machines;
  expect(world.machines).not.toContain(doomed);
  expect(plan.details).toContainEqual({
    label: 'Destroys',
    value: expect.stringContaining(`${doomed} in iad`),
  });
  await expect(connected.reconcile(plan)).resolves.toEqual({ state: 'not done' });
  world.faults.dropAnswer({ method: 'DELETE', path: doomed });
  await expect(connected.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  await expect(connected.reconcile(plan)).resolves.toMatchObject({ state: 'done', output: { machines: [doomed] } });
  expect(running(world)).toHaveLength(4);
  // Run once more by mistake it finds nothing left to destroy.
  await connected.run(plan);
  expect(running(world)).toHaveLength(4);
});

test('a destroy that stops half way says what is gone', async () => {
  const world = await acme();
  const connected = connect(world);
  const plan = await connected.plan('fly_scale_down', { app: 'acme-web', count: 1 });
  const [first = '', second = ''] = (plan.resolved as { machines: string[] }).machines;
  world.holdLease('acme-web', second, { owner: 'bob@acme.example', seconds: 300 });
  await expect(connected.run(plan)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(new RegExp(`bob@acme.example.* Before that, ${first} had been destroyed\\.$`)),
  });
  expect(running(world)).toHaveLength(2);
  await expect(connected.reconcile(plan)).resolves.toEqual({ state: 'not done', begun: true });
});

test('scaling the wrong way, to where it is, to nothing', async () => {
  const connected = connect(await acme());
  const plan = (name: string, count: number) => connected.plan(name, { app: 'acme-web', count });
  await expect(plan('fly_scale_up', 2)).rejects.toMatchObject({
    message: 'acme-web has 3 machines; 2 would be down.',
    hint: 'Say `scale acme-web down to 2`.',
  });
  await expect(plan('fly_scale_down', 4)).rejects.toMatchObject({ hint: 'Say `scale acme-web up to 4`.' });
  await expect(plan('fly_scale_up', 3)).rejects.toMatchObject({ message: 'acme-web already has 3 machines.' });
  await expect(plan('fly_scale_down', 0)).rejects.toThrow();
  await expect(plan('fly_scale_up', 1_000)).rejects.toThrow();
});

test('a machine with a volume is not cloned', async () => {
  const world = await acme();
  world.addImage('acme-db', 'one');
  world.addApp({
    name: 'acme-db',
    org: 'acme',
    image: 'registry.fly.io/acme-db:one',
    machines: [{ region: 'iad' }],
    config: { mounts: [{ volume: 'vol_1', path: '/data' }] },
  });
  await expect(connect(world).plan('fly_scale_up', { app: 'acme-db', count: 2 })).rejects.toMatchObject({
    code: 'bad_input',
    message: 'acme-db has no machine I could clone.',
  });
});

test('a restart goes through once, and its trace is found when the answer was lost', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_restart_machine', { app: 'acme-web', machine });
  expect(plan.details).toContainEqual({ label: 'Still serving meanwhile', value: '2 other machines' });
  await expect(connected.reconcile(plan)).resolves.toEqual({ state: 'not done' });
  world.faults.dropAnswer({ path: '/restart' });
  await expect(connected.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  await expect(connected.reconcile(plan)).resolves.toMatchObject({ state: 'done' });
});

test('stop and start go by the state of the machine', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const place = { app: 'acme-web', machine };
  await expect(connected.plan('fly_start_machine', place)).rejects.toMatchObject({
    code: 'conflict',
    message: `Machine ${machine} is started; I can only start one that is stopped or suspended or created.`,
  });
  const stop = await connected.plan('fly_stop_machine', place);
  await connected.run(stop);
  await expect(connected.reconcile(stop)).resolves.toMatchObject({ state: 'done' });
  await expect.poll(() => seen(world, machine).state).toBe('stopped');
  await connected.act('fly_start_machine', place);
  await expect.poll(() => seen(world, machine).state).toBe('started');
});

test('a restart still counts as done when the look at it afterwards fails', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_restart_machine', { app: 'acme-web', machine });
  world.faults.refuse(404, 'machine not found', { method: 'GET', path: new RegExp(`${machine}$`) });
  await expect(connected.run(plan)).resolves.toEqual({ machine, state: 'unknown' });
});
