/** Policy: first match wins, taint only raises, nobody is asked who could not grant. */
import { expect, test } from 'vitest';
import type { Action } from '../../src/core/action.ts';
import { createPolicy, parsePolicy } from '../../src/flow/policy.ts';
import { counterActions } from './test-house.ts';

const [read, write] = counterActions().actions as [Action, Action];
const destroy = { ...write, effect: 'destroy' } as Action;
const person = (id: string) => ({ id: `slack:T1:${id}`, name: id, kind: 'member' as const });
const policyOf = (text: string | null, admins = ['alice', 'bob', 'carol']) =>
  createPolicy({ document: text === null ? null : parsePolicy(text), admins, personId: (id) => `slack:T1:${id}` });
const ask = (action: Action, more: { taint?: boolean; environment?: string; who?: string; channel?: string } = {}) => ({
  action,
  plan: { target: 't', ...(more.environment ? { environment: more.environment } : {}) },
  requester: person(more.who ?? 'alice'),
  channel: more.channel ?? 'slack:T1:C1',
  taint: more.taint ? [{ source: 'web' }] : [],
});

test('with no policy file reads are free, a write asks one other, a destroy asks two others', async () => {
  const policy = policyOf(null);
  expect((await policy.rule(ask(read))).verdict).toBe('allow');
  expect(await policy.rule(ask(write))).toMatchObject({ verdict: 'ask', rule: { quorum: 1, selfApproval: false } });
  expect(await policy.rule(ask(destroy))).toMatchObject({ verdict: 'ask', rule: { quorum: 2 } });
});

test('nobody to ask is a refusal, not a card that nobody can answer', async () => {
  expect(await policyOf(null, ['alice']).rule(ask(write))).toMatchObject({
    verdict: 'refuse',
    reason: expect.stringContaining('own request'),
  });
  expect((await policyOf(null, []).rule(ask(write))).verdict).toBe('refuse');
  expect((await policyOf(null, ['alice', 'bob']).rule(ask(destroy))).verdict).toBe('refuse');
});

test('a rule for every write does not hold the brakes; one that names them does', async () => {
  const every = 'version: 1\nrules:\n  - { name: all, match: { effect: write }, then: ask }\n';
  const freeze = { ...write, name: 'sophia_freeze' } as Action;
  expect((await policyOf(every).rule(ask(freeze))).verdict).toBe('allow');
  expect((await policyOf(every.replace('effect: write', 'action: sophia_freeze')).rule(ask(freeze))).verdict).toBe(
    'ask',
  );
  expect((await policyOf(every).rule(ask(write))).verdict).toBe('ask');
});

test('the first rule that matches wins', async () => {
  const policy = policyOf(`
version: 1
roles: { deployers: [dan] }
rules:
  - { name: closed, match: { environment: production, channel: C9 }, then: refuse, reason: use the other channel }
  - { name: production, match: { environment: [production, eu] }, then: ask, approvers: [deployers], expires: 30m }
  - { name: dan alone, match: { person: deployers, effect: write }, then: allow }
`);
  expect(await policy.rule(ask(write, { environment: 'production', channel: 'slack:T1:C9' }))).toMatchObject({
    verdict: 'refuse',
    reason: 'use the other channel',
  });
  expect(await policy.rule(ask(write, { environment: 'eu' }))).toMatchObject({
    rule: { approvers: ['slack:T1:dan'], expiresInMs: 1_800_000 },
  });
  expect((await policy.rule(ask(write, { who: 'dan' }))).verdict).toBe('allow');
  expect((await policy.rule(ask(write))).verdict).toBe('ask');
});

test('untrusted text raises an allowed write to ask and leaves reads alone', async () => {
  const policy = policyOf('version: 1\nrules:\n  - { name: free, match: {}, then: allow }\n');
  expect((await policy.rule(ask(write))).verdict).toBe('allow');
  expect((await policy.rule(ask(write, { taint: true }))).verdict).toBe('ask');
  expect((await policy.rule(ask(read, { taint: true }))).verdict).toBe('allow');
  expect((await policy.rule(ask({ ...read, egress: true } as Action, { taint: true }))).verdict).toBe('ask');
});

test('a policy that does not hold is refused with what is wrong', async () => {
  expect(() => parsePolicy('version: 2')).toThrow(/version/);
  expect(() => parsePolicy('version: 1\nrules:\n  - { name: a, then: ask, approvers: [] }')).toThrow(
    /empty approver list/,
  );
  expect(() => parsePolicy('version: 1\nrules:\n  - { name: a, then: allow, match: { acton: x } }')).toThrow(/acton/);
  expect(() => parsePolicy(':\n  - {')).toThrow(/not YAML/);
});

test('a role that does not exist is nobody', async () => {
  const policy = policyOf('version: 1\nrules:\n  - { name: a, then: ask, approvers: [ghosts], quorum: 2 }\n');
  expect((await policy.rule(ask(write))).verdict).toBe('refuse');
});
