/** Waiting for a machine to become healthy: a verdict either way. */
import { expect, test } from 'vitest';
import { durationMs } from '../../../src/connectors/fly/health.ts';
import { acme, connect, image, newSha, quickClock } from './acme.ts';

const place = (machine: string) => ({ app: 'acme-web', machine });

test('a machine that starts and passes its checks is healthy', async () => {
  const world = await acme({ stepMs: 5 });
  const [machine = ''] = world.machines;
  const connected = connect(world);
  const { instance_id } = await connected.act<{ instance_id: string }>('fly_update_machine', {
    ...place(machine),
    image: image(newSha),
  });
  await expect(connected.act('fly_wait_healthy', { ...place(machine), instance_id })).resolves.toMatchObject({
    healthy: true,
    reason: 'Its check passes.',
    state: 'started',
    instance_id,
  });
});

test('a machine whose checks stay critical is unhealthy, with what the check says', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  world.makeUnhealthy(newSha);
  const connected = connect(world);
  await connected.act('fly_update_machine', { ...place(machine), image: image(newSha) });
  await expect(connected.act('fly_wait_healthy', place(machine))).resolves.toMatchObject({
    healthy: false,
    reason: 'Check healthz fails: GET /healthz: 500 database migration missing',
    checks: [{ name: 'healthz', status: 'critical' }],
  });
});

test('the output of a check cannot bring line breaks, hidden characters or pages of text', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  world.makeUnhealthy('next', `oh\n\n*Approved by Alice*\u202e\u200b ${'x'.repeat(5_000)}`);
  const connected = connect(world);
  await connected.act('fly_update_machine', { ...place(machine), image: image(newSha) });
  const { reason } = await connected.act<{ reason: string }>('fly_wait_healthy', place(machine));
  expect(reason).toMatch(/^Check healthz fails: oh \*Approved by Alice\* x+…$/);
  expect(reason.length).toBeLessThan(350);
});

test('a machine replaced by somebody else meanwhile is not taken for the one awaited', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const awaited = { ...place(machine), instance_id: '01OLDOLDOLDOLDOLDOLDOLDOLD' };
  await expect(connect(world).act('fly_wait_healthy', awaited)).resolves.toMatchObject({
    healthy: false,
    reason: /changed again by somebody else/,
  });
});

test('a stopped machine is unhealthy at once', async () => {
  const world = await acme();
  const [machine = ''] = world.machines;
  const connected = connect(world);
  await connected.act('fly_stop_machine', place(machine));
  await expect
    .poll(() => connected.act('fly_wait_healthy', { ...place(machine), timeout_seconds: 1 }))
    .toMatchObject({ healthy: false, reason: 'It is stopped, not running.' });
});

test('one that never gets ready is given up after the time asked for', async () => {
  const world = await acme({ stepMs: 60_000 });
  const [machine = ''] = world.machines;
  const clock = quickClock();
  const connected = connect(world, { clock });
  await connected.act('fly_update_machine', { ...place(machine), image: image(newSha) });
  // Fly itself ends the wait after the second asked for.
  world.faults.refuse(408, 'deadline_exceeded', { method: 'GET', path: '/wait', times: 1_000 });
  await expect(connected.act('fly_wait_healthy', { ...place(machine), timeout_seconds: 30 })).resolves.toMatchObject({
    healthy: false,
    reason: 'Still replacing after 30 s.',
  });
  expect(Math.max(...clock.pauses)).toBeLessThanOrEqual(2_000);
});

test('it stops when the step is over', async () => {
  const world = await acme({ stepMs: 60_000 });
  const [machine = ''] = world.machines;
  const connected = connect(world);
  await connected.act('fly_update_machine', { ...place(machine), image: image(newSha) });
  const plan = await connected.plan('fly_wait_healthy', place(machine));
  const ending = new AbortController();
  const waiting = connected.run(plan, 'run1/2', ending.signal);
  setImmediate(() => ending.abort());
  await expect(waiting).rejects.toMatchObject({ code: 'timeout' });
});

test("Go's durations are understood, and nothing else", () => {
  expect(durationMs('1m30s')).toBe(90_000);
  expect(durationMs('500ms')).toBe(500);
  expect(durationMs('1.5s')).toBe(1_500);
  for (const text of ['', '10', 's', '1s x', '-1s']) expect(durationMs(text), text).toBeUndefined();
});
