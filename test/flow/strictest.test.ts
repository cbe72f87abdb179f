/** Of two rulings the stricter part of each holds. */
import { expect, test } from 'vitest';
import type { Rule } from '../../src/core/approval.ts';
import type { Ruling } from '../../src/core/reply.ts';
import { strictest } from '../../src/flow/strictest.ts';

const allow: Ruling = { verdict: 'allow', rule: 'free' };
const refuse: Ruling = { verdict: 'refuse', rule: 'never', reason: 'no' };
const ask = (over: Partial<Rule> = {}): Ruling & { verdict: 'ask' } => ({
  verdict: 'ask',
  rule: { name: 'one', approvers: ['a', 'b'], quorum: 1, selfApproval: true, expiresInMs: 100, ...over },
});

test.each([
  [allow, allow, allow],
  [allow, refuse, refuse],
  [refuse, allow, refuse],
  [refuse, ask(), refuse],
  [ask(), refuse, refuse],
  [allow, ask(), ask()],
  [ask(), allow, ask()],
])('%j and %j', (one, other, expected) => {
  expect(strictest(one, other, 'z')).toEqual(expected);
});

test('approvers of both, the higher quorum, the sooner expiry, own approval only where both allow it', () => {
  const other = ask({ name: 'two', approvers: ['b', 'c'], quorum: 1, expiresInMs: 50 });
  expect(strictest(ask(), other, 'z')).toEqual(ask({ name: 'one; two', approvers: ['b'], named: [], expiresInMs: 50 }));
  expect(strictest(ask({ selfApproval: false }), ask(), 'z')).toMatchObject({
    rule: { selfApproval: false, name: 'one' },
  });
  expect(strictest(ask(), ask({ selfApproval: false }), 'z')).toMatchObject({ rule: { selfApproval: false } });
  expect(strictest(ask({ quorum: 2 }), ask(), 'z')).toMatchObject({ rule: { quorum: 2 } });
  expect(strictest(ask({ expiresInMs: 10 }), ask(), 'z')).toMatchObject({ rule: { expiresInMs: 10 } });
});

test('names that both rules have stay, so that a group is looked up anew', () => {
  const oncall = { selector: 'group:@oncall', people: ['a'] };
  const one = ask({ named: [oncall, { selector: 'x', people: ['b'] }] });
  expect(strictest(one, ask({ named: [oncall] }), 'z')).toMatchObject({ rule: { named: [oncall] } });
  expect(strictest(one, ask(), 'z')).toMatchObject({ rule: { named: [] } });
  expect(strictest(ask(), one, 'z')).toMatchObject({ rule: { named: [] } });
});

test('too few in both is a refusal that counts them, the requester not among them unless both allow that', () => {
  expect(strictest(ask({ approvers: ['a'] }), ask({ approvers: ['b'] }), 'z')).toMatchObject({
    verdict: 'refuse',
    rule: 'one',
    reason: expect.stringContaining('1 approval by people'),
  });
  expect(strictest(ask({ approvers: ['a'] }), ask(), 'a').verdict).toBe('ask');
  expect(strictest(ask({ approvers: ['a'], selfApproval: false }), ask(), 'a')).toMatchObject({
    verdict: 'refuse',
    reason: expect.stringContaining('there are 0'),
  });
  expect(strictest(ask({ quorum: 3 }), ask(), 'z')).toMatchObject({
    verdict: 'refuse',
    reason: expect.stringContaining('3 approvals'),
  });
  expect(strictest(ask({ quorum: 2 }), ask(), 'z').verdict).toBe('ask');
});
