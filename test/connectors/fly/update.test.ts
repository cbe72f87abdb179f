/** Putting an image on a machine: exactly the version that was planned, under a lease, told apart after trouble. */
import { expect, test } from 'vitest';
import { acme, connect, image, newSha, oldSha, quickClock, seen } from './acme.ts';

const updates = (world: { requests: { method: string; path: string }[] }) =>
  world.requests.filter((one) => one.method === 'POST' && /machines\/\w+$/.test(one.path));

test('a plan shows image now and next by digest, and rests on the version that runs', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const plan = await connect(world).plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  const digest = world.snapshot().images.find((one) => one.tag === newSha)?.digest;
  expect(plan).toMatchObject({
    target: 'fly:acme-web',
    summary: `Put acme-web:2222222 on machine ${machine} of acme-web (iad)`,
    diff: `- ${image(oldSha)}\n+ ${image(newSha)}@${digest}`,
    undo: `Put ${image(oldSha)} back the same way.`,
    preconditions: [
      { name: 'instance_id', expected: seen(world, machine).instance_id },
      { name: 'image', expected: image(oldSha) },
    ],
  });
  expect(world.requests).toEqual([]);
});

test('an update changes the image and nothing else, leaves its marks, and gives the lease back', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const before = seen(world, machine);
  const output = await connect(world).act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  const after = seen(world, machine);
  expect(output).toMatchObject({
    machine,
    region: 'iad',
    instance_id: after.instance_id,
    previous_image: image(oldSha),
  });
  expect(after.instance_id).not.toBe(before.instance_id);
  expect(after.revision).toBe(newSha);
  expect(after.lease).toBeNull();
  expect(after.metadata).toEqual({
    ...before.metadata,
    sophia_deed: 'run1/1',
    sophia_previous_image: image(oldSha),
  });
  const [update, ...more] = updates(world);
  expect(more).toEqual([]);
  expect(update).toMatchObject({
    body: {
      current_version: before.instance_id,
      config: {
        guest: { cpus: 1, memory_mb: 512 },
        env: { PRIMARY_REGION: 'iad' },
        services: [{ internal_port: 8080 }],
        checks: { healthz: { path: '/healthz' } },
      },
    },
  });
  expect(world.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
    'POST lease',
    `POST ${machine}`,
    'DELETE lease',
  ]);
});

test('a machine that changed before planning is refused when a version was expected', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const asked = { app: 'acme-web', machine, image: image(newSha), expected_instance: '01OLDOLDOLDOLDOLDOLDOLDOLD' };
  await expect(connect(world).plan('fly_update_machine', asked)).rejects.toMatchObject({ code: 'conflict' });
});

test('a machine that changed between plan and run is left alone', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  await connected.act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) }, 'somebody/1');
  const count = updates(world).length;
  await expect(connected.run(plan)).rejects.toMatchObject({ code: 'conflict', message: /has changed: version/ });
  expect(updates(world)).toHaveLength(count);
  expect(seen(world, machine)).toMatchObject({ lease: null, metadata: { sophia_deed: 'somebody/1' } });
});

test("somebody else's long lease is a conflict that names the holder and the time", async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  world.holdLease('acme-web', machine, { owner: 'bob@acme.example', seconds: 300 });
  await expect(connected.run(plan)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(
      new RegExp(`^Machine ${machine} of acme-web is being changed by bob@acme.example until \\d{4}-.*Z\\.$`),
    ),
    hint: /fly machine leases clear/,
  });
  expect(updates(world)).toEqual([]);
  expect(seen(world, machine).lease).toMatchObject({ owner: 'bob@acme.example' });
});

test('a lease that soon runs out is waited for', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const clock = quickClock();
  const connected = connect(world, { clock });
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  world.holdLease('acme-web', machine, { owner: 'bob@acme.example', seconds: 5 });
  clock.onPause = () => world.dropLease('acme-web', machine);
  await expect(connected.run(plan)).resolves.toMatchObject({ machine });
  expect(clock.pauses).toHaveLength(1);
  expect(clock.pauses[0]).toBeGreaterThan(3_000);
});

test('a lease left over from this very deed, taken before a crash, is taken up again', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const clock = quickClock();
  const connected = connect(world, { clock });
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  world.holdLease('acme-web', machine, { owner: 'sophia@tokens.fly.io', seconds: 30, description: 'sophia run1/1' });
  await expect(connected.run(plan, 'run1/1')).resolves.toMatchObject({ machine });
  expect(clock.pauses).toEqual([]);
  expect(seen(world, machine).lease).toBeNull();
});

test('the lease of another deed of ours is not taken over', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  world.holdLease('acme-web', machine, { owner: 'sophia@tokens.fly.io', seconds: 300, description: 'sophia run1/11' });
  await expect(connected.run(plan, 'run1/1')).rejects.toMatchObject({
    code: 'conflict',
    message: /being changed by sophia run1\/11/,
  });
  expect(updates(world)).toEqual([]);
});

test('the lease is given back when Fly refuses the change', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  world.faults.refuse(400, 'invalid config: no such thing', { method: 'POST', path: /machines\/\w+$/ });
  await expect(
    connect(world).act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) }),
  ).rejects.toMatchObject({
    code: 'bad_input',
    message: `Fly refused to update machine ${machine} of acme-web. Fly says: “invalid config: no such thing”.`,
  });
  expect(seen(world, machine)).toMatchObject({ lease: null, revision: oldSha });
});

test('an answer lost after the change is a timeout, and reconciling finds it done', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  world.faults.dropAnswer({ method: 'POST', path: /machines\/\w+$/ });
  await expect(connected.run(plan)).rejects.toMatchObject({ code: 'timeout' });
  expect(updates(world)).toHaveLength(1);
  await expect(connected.reconcile(plan)).resolves.toMatchObject({
    state: 'done',
    output: { machine, instance_id: seen(world, machine).instance_id, previous_image: image(oldSha) },
  });
  expect(seen(world, machine).lease).toBeNull();
});

test('nothing sent is reconciled as not done', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  await expect(connected.reconcile(plan)).resolves.toEqual({ state: 'not done' });
});

test('a deed that was done and then overtaken by another is still found done', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  const mine = (await connected.run(plan, 'run1/1')) as { instance_id: string };
  await connected.act('fly_update_machine', { app: 'acme-web', machine, image: image(oldSha) }, 'run2/1');
  await expect(connected.reconcile(plan, 'run1/1')).resolves.toMatchObject({
    state: 'done',
    output: { instance_id: mine.instance_id, state: 'replaced' },
  });
  // The overtaking deed itself was done, and a third that never ran was not.
  await expect(connected.reconcile(plan, 'run3/1')).resolves.toEqual({ state: 'not done' });
});

test('a machine whose history does not reach back is unknown, with the evidence', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const plan = await connected.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
  await connected.act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) }, 'other/1');
  const forgotten = { ...plan, resolved: { ...plan.resolved, instance_id: '01LONGAGOLONGAGOLONGAGOLON' } };
  await expect(connected.reconcile(forgotten)).resolves.toMatchObject({
    state: 'unknown',
    evidence: expect.stringContaining(`ran ${image(oldSha)} (version 01LONGAGOLONGAGOLONGAGOLON)`),
  });
});

test('a server error on a write is not taken for a failure: it may have been done', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  world.faults.refuse(502, 'bad gateway', { method: 'POST', path: /machines\/\w+$/ });
  await expect(
    connect(world).act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) }),
  ).rejects.toMatchObject({ code: 'timeout', message: /it may or may not be done/ });
});

test('a missing image is refused while planning, before anybody is asked', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  await expect(
    connect(world).plan('fly_update_machine', { app: 'acme-web', machine, image: image('3'.repeat(40)) }),
  ).rejects.toMatchObject({ code: 'not_found', message: /There is no image/ });
});
