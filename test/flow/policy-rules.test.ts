/** Each condition of a rule by itself, each name an approver may have, and what a rule says when it asks. */
import { expect, test } from 'vitest';
import type { Action } from '../../src/core/action.ts';
import type { PolicyQuestion } from '../../src/core/job.ts';
import type { Directory } from '../../src/flow/approvers.ts';
import { createPolicy, type PolicyOptions, parsePolicy } from '../../src/flow/policy.ts';

const group: Directory = {
  group: async (name) =>
    name === '@oncall' ? ['slack:T1:gina', 'slack:T1:hugo'] : Promise.reject(new Error('no such group')),
  mayWrite: async () => false,
};
const policyOf = (rules: string, over: Partial<PolicyOptions> = {}, top = '') =>
  createPolicy({
    document: parsePolicy(`version: 1\nroles: { release: [alice, carol] }\n${top}\nrules:\n${rules}`),
    admins: ['alice', 'bob'],
    personId: (short) => `slack:T1:${short}`,
    directory: group,
    now: () => new Date('2026-11-20T12:00:00Z'),
    ...over,
  });
const question = (
  over: Partial<PolicyQuestion> & { name?: string; effect?: Action['effect']; egress?: true } = {},
): PolicyQuestion => {
  const { name = 'fly_update_machine', effect = 'write', egress, ...rest } = over;
  return {
    action: { name, effect, ...(egress ? { egress } : {}) } as Action,
    plan: { target: 'fly:acme-web', environment: 'production' },
    requester: { id: 'slack:T1:dave', name: 'dave', kind: 'member' },
    channel: 'slack:T1:C9',
    taint: [],
    ...rest,
  };
};
const hit = '  - { name: hit, match: MATCH, then: refuse, reason: here }\n';
const matches = async (match: string, over = {}) => {
  const ruling = await policyOf(hit.replace('MATCH', match)).rule(question(over));
  return ruling.verdict === 'refuse' && ruling.rule === 'hit';
};

test.each([
  ['{}', {}, true],
  ['{ action: fly_update_machine }', {}, true],
  ['{ action: fly_update }', {}, false],
  ['{ action: fly_* }', {}, true],
  ['{ action: "*" }', {}, true],
  ['{ action: github_* }', {}, false],
  ['{ action: [merge, fly_update_machine] }', {}, true],
  ['{ effect: write }', {}, true],
  ['{ effect: [destroy, read] }', {}, false],
  ['{ environment: production }', {}, true],
  ['{ environment: [eu, staging] }', {}, false],
  ['{ environment: production }', { plan: { target: 'x' } }, false],
  ['{ connector: fly }', {}, true],
  ['{ connector: [github, fly] }', {}, true],
  ['{ connector: fly_update }', {}, false],
  ['{ connector: github }', {}, false],
  ['{ connector: deploy }', { name: 'deploy' }, true],
  ['{ approver: true }', {}, false],
  ['{ approver: false }', {}, true],
  ['{ approver: true }', { plan: { target: 'x', deciders: ['slack:T1:erin', 'slack:T1:dave'] } }, true],
  ['{ approver: true }', { plan: { target: 'x', deciders: ['slack:T1:erin'] } }, false],
  ['{ approver: false }', { plan: { target: 'x', deciders: ['slack:T1:dave'] } }, false],
  ['{ channel: C9 }', {}, true],
  ['{ channel: "slack:T1:C9" }', {}, true],
  ['{ channel: "9" }', {}, false],
  ['{ person: dave }', {}, true],
  ['{ person: release }', {}, false],
  ['{ person: release }', { requester: { id: 'slack:T1:carol', name: 'c', kind: 'member' } }, true],
  ['{ taint: true }', {}, false],
  ['{ taint: true }', { taint: [{ source: 'x' }] }, true],
  ['{ taint: false }', {}, true],
  ['{ taint: false }', { taint: [{ source: 'x' }] }, false],
  ['{ egress: true }', {}, false],
  ['{ egress: true }', { egress: true }, true],
  ['{ egress: false }', {}, true],
  ['{ time: { from: "11:00", to: "13:00" } }', {}, true],
  ['{ time: { from: "13:00", to: "14:00" } }', {}, false],
  ['{ effect: write, environment: eu }', {}, false],
])('%s fits %j: %s', async (match, over, expected) => {
  expect(await matches(match, over)).toBe(expected);
});

test('a rule that asks carries its names, who they are, and all its limits', async () => {
  const rule =
    '  - { name: asks, match: {}, then: ask, approvers: ["group:@oncall", bob], quorum: 2, self_approval: true, expires: 3h, remind: 15m, backup: { approvers: [release], after: 2h } }\n';
  expect(await policyOf(rule).rule(question())).toEqual({
    verdict: 'ask',
    rule: {
      name: 'asks',
      approvers: ['slack:T1:gina', 'slack:T1:hugo', 'slack:T1:bob'],
      named: [
        { selector: 'group:@oncall', people: ['slack:T1:gina', 'slack:T1:hugo'] },
        { selector: 'bob', people: ['slack:T1:bob'] },
      ],
      quorum: 2,
      selfApproval: true,
      expiresInMs: 10_800_000,
      remindEveryMs: 900_000,
      backup: { named: [{ selector: 'release', people: ['slack:T1:alice', 'slack:T1:carol'] }], afterMs: 7_200_000 },
    },
  });
  const plain = await policyOf('  - { name: asks, match: {}, then: ask, expires: 2d }\n').rule(question());
  expect(plain).toMatchObject({
    rule: { approvers: ['slack:T1:alice', 'slack:T1:bob'], expiresInMs: 172_800_000, quorum: 1, selfApproval: false },
  });
  expect(Object.keys((plain as { rule: object }).rule)).not.toContain('backup');
  expect(Object.keys((plain as { rule: object }).rule)).not.toContain('remindEveryMs');
});

test('too few who may approve is a refusal that counts, names what could not be read, and counts the backups', async () => {
  const by = { id: 'slack:T1:bob', name: 'bob', kind: 'member' as const };
  const one = '  - { name: asks, match: {}, then: ask, approvers: [bob] }\n';
  expect(await policyOf(one).rule(question({ requester: by }))).toEqual({
    verdict: 'refuse',
    rule: 'asks',
    reason: 'It needs 1 approval, but only 0 of the people named may give one (you may not approve your own request).',
  });
  expect(
    (await policyOf(one.replace('[bob]', '[bob], self_approval: true')).rule(question({ requester: by }))).verdict,
  ).toBe('ask');
  expect(
    await policyOf(
      '  - { name: asks, match: {}, then: ask, approvers: ["group:@gone"], self_approval: true, quorum: 2 }\n',
    ).rule(question()),
  ).toMatchObject({
    reason:
      'It needs 2 approvals, but only 0 of the people named may give one. I cannot tell who group:@gone: no such group.',
  });
  const backed =
    '  - { name: asks, match: {}, then: ask, approvers: [bob], backup: { approvers: ["group:@gone"], after: 30m } }\n';
  expect(await policyOf(backed).rule(question({ requester: by }))).toMatchObject({
    reason: expect.stringContaining('group:@gone: no such group'),
  });
  expect((await policyOf(backed.replace('group:@gone', 'release')).rule(question({ requester: by }))).verdict).toBe(
    'ask',
  );
});

test('where nothing can be asked, groups count as enough and are shown by name; plain names do not', async () => {
  const offline = { assumeLive: true as const, directory: undefined as unknown as Directory };
  expect(
    await policyOf('  - { name: asks, match: {}, then: ask, approvers: ["group:@oncall"], quorum: 3 }\n', offline).rule(
      question(),
    ),
  ).toMatchObject({
    verdict: 'ask',
    rule: { approvers: ['group:@oncall'] },
  });
  expect(
    await policyOf('  - { name: asks, match: {}, then: ask, approvers: [bob], quorum: 3 }\n', offline).rule(question()),
  ).toMatchObject({ verdict: 'refuse' });
  expect(
    await policyOf(
      '  - { name: asks, match: {}, then: ask, approvers: [bob], quorum: 3, backup: { approvers: ["github:write"], after: 30m } }\n',
      offline,
    ).rule(question()),
  ).toMatchObject({ verdict: 'ask' });
});

test.each(['group:', 'group:@', 'group:a b', 'xgroup:', 'github:read', 'github:writer', 'group:@on!call'])(
  'approver “%s”',
  (name) => {
    const text = `version: 1\nrules:\n  - { name: x, match: {}, then: ask, approvers: ["${name}"] }\n`;
    if (name === 'xgroup:') expect(() => parsePolicy(text)).not.toThrow();
    else expect(() => parsePolicy(text)).toThrow('group:@handle or github:write');
  },
);

test.each(['group:@oncall', 'group:S0123', 'group:on-call.eu', 'github:write', 'U0ALICE'])(
  'approver “%s” is fine',
  (name) => {
    expect(() =>
      parsePolicy(`version: 1\nrules:\n  - { name: x, match: {}, then: ask, approvers: ["${name}"] }\n`),
    ).not.toThrow();
  },
);

test('who may break the glass, where it is posted, and who reviews', async () => {
  const glass = policyOf(
    '  []\n',
    {},
    'break_glass: { who: [carol, "group:@oncall"], announce: C0OPS, review: [dave] }',
  );
  expect(await glass.breakGlass('slack:T1:carol')).toEqual({
    state: 'may',
    announce: 'slack:T1:C0OPS',
    mayReview: false,
  });
  expect(await glass.breakGlass('slack:T1:gina')).toMatchObject({ state: 'may' });
  expect(await glass.breakGlass('slack:T1:dave')).toEqual({
    state: 'may not',
    reason: 'Only carol, group:@oncall may break the glass.',
    mayReview: true,
  });
  expect(await glass.breakGlass('slack:T1:bob')).toMatchObject({ state: 'may not', mayReview: true });
  expect(await policyOf('  []\n').breakGlass('slack:T1:carol')).toMatchObject({
    state: 'may not',
    reason: expect.stringContaining('not in it'),
    mayReview: false,
  });
  expect(() => policyOf('  []\n', {}, 'break_glass: { who: [carol], announce: general }')).toThrow('a channel id');
});

test.each(['90', '0m', '5w', '-1h', '1.5h'])('“%s” is no duration', (expires) => {
  expect(() =>
    parsePolicy(`version: 1\nrules:\n  - { name: x, match: {}, then: ask, expires: "${expires}" }\n`),
  ).toThrow('a duration such as');
});

test.each([
  ['match: { person: "group:@contractors" }, then: refuse', 'groups are asked for approvers only'],
  ['match: { person: [dave, "github:write"] }, then: refuse', 'groups are asked for approvers only'],
  ['match: {}, then: ask, expires: 10m, backup: { approvers: [bob], after: 10m }', 'after it expires'],
])('%s is refused: it would not do what it seems to', (rule, words) => {
  expect(() => parsePolicy(`version: 1\nrules:\n  - { name: x, ${rule} }\n`)).toThrow(words);
});
