/** Groups and rights elsewhere are asked at every vote and again before the deed; who cannot be looked up decides nothing. */
import { afterEach, expect, test } from 'vitest';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse, TestSurface } from '../flow/test-house.ts';

const dave = 'test:T1:dave';
const erin = 'test:T1:erin';
let house: TestHouse;
afterEach(() => house.close());

const groupPolicy = (quorum = 1, more = '') =>
  parsePolicy(
    `version: 1\nrules:\n  - { name: oncall decides, match: { action: counter_add_amount }, then: ask, approvers: ["group:@oncall", bob], quorum: ${quorum}${more} }\n`,
  );

async function asked(policy = groupPolicy(), members = [carol]) {
  const surface = new TestSurface();
  for (const id of [dave, erin]) surface.people.set(id, { id, name: id, kind: 'member' });
  surface.groups.set('@oncall', members);
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions, policy, surface });
  const { thread } = await house.say('add 1');
  return { thread, world: counter.world, surface };
}
const approve = (approvalId: string, person: string) => house.door.decide({ approvalId, person, verdict: 'approve' });

test('who joined the group after the card was posted may approve', async () => {
  const { thread, surface, world } = await asked();
  const card = await house.card(thread);
  expect(card.rule.approvers.sort()).toEqual([bob, carol]);
  expect((await approve(card.id, dave)).counted).toBe(false);
  surface.groups.set('@oncall', [carol, dave]);
  expect((await approve(card.id, dave)).words).toBe('Approved. I am starting now.');
  await house.answer(thread);
  expect(world.writes).toHaveLength(1);
});

test('who left the group may not approve, and a vote given before counts no longer', async () => {
  const { thread, surface, world } = await asked(groupPolicy(2), [carol, dave]);
  const card = await house.card(thread);
  await approve(card.id, carol);
  surface.groups.set('@oncall', [dave, erin]);
  expect((await approve(card.id, dave)).words).toContain('1 more approval is needed');
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
  expect((await approve(card.id, erin)).words).toContain('Approved');
  await house.answer(thread);
  expect(world.writes).toHaveLength(1);
});

test('votes of those who left are not counted aloud', async () => {
  const { thread, surface } = await asked(groupPolicy(3), [carol, dave, erin]);
  const card = await house.card(thread);
  await approve(card.id, carol);
  surface.groups.set('@oncall', [dave, erin]);
  expect((await approve(card.id, dave)).words).toContain('2 more approvals are needed');
});

test('who leaves between the vote and the deed voids the approval', async () => {
  const { thread, surface, world } = await asked(groupPolicy(), [carol]);
  const card = await house.card(thread);
  const { consume } = house.store.approvals;
  expect(consume).toBeTypeOf('function');
  // The vote is counted, and the group changes before the run has woken.
  const { wake } = house.durable;
  house.durable.wake = async () => {};
  await approve(card.id, carol);
  surface.groups.set('@oncall', [dave]);
  house.durable.wake = wake;
  await house.durable.wake(`approval:${card.id}`);
  await house.card(thread, 'void');
  const next = await house.card(thread);
  expect(next.rule.approvers.sort()).toEqual([bob, dave].sort());
  expect(world.writes).toHaveLength(0);
});

test('a group that cannot be read adds nobody: others on the rule decide, and with nobody left it is refused in words', async () => {
  const { thread, surface } = await asked();
  const card = await house.card(thread);
  surface.groups.delete('@oncall');
  expect((await approve(card.id, carol)).counted).toBe(false);
  expect((await approve(card.id, bob)).counted).toBe(true);
  await house.answer(thread);
  house.setPolicy(groupPolicy(2));
  const { thread: again } = await house.say('add 2');
  expect(await house.answer(again)).toMatchObject({
    outcome: { state: 'refused', code: 'policy', reason: expect.stringContaining('no such user group') },
  });
});

test('one person named by two routes is one person', async () => {
  const { thread } = await asked(groupPolicy(2), [bob, carol]);
  const card = await house.card(thread);
  expect(card.rule.approvers.sort()).toEqual([bob, carol]);
  await approve(card.id, bob);
  expect((await approve(card.id, bob)).words).toContain('already counted');
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
});

test('a policy that drops the group while the card is open takes its people’s right away', async () => {
  const { thread } = await asked();
  const card = await house.card(thread);
  house.setPolicy(
    parsePolicy(
      'version: 1\nrules:\n  - { name: only bob, match: { action: counter_add_amount }, then: ask, approvers: [bob] }\n',
    ),
  );
  expect((await approve(card.id, carol)).counted).toBe(false);
  expect((await approve(card.id, bob)).counted).toBe(true);
});

test('write access elsewhere is asked for the repository of the plan, each time', async () => {
  const surface = new TestSurface();
  const rights = new Map([['bob-gh', true]]);
  const looks: string[] = [];
  const counter = counterActions();
  house = await openTestHouse({
    actions: counter.actions.map(
      (action) =>
        ({
          ...action,
          plan: async () => ({ target: 'github:acme/web#7', summary: 'x', details: [], preconditions: [] }),
        }) as typeof action,
    ),
    surface,
    policy: parsePolicy(
      'version: 1\npeople: { bob: { github: bob-gh }, carol: { github: carol-gh } }\nrules:\n  - { name: writers, match: { effect: write }, then: ask, approvers: ["github:write"] }\n',
    ),
    mayWrite: async (login, repository) => {
      looks.push(`${login} ${repository}`);
      return rights.get(login) ?? false;
    },
  });
  const { thread } = await house.say('add 1', alice);
  const card = await house.card(thread);
  expect(card.rule.approvers).toEqual([bob]);
  rights.set('bob-gh', false).set('carol-gh', true);
  expect((await approve(card.id, bob)).counted).toBe(false);
  expect((await approve(card.id, carol)).counted).toBe(true);
  expect(new Set(looks)).toEqual(new Set(['bob-gh acme/web', 'carol-gh acme/web']));
});
