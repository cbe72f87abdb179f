/** Of two rulings the stricter part of each holds. */
import fc from 'fast-check';
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

test('the sooner reminder holds, of one rule or of both', () => {
  expect(strictest(ask({ remindEveryMs: 20 }), ask({ remindEveryMs: 10 }), 'z')).toMatchObject({
    rule: { remindEveryMs: 10 },
  });
  expect(strictest(ask({ remindEveryMs: 20 }), ask(), 'z')).toMatchObject({ rule: { remindEveryMs: 20 } });
  expect(strictest(ask(), ask({ remindEveryMs: 20 }), 'z')).toMatchObject({ rule: { remindEveryMs: 20 } });
  expect(strictest(ask(), ask(), 'z')).not.toHaveProperty('rule.remindEveryMs');
});

const backup = (people: string[], afterMs: number, selector = 'admins') => ({
  backup: { named: [{ selector, people }], afterMs },
});

test.each<[string, Partial<Rule>, Partial<Rule>, Rule['backup']]>([
  [
    'who the other rule lets decide at once stays',
    backup(['c'], 30),
    { approvers: ['a', 'c'] },
    backup(['c'], 30).backup,
  ],
  [
    'who the other never lets decide is none',
    backup(['c', 'd'], 30),
    { approvers: ['a', 'd'] },
    backup(['d'], 30).backup,
  ],
  [
    'backups of both come in at the later time',
    backup(['c'], 30),
    backup(['c', 'd'], 40, 'oncall'),
    {
      named: [
        { selector: 'admins', people: ['c'] },
        { selector: 'oncall', people: ['c'] },
      ],
      afterMs: 40,
    },
  ],
  ['a group that is empty now stays, to be looked up anew', backup(['c'], 30), {}, backup([], 30).backup],
  [
    'who would come in after it expires is none',
    backup(['c'], 90),
    { approvers: ['a', 'c'], expiresInMs: 90 },
    undefined,
  ],
  ['there is none where neither has one', {}, {}, undefined],
])('backups: %s', (_, one, other, expected) => {
  for (const ruling of [strictest(ask(one), ask(other), 'z'), strictest(ask(other), ask(one), 'z')]) {
    const { rule } = ruling as Ruling & { verdict: 'ask' };
    const named = rule.backup?.named.toSorted((a, b) => a.selector.localeCompare(b.selector));
    expect(rule.backup && { ...rule.backup, named }).toEqual(expected);
  }
});

test('a backup counts among those who could approve, as it does in one rule', () => {
  const one = ask({ approvers: ['a'], ...backup(['c'], 30) });
  const other = ask({ approvers: ['b', 'c'] });
  expect(strictest(one, other, 'z')).toMatchObject({ verdict: 'ask', rule: { approvers: [] } });
  expect(strictest(one, other, 'c')).toMatchObject({ verdict: 'ask' });
  expect(strictest(ask({ ...one.rule, selfApproval: false }), other, 'c')).toMatchObject({ verdict: 'refuse' });
});

test('nobody decides under both who could not under each, in their own time', () => {
  const person = fc.constantFrom('a', 'b', 'c', 'd');
  const people = fc.uniqueArray(person);
  const any = fc
    .record({ approvers: people, late: fc.option(fc.record({ people, afterMs: fc.integer({ min: 1, max: 99 }) })) })
    .map(({ approvers, late }) => ask({ approvers, ...(late ? backup(late.people, late.afterMs) : {}) }));
  const may = ({ approvers, backup: late }: Rule, who: string, at: number) =>
    approvers.includes(who) || (!!late && at >= late.afterMs && late.named.some((one) => one.people.includes(who)));
  fc.assert(
    fc.property(any, any, person, fc.nat(99), (one, other, who, at) => {
      const both = strictest(one, other, 'z');
      if (both.verdict !== 'ask') return;
      const each = may(one.rule, who, at) && may(other.rule, who, at);
      if (may(both.rule, who, at)) expect(each).toBe(true);
      // Once every time is past, nobody is left out either.
      if (at === 99 && each) expect(may(both.rule, who, at)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
