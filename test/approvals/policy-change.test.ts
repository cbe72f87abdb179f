/** Changing the policy: judged by the one it replaces, decided by another admin, put in force once, and held on every replica. */
import { afterEach, expect, test } from 'vitest';
import type { Action, DeedContext, PlainAction } from '../../src/core/action.ts';
import type { PolicyQuestion } from '../../src/core/job.ts';
import type { Plan } from '../../src/core/plan.ts';
import { createPolicyInForce } from '../../src/flow/in-force.ts';
import { createPolicy } from '../../src/flow/policy.ts';
import { adoptText, seedPolicy, watchPolicyFile } from '../../src/flow/policy-file.ts';
import { policyHash } from '../../src/flow/policy-text.ts';
import {
  alice,
  bob,
  carol,
  channel,
  counterActions,
  type HouseOptions,
  openTestHouse,
  type TestHouse,
} from '../flow/test-house.ts';

const asks =
  'version: 1\nrules:\n  - { name: counting asks carol, match: { action: counter_* }, then: ask, approvers: [carol] }\n';
const free = 'version: 1\nrules:\n  - { name: counting is free, match: { action: counter_* }, then: allow }\n';
const closed =
  'version: 1\nrules:\n  - { name: closed, match: { action: counter_* }, then: refuse, reason: closed today }\n';

let house: TestHouse;
afterEach(() => house.close());

async function open(text: string | null, options: HouseOptions = {}) {
  const { world, actions } = counterActions();
  house = await openTestHouse({ actions, ...options });
  if (text !== null) await adoptText(text, 'server', house.services);
  return world;
}
const inForce = async () => (await house.store.policies.latest(1))[0];
async function approve(thread: string, person: string) {
  const card = await house.card(thread);
  return house.door.decide({ approvalId: card.id, person, verdict: 'approve' });
}

test('a pasted policy is put in force after another admin said yes, and holds from then on', async () => {
  const world = await open(asks);
  const { thread } = await house.say(`policy apply \`\`\`yaml\n${free}\`\`\``);
  const card = await house.card(thread);
  expect(card.rule).toMatchObject({ approvers: [alice, bob], quorum: 1, selfApproval: false });
  expect(card.plan.diff).toContain('-  - { name: counting asks carol');
  expect(card.plan.diff).toContain('+  - { name: counting is free');
  expect(card.plan.details).toContainEqual({ label: 'Rules added', value: 'counting is free' });
  expect(card.plan.details).toContainEqual({ label: 'Rules removed', value: 'counting asks carol' });
  expect(await approve(thread, bob)).toMatchObject({ counted: true });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { number: 2 } } });
  expect(await inForce()).toMatchObject({ text: free, by: alice, approvalId: card.id, hash: policyHash(free) });
  const add = await house.say('add 3', carol);
  expect(await house.answer(add.thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(3);
  expect((await house.store.audit.latest(20)).filter((row) => row.kind === 'policy')).toMatchObject([
    { person: alice, approvalId: card.id, facts: { number: 2 } },
    { person: null, facts: { number: 1, from: 'server' } },
  ]);
  expect((await house.store.audit.verify()).state).toBe('whole');
});

test('neither the one who asks nor somebody who is no admin can let it in, whatever the policy in force says', async () => {
  await open(
    'version: 1\nrules:\n  - { name: everything is free, then: allow }\n  - { name: carol alone, match: { action: sophia_change_policy }, then: allow }\n',
  );
  const { thread } = await house.say(`policy apply\n${asks}`);
  expect(await approve(thread, alice)).toMatchObject({ counted: false, words: expect.stringContaining('yourself') });
  expect(await approve(thread, carol)).toMatchObject({ counted: false, words: expect.stringContaining('not among') });
  expect((await inForce())?.number).toBe(1);
});

test('a document may make it stricter, never laxer', async () => {
  await open(
    'version: 1\nroles: { admins: [carol] }\nrules:\n  - { name: two, match: { action: sophia_change_policy }, then: ask, quorum: 2, self_approval: true, approvers: [admins, mallory] }\n',
  );
  const { thread } = await house.say(`policy apply\n${free}`);
  const card = await house.card(thread);
  expect(card.rule).toMatchObject({ name: 'two', approvers: [alice, bob, carol], quorum: 2, selfApproval: false });
});

test('where there is one admin only, that one may approve alone, and the card says so', async () => {
  await open(asks, { admins: [alice] });
  const { thread } = await house.say(`policy apply\n${free}`);
  const card = await house.card(thread);
  expect(card.rule.selfApproval).toBe(true);
  expect(card.plan.details[0]).toMatchObject({ label: expect.stringContaining('ONE ADMIN ONLY') });
  expect(await approve(thread, alice)).toMatchObject({ counted: true });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
});

test('an approved write is judged anew by a policy put in force in between', async () => {
  const world = await open(asks);
  const { thread } = await house.say('add 3');
  await house.card(thread);
  await adoptText(closed, 'server', house.services);
  expect(await approve(thread, carol)).toMatchObject({ counted: false });
  expect(world.value).toBe(0);
});

test('between the vote and the deed the policy is read again: the approval is void', async () => {
  const world = await open(asks);
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  // The vote arrives and the policy changes before the run takes notice of it.
  await house.store.approvals.vote(card.id, { person: carol, verdict: 'approve', at: new Date().toISOString() });
  await adoptText(closed, 'server', house.services);
  await house.durable.wake(`approval:${card.id}`);
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', reason: 'closed today' } });
  expect((await house.store.approvals.get(card.id))?.state).toBe('void');
  expect(world.value).toBe(0);
});

test('of two changes that race the first approved wins; the other is void and asked anew against it', async () => {
  await open(asks);
  const one = await house.say(`policy apply\n${free}`, alice);
  const other = await house.say(`policy apply\n${closed}`, bob);
  const first = await house.card(other.thread);
  await house.card(one.thread);
  await approve(one.thread, bob);
  expect(await house.answer(one.thread)).toMatchObject({ outcome: { state: 'done' } });
  await house.door.decide({ approvalId: first.id, person: alice, verdict: 'approve' });
  expect((await house.card(other.thread, 'void')).stateReason).toContain('the policy in force moved');
  const again = await house.card(other.thread);
  expect(again.id).not.toBe(first.id);
  expect(again.plan.diff).toContain('-  - { name: counting is free');
  expect((await inForce())?.text).toBe(free);
});

test('a file changed after the approval voids it', async () => {
  let file = free;
  await open(asks, { policyFile: () => file });
  const { thread } = await house.say('policy apply');
  const card = await house.card(thread);
  file = closed;
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect((await house.card(thread, 'void')).stateReason).toContain('the proposed policy moved');
  expect((await house.card(thread)).plan.diff).toContain('+  - { name: closed');
  expect((await inForce())?.text).toBe(asks);
});

test('a policy that does not hold, or that could never be changed again, is refused with the problem', async () => {
  await open(asks);
  const wrong = await house.say('policy apply\nversion: 1\nrules: [{ name: x, then: alow }]');
  expect(await house.answer(wrong.thread)).toMatchObject({
    outcome: { state: 'refused', code: 'plan_failed', reason: expect.stringContaining('rules[0].then') },
  });
  for (const locking of [
    '{ name: never, match: { action: sophia_change_policy }, then: refuse }',
    '{ name: never, match: { action: sophia_* }, then: ask, approvers: [carol] }',
    '{ name: never, match: { action: sophia_* }, then: ask, quorum: 3 }',
  ]) {
    const { thread } = await house.say(`policy apply\nversion: 1\nrules:\n  - ${locking}`);
    expect(await house.answer(thread)).toMatchObject({
      outcome: { state: 'refused', reason: expect.stringContaining('nobody could ever change the policy again') },
    });
  }
  expect((await inForce())?.text).toBe(asks);
});

test('a rule that nobody could satisfy is named on the card', async () => {
  await open(asks);
  const { thread } = await house.say(
    'policy apply\nversion: 1\nrules:\n  - { name: five of one, match: { action: counter_* }, then: ask, approvers: [carol], quorum: 5 }',
  );
  expect((await house.card(thread)).plan.details).toContainEqual({
    label: '⚠️ Nobody could approve',
    value: 'five of one',
  });
});

test('back puts the one before in force again, asking the same way', async () => {
  await open(asks);
  await adoptText(free, 'server', house.services);
  const { thread } = await house.say('policy back', bob);
  expect((await house.card(thread)).plan.summary).toContain('#1');
  await approve(thread, alice);
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { number: 3 } } });
  expect((await inForce())?.text).toBe(asks);
  const { thread: shown } = await house.say('policy history');
  expect(await house.answer(shown)).toMatchObject({ kind: 'table' });
});

test('the change holds on another replica at its next ruling, and a row that was tampered with stops all writes', async () => {
  await open(asks);
  const replica = createPolicyInForce({
    policies: house.store.policies,
    policyOf: (document) => createPolicy({ document, admins: [alice, bob], personId: (id) => `test:T1:${id}` }),
  });
  const [, add] = counterActions().actions as [Action, Action];
  const question: PolicyQuestion = {
    action: add,
    plan: { target: 'counter:main' },
    requester: { id: alice, name: 'alice', kind: 'member' },
    channel,
    taint: [],
  };
  expect((await replica.rule(question)).verdict).toBe('ask');
  await adoptText(free, 'server', house.services);
  expect((await replica.rule(question)).verdict).toBe('allow');

  const lost = createPolicyInForce({
    policies: { ...house.store.policies, number: () => Promise.reject(new Error('no database')) },
    policyOf: (document) => createPolicy({ document, admins: [alice, bob], personId: (id) => `test:T1:${id}` }),
  });
  expect(await lost.rule(question)).toMatchObject({
    verdict: 'refuse',
    reason: expect.stringContaining('cannot read'),
  });
  const stop = house.services.actions.get('sophia_stop_run') as Action;
  expect((await lost.rule({ ...question, action: stop })).verdict).toBe('allow');
  const forged = createPolicyInForce({
    policies: {
      ...house.store.policies,
      get: async (number) => ({ ...(await house.store.policies.get(number)), text: asks }) as never,
    },
    policyOf: (document) => createPolicy({ document, admins: [alice, bob], personId: (id) => `test:T1:${id}` }),
  });
  expect((await forged.rule(question)).verdict).toBe('refuse');
});

test('only the first start takes the file as it is, and refuses one that does not hold', async () => {
  await open(null);
  const { policies, now } = house.services;
  const seed = (text: string) => seedPolicy({ policies, now, policyFile: { read: () => text } });
  await expect(seed('version: 2')).rejects.toThrow(/version/);
  expect(await policies.number()).toBe(0);
  expect(await seed(asks)).toMatchObject({ number: 1, text: asks, by: null });
  expect(await seed('version: 2')).toBeNull();
  expect((await inForce())?.text).toBe(asks);
  expect(await house.store.audit.latest(1)).toMatchObject([{ kind: 'policy', facts: { from: 'first start' } }]);
});

test('a file that stops holding keeps the old policy and tells each admin once; a different one is a proposal', async () => {
  let file = asks;
  await open(asks, { policyFile: () => file });
  const look = watchPolicyFile(house.services);
  expect(await look()).toBe('in force');
  file = 'version: 1\nrules: [{ name: x, then: ```alow }]';
  expect(await look()).toBe('invalid');
  expect(await look()).toBe('invalid');
  // Another replica, or the same after a restart.
  expect(await watchPolicyFile(house.services)()).toBe('invalid');
  const told = () => house.surface.posts.filter((post) => post.sendId.startsWith('policy-file/'));
  expect(told().map((post) => post.to)).toEqual([alice, bob]);
  expect(told()[0]?.reply).toMatchObject({ tone: 'error', markdown: expect.stringContaining('goes on to hold') });
  file = free;
  expect(await look()).toBe('differs');
  expect(told().slice(2)).toMatchObject([
    { to: alice, reply: { buttons: [{ action: 'sophia_change_policy' }] } },
    { to: bob },
  ]);
  expect((await inForce())?.text).toBe(asks);
});

test('after a crash it is known whether the policy was put in force, and a stale write puts nothing', async () => {
  await open(asks);
  const change = house.services.actions.get('sophia_change_policy') as PlainAction;
  const context = { deed: 'run/1', requester: { id: alice, name: 'alice', kind: 'member' } } as DeedContext;
  const planned = await change.plan?.({ text: free }, context);
  const plan = { ...planned, action: change.name, effect: 'write', input: { text: free }, hash: '' } as Plan & {
    input: object;
  };
  expect(await change.reconcile?.(plan, context)).toEqual({ state: 'not done' });
  expect(await change.run(plan, context)).toMatchObject({ number: 2 });
  // Another has come since: ours was done all the same.
  await adoptText(closed, 'server', house.services);
  expect(await change.reconcile?.(plan, context)).toMatchObject({ state: 'done', output: { number: 2 } });
  await expect(change.run(plan, { ...context, deed: 'run/2' })).rejects.toMatchObject({ code: 'conflict' });
  expect((await inForce())?.text).toBe(closed);
});

test('the policy is changed while everything is frozen, so that nobody is frozen out by it', async () => {
  await open(asks);
  await house.store.freezes.freeze({ scope: 'everything', by: alice, reason: 'test', since: new Date().toISOString() });
  const { thread } = await house.say(`policy apply\n${free}`);
  await approve(thread, bob);
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
});
