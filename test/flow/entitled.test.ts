/** Who may decide now: both the card and the policy in force have to say so, and the stricter of the two holds. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Approval, Rule } from '../../src/core/approval.ts';
import { asItStands, currentApprovers } from '../../src/flow/entitled.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { deedHash, grantOver } from '../../src/flow/ruling.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
let card: Approval;
let now = new Date('2030-11-20T10:00:00.000Z');
const policyWith = (more: string) =>
  parsePolicy(`version: 1\nrules:\n  - { name: asks, match: { action: counter_add_amount }, ${more} }\n`);
const named = (...people: string[]) =>
  people.map((person) => ({ selector: person.split(':')[2] ?? '', people: [person] }));

beforeEach(async () => {
  now = new Date('2030-11-20T10:00:00.000Z');
  house = await openTestHouse({
    actions: counterActions().actions,
    policy: policyWith('then: ask, approvers: [bob, carol]'),
    now: () => now,
  });
  const { thread } = await house.say('add 1');
  card = await house.card(thread);
});
afterEach(() => house.close());

const withRule = (over: Partial<Rule>): Approval => ({ ...card, rule: { ...card.rule, ...over } });
const look = (approval = card) => currentApprovers(house.services, approval);

test('an action or a run that is gone, and a policy that refuses, let nobody decide', async () => {
  const nobody = { approvers: [], quorum: 1, selfApproval: false };
  expect(await look({ ...card, plan: { ...card.plan, action: 'gone' } })).toMatchObject({
    ...nobody,
    refused: expect.any(String),
  });
  expect(await look({ ...card, runId: 'gone' })).toMatchObject({ ...nobody, refused: expect.any(String) });
  house.surface.people.set(alice, { id: alice, name: 'alice', kind: 'guest' });
  expect(await look()).toEqual({ ...nobody, refused: expect.stringContaining('is no full member') });
  house.surface.people.set(alice, { id: alice, name: 'alice', kind: 'member' });
  house.setPolicy(policyWith('then: refuse, reason: not any more'));
  expect(await look()).toEqual({ ...nobody, refused: 'not any more' });
});

test('a policy that has come to allow it leaves the question as it was put', async () => {
  house.setPolicy(policyWith('then: allow'));
  expect(await look()).toEqual(card.rule);
});

test('broken glass is confirmed by the one who asked, alone, as long as they are named', async () => {
  const glass = { reason: 'fire', announce: 'test:T1:C0OPS' };
  const named = (who: string) =>
    parsePolicy(
      `version: 1\nbreak_glass: { who: [${who}], announce: C0OPS, review: [bob] }\nrules:\n  - { name: asks, match: { action: counter_add_amount }, then: ask, approvers: [bob, carol], quorum: 2 }\n`,
    );
  house.setPolicy(named('alice'));
  expect(await look(withRule({ glass }))).toEqual({ approvers: [alice], quorum: 1, selfApproval: true });
  house.setPolicy(named('carol'));
  expect(await look(withRule({ glass }))).toEqual({
    approvers: [],
    quorum: 1,
    selfApproval: false,
    refused: expect.stringContaining('may break the glass'),
  });
});

test('the higher quorum holds, whichever side has it', async () => {
  house.setPolicy(policyWith('then: ask, approvers: [bob, carol], quorum: 2'));
  expect((await look()).quorum).toBe(2);
  house.setPolicy(policyWith('then: ask, approvers: [bob, carol]'));
  expect((await look(withRule({ quorum: 2 }))).quorum).toBe(2);
});

test('one may approve one’s own only where both say so', async () => {
  house.setPolicy(policyWith('then: ask, approvers: [alice, bob], self_approval: true'));
  expect((await look()).selfApproval).toBe(false);
  expect((await look(withRule({ selfApproval: true }))).selfApproval).toBe(true);
  house.setPolicy(policyWith('then: ask, approvers: [alice, bob]'));
  expect((await look(withRule({ selfApproval: true }))).selfApproval).toBe(false);
});

test('approvers are those whom both name; cards from before names were kept are held to their people', async () => {
  house.setPolicy(policyWith('then: ask, approvers: [alice, carol]'));
  expect((await look()).approvers).toEqual([carol]);
  const { named: _, ...old } = card.rule;
  expect((await look({ ...card, rule: old })).approvers).toEqual([carol]);
});

test('backups come in when both sides name them and the later of the two times has come', async () => {
  const backup = { named: named(alice, bob), afterMs: 60_000 };
  const both = withRule({ backup });
  house.setPolicy(policyWith('then: ask, approvers: [carol], backup: { approvers: [bob], after: 2m }'));
  expect((await look(both)).approvers).toEqual([carol]);
  now = new Date('2030-11-20T10:01:30.000Z');
  expect((await look(both)).approvers).toEqual([carol]);
  now = new Date(Date.parse(card.createdAt) + 120_000);
  expect((await look(both)).approvers).toEqual([carol, bob]);
  expect((await look()).approvers).toEqual([carol]);
  house.setPolicy(policyWith('then: ask, approvers: [carol]'));
  expect((await look(both)).approvers).toEqual([carol]);
});

test('a card stands as it would be decided now: who may, how many, and the votes that count', async () => {
  const yes = (person: string) => ({ person, verdict: 'approve' as const, at: now.toISOString() });
  const voted = { ...withRule({ quorum: 2 }), votes: [yes(bob), yes(carol)] };
  expect(await asItStands(house.services, voted)).toEqual({
    ...voted,
    rule: { ...voted.rule, approvers: [bob, carol] },
  });
  house.setPolicy(
    policyWith('then: ask, approvers: [carol, bob], quorum: 2, backup: { approvers: [alice], after: 1m }'),
  );
  house.surface.people.set(bob, { id: bob, name: 'bob', kind: 'guest' });
  expect(await asItStands(house.services, voted)).toMatchObject({ votes: [yes(carol)] });
  house.setPolicy(policyWith('then: ask, approvers: [bob]'));
  expect(await asItStands(house.services, voted)).toMatchObject({ votes: [], rule: { approvers: [bob], quorum: 2 } });
  // What is decided is drawn as it was decided.
  const decided = { ...voted, state: 'approved' as const };
  expect(await asItStands(house.services, decided)).toBe(decided);
});

test('two deeds share a hash only when action and input are the same', () => {
  const one = deedHash('deploy', { service: 'web', ref: 'main' });
  expect(deedHash('deploy', { ref: 'main', service: 'web' })).toBe(one);
  expect(deedHash('deploy', { service: 'web', ref: 'next' })).not.toBe(one);
  expect(deedHash('merge', { service: 'web', ref: 'main' })).not.toBe(one);
});

test('a grant without limits has no end; one with a time ends at that very instant, and before its workflow has begun it is none', async () => {
  const grant = {
    key: `${card.runId}/9`,
    approvalId: null,
    steps: [],
    spent: new Map<number, number>(),
    usd: 0,
    lease: undefined,
    standing: null,
    environment: undefined,
    glassBroken: false,
  };
  expect(await grantOver(house.services, grant)).toBeNull();
  const limited = { ...grant, lease: { minutes: 10, usd: 1 } };
  expect(await grantOver(house.services, limited)).toBe('The time of the approved steps is over.');
  await house.store.ledger.begin({
    key: grant.key,
    runId: card.runId,
    action: 'deploy',
    planHash: 'x',
    approvalId: null,
    grantStep: null,
    owner: 'test',
    attempt: 1,
    state: 'started',
    writeDeadline: now.toISOString(),
    result: null,
    startedAt: '2030-11-20T10:00:00.000Z',
    settledAt: null,
  });
  now = new Date('2030-11-20T10:09:59.999Z');
  expect(await grantOver(house.services, limited)).toBeNull();
  now = new Date('2030-11-20T10:10:00.000Z');
  expect(await grantOver(house.services, limited)).toBe('The time of the approved steps is over.');
});
