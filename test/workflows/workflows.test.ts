/** Deploy, rollback and merge through the gate, against a fleet in memory: what they refuse, do, and undo. */
import { afterEach, expect, test } from 'vitest';
import { bob, openTestHouse, type TestHouse } from '../flow/test-house.ts';
import { fleet } from './fleet.ts';

let open: TestHouse[] = [];
afterEach(async () => {
  await Promise.all(open.map((house) => house.close()));
  open = [];
});

async function house() {
  const { world, actions } = fleet();
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

test('a deploy puts the pinned image on each machine in turn', async () => {
  const { world, run } = await house();
  expect(await run('deploy web')).toMatchObject({
    outcome: { state: 'done', output: { machines: ['miad', 'mfra', 'msyd'] } },
  });
  expect(world.updates).toEqual(['miad b', 'mfra b', 'msyd b']);
});

test('the first ill machine is put back and no other is touched', async () => {
  const { world, run } = await house();
  world.ill.add(world.head);
  expect(await run('deploy web')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringMatching(/iad miad is not healthy: GET \/healthz: 500\. I rolled back that machine/),
    },
  });
  expect(world.updates).toEqual(['miad b', 'miad a']);
});

test('a machine that Fly refuses to update puts the earlier ones back, newest first', async () => {
  const { world, run } = await house();
  world.refuse.add('msyd');
  expect(await run('deploy web')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringContaining('No room in the region'),
      output: { rolled_back: ['mfra', 'miad'] },
    },
  });
  expect(world.updates).toEqual(['miad b', 'mfra b', 'mfra a', 'miad a']);
});

test('a rollback that does not help says which machines are stuck', async () => {
  const { world, run } = await house();
  world.ill.add(world.head).add('a'.repeat(40));
  expect(await run('deploy web')).toMatchObject({
    outcome: { state: 'failed', reason: expect.stringContaining('Rolling back did not work on iad miad') },
  });
});

test('failing or running checks are not deployed, and the way to look at them is said', async () => {
  const { world, run } = await house();
  world.checks = 'failing';
  expect(await run('deploy web', false)).toMatchObject({
    outcome: {
      state: 'refused',
      reason: expect.stringContaining('failing'),
      hint: expect.stringContaining('/sophia checks'),
    },
  });
  world.checks = 'pending';
  expect(await run('deploy web', false)).toMatchObject({
    outcome: { state: 'refused', hint: expect.stringContaining('through') },
  });
});

test('deploying what runs already is refused', async () => {
  const { world, run } = await house();
  world.head = 'a'.repeat(40);
  expect(await run('deploy web', false)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('already') },
  });
});

test('a deploy that takes commits back says so on its card', async () => {
  const { world, house: built } = await house();
  world.behind = 2;
  const { thread } = await built.say('deploy web ref old');
  const { plan } = await built.card(thread);
  expect(plan.details.find((detail) => detail.label === 'Commits')?.value).toContain('takes back 2');
  expect(plan.diff).toContain('- ');
});

test('unknown services and environments name what there is', async () => {
  const { run } = await house();
  expect(await run('deploy wbe', false)).toMatchObject({
    outcome: { reason: expect.stringContaining('wbe'), hint: 'I know web.' },
  });
  expect(await run('deploy web to moon', false)).toMatchObject({
    outcome: { reason: expect.stringContaining('moon'), hint: expect.stringContaining('production') },
  });
});

test('a machine changed by somebody else while the card waits voids the approval', async () => {
  const { world, house: built } = await house();
  const { thread } = await built.say('deploy web');
  const card = await built.card(thread);
  const machine = world.machines[1];
  if (machine) machine.instance_id = 'fra-9';
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect((await built.card(thread, 'void')).stateReason).toContain('machines moved');
  expect(world.updates).toEqual([]);
});

test('a rollback puts every machine back to what it ran before', async () => {
  const { world, run } = await house();
  expect(await run('rollback web to production')).toMatchObject({ outcome: { state: 'done' } });
  expect(world.updates).toEqual(['miad z', 'mfra z', 'msyd z']);
});

test('a stop in the middle of a deploy ends it where it is and says how to go on', async () => {
  const { world, house: built } = await house();
  const settle = built.store.ledger.settle.bind(built.store.ledger);
  built.services.ledger.settle = async (key, ...rest) => {
    await built.store.runs.end(key.split('/')[0] ?? '', 'stopped', 'stopped by a person', new Date().toISOString());
    return settle(key, ...rest);
  };
  const { thread } = await built.say('deploy web');
  const card = await built.card(thread);
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringContaining('This run was stopped. 1 of 3 machines run the new image'),
      hint: expect.stringContaining('roll back'),
    },
  });
  expect(world.updates).toEqual(['miad b']);
});

test('another size is put on each machine in turn; memory is kept where it fits', async () => {
  const { world, run } = await house();
  expect(await run('scale acme-web to shared-cpu-2x')).toMatchObject({
    outcome: {
      state: 'done',
      summary: 'Scale 3 machines of acme-web to shared-cpu-2x with 512 MB: 3 machines updated, all healthy.',
      output: { size: 'shared-cpu-2x with 512 MB', machines: ['miad', 'mfra', 'msyd'] },
    },
  });
  expect(world.updates).toEqual(['miad shared-cpu-2x 512', 'mfra shared-cpu-2x 512', 'msyd shared-cpu-2x 512']);
  expect(await run('scale acme-web to shared-cpu-2x', false)).toMatchObject({
    outcome: { state: 'refused', reason: 'Every machine of acme-web has that size already.' },
  });
  expect(await run('scale acme-web to shared-cpu-1x memory 4096', false)).toMatchObject({
    outcome: { state: 'refused', reason: 'shared-cpu-1x takes 256 to 2048 MB of memory, not 4096.' },
  });
});

test('a size too small for it: the first ill machine goes back, no other is touched', async () => {
  const { world, run } = await house();
  world.ill.add('performance-1x');
  expect(await run('scale acme-web to performance-1x memory 4096')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringMatching(/iad miad is not healthy.* I rolled back that machine/),
      hint: expect.stringContaining('larger size'),
      output: { rolled_back: ['miad'] },
    },
  });
  expect(world.updates).toEqual(['miad performance-1x 4096', 'miad shared-cpu-1x 512']);
});

test('a machine that does not run is changed as it lies, and its health is not asked', async () => {
  const { world, house: built, run } = await house();
  const [first] = world.machines;
  if (first) Object.assign(first, { state: 'stopped', image: 'never healthy' });
  world.ill.add('never healthy');
  const { thread } = await built.say('plan scale acme-web to shared-cpu-2x memory 1024');
  await built.answer(thread);
  expect(await run('scale acme-web to shared-cpu-2x memory 1024')).toMatchObject({
    outcome: { state: 'done', summary: expect.stringContaining('all that run healthy') },
  });
  expect(world.updates).toHaveLength(3);
});

test('a merge is done at the approved head', async () => {
  const { world, run } = await house();
  expect(await run('merge #12 in acme/web')).toMatchObject({
    outcome: { state: 'done', summary: '#12 is merged into acme/web as ddddddd.' },
  });
  expect(world.merged).toEqual(['c'.repeat(40)]);
});

test.each([
  [{ draft: true }, 'draft'],
  [{ state: 'merged' }, 'merged'],
  [{ mergeable: false }, 'conflicts'],
  [{ checks: 'failing' }, 'fail'],
  [{ checks: 'pending' }, 'running'],
  [{ reviews: 'changes requested' }, 'changes'],
])('a pull request that is not ready is not merged: %o', async (change, word) => {
  const { world, run } = await house();
  Object.assign(world.pull, change);
  expect(await run('merge #12 in acme/web', false)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining(word) },
  });
});

test('a freeze of the app in the middle of a deploy: the machine under way is let finish, no other is touched', async () => {
  const { world, house: built, run } = await house();
  freezeAfter(built, 1);
  expect(await run('deploy web')).toMatchObject({
    outcome: {
      state: 'failed',
      reason: expect.stringMatching(
        /^I stopped at fra mfra: fly:acme-web is frozen.*halt.* 1 of 3 machines run the new image/s,
      ),
    },
  });
  expect(world.updates).toEqual(['miad b']);
});

test('a freeze that meets a deploy gone ill stops its roll-back too, and says which machine is left', async () => {
  const { world, house: built, run } = await house();
  world.ill.add(world.head);
  freezeAfter(built, 1);
  expect(await run('deploy web')).toMatchObject({
    outcome: { state: 'failed', reason: expect.stringMatching(/Rolling back did not work on iad miad .*is frozen/s) },
  });
  expect(world.updates).toEqual(['miad b']);
});

/** Frozen as soon as so many writes have ended. */
function freezeAfter(built: TestHouse, writes: number) {
  const settle = built.services.ledger.settle.bind(built.services.ledger);
  let ended = 0;
  built.services.ledger.settle = async (...settled) => {
    if (++ended === writes)
      await built.store.freezes.freeze({
        scope: 'fly:acme-web',
        by: bob,
        reason: 'halt',
        since: '2026-05-01T10:00:00Z',
      });
    return settle(...settled);
  };
}
