/** What each click is told, in words: counted, too late, not yours, not yet, or held up. */
import { afterEach, expect, test } from 'vitest';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, guest, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

async function asked(approvers = '[bob, carol]', more = '', now = () => new Date()) {
  const policy = parsePolicy(
    `version: 1\nrules:\n  - { name: asks, match: { action: counter_add_amount }, then: ask, approvers: ${approvers}${more} }\n`,
  );
  house = await openTestHouse({ actions: counterActions().actions, policy, now });
  const { thread } = await house.say('add 1');
  return { thread, card: await house.card(thread) };
}
const click = (approvalId: string, person: string, verdict: 'approve' | 'deny' = 'approve', reason?: string) =>
  house.door.decide({ approvalId, person, verdict, ...(reason ? { reason } : {}) });

test('an unknown request, a guest, and somebody who may not decide are told so, and nothing is counted', async () => {
  const { card } = await asked();
  expect(await click('nonsense', bob)).toEqual({
    counted: false,
    words: expect.stringContaining('I do not know this request'),
  });
  expect(await click(card.id, guest)).toEqual({
    counted: false,
    words: 'Only full members of this workspace may decide.',
  });
  expect(await click(card.id, alice)).toEqual({
    counted: false,
    words: 'You are not among the people who may decide this: @bob, @carol.',
  });
  expect((await house.store.approvals.get(card.id))?.votes).toEqual([]);
});

test('who asked is told who else may approve, or that nobody else may', async () => {
  const { card } = await asked('[alice, bob, carol]');
  expect((await click(card.id, alice)).words).toBe(
    'You asked for this yourself, so somebody else has to approve it: @bob, @carol.',
  );
  house.setPolicy(
    parsePolicy('version: 1\nrules:\n  - { name: asks, match: {}, then: ask, approvers: [alice, dave] }\n'),
  );
  expect((await click(card.id, alice)).words).toContain('nobody else may');
});

test('votes are counted aloud: how many more, one or several, and the last starts it', async () => {
  const { card } = await asked('[bob, carol, alice]', ', quorum: 3, self_approval: true');
  expect(await click(card.id, bob)).toEqual({ counted: true, words: 'Counted. 2 more approvals are needed.' });
  expect(await click(card.id, bob)).toEqual({ counted: false, words: 'Your vote is already counted.' });
  expect(await click(card.id, carol)).toEqual({ counted: true, words: 'Counted. 1 more approval is needed.' });
  expect(await click(card.id, alice)).toEqual({ counted: true, words: 'Approved. I am starting now.' });
});

test('a no ends it, with its reason on the record; who asked may take it back without any right', async () => {
  const { card } = await asked();
  expect(await click(card.id, alice, 'deny', '  changed my mind  ')).toEqual({
    counted: true,
    words: 'Denied. Nothing will be done.',
  });
  const rows = await house.store.audit.search({}, 20);
  expect(rows.find((row) => row.kind === 'voted')).toMatchObject({
    person: alice,
    approvalId: card.id,
    action: 'counter_add_amount',
    facts: { verdict: 'deny', plan: card.plan.hash, state: 'denied', votes: 1 },
    texts: { reason: 'changed my mind' },
  });
  expect((await click(card.id, bob)).words).toBe('Too late: this request is already denied.');
});

test('a vote without a reason writes none down', async () => {
  const { card } = await asked('[bob, carol]', ', quorum: 2');
  await click(card.id, bob);
  const rows = await house.store.audit.search({}, 20);
  expect(rows.find((row) => row.kind === 'voted')?.texts).toBeUndefined();
  expect((await house.store.approvals.get(card.id))?.votes).toEqual([
    { person: bob, verdict: 'approve', at: expect.any(String) },
  ]);
});

test('after it has run, a click is told that it was carried out', async () => {
  const { card, thread } = await asked();
  await click(card.id, bob);
  await house.answer(thread);
  expect(await click(card.id, carol)).toEqual({
    counted: false,
    words: 'Too late: this request is already approved and carried out.',
  });
});

test('an approval that a freeze holds up is counted, and says so', async () => {
  const { card } = await asked();
  await house.answer((await house.say('freeze because of the release', bob)).thread);
  expect(await click(card.id, carol)).toEqual({ counted: true, words: expect.stringContaining('it will not run') });
});

test('a no of somebody who neither asked nor may decide is not counted', async () => {
  const { card } = await asked('[bob]');
  expect(await click(card.id, carol, 'deny', 'I do not like it')).toMatchObject({ counted: false });
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
});

test('an approver who asked may say no to their own request, not yes', async () => {
  const { card } = await asked('[alice, bob]');
  expect((await click(card.id, alice)).counted).toBe(false);
  expect((await click(card.id, alice, 'deny', 'never mind')).counted).toBe(true);
});

test('a vote is written down once, and the run is woken only by the decision', async () => {
  const { card } = await asked('[bob, carol]', ', quorum: 2');
  const { wake } = house.durable;
  const woken: string[] = [];
  house.durable.wake = (signal) => {
    woken.push(signal);
    return wake.call(house.durable, signal);
  };
  await Promise.all([click(card.id, bob), click(card.id, bob)]);
  expect(woken.filter((signal) => signal === `approval:${card.id}`)).toEqual([]);
  await click(card.id, carol);
  expect(woken).toContain(`approval:${card.id}`);
  const voted = (await house.store.audit.search({}, 50)).filter((row) => row.kind === 'voted');
  expect(voted.map((row) => row.person).sort()).toEqual([bob, carol]);
});

test('a request erased between the look and the vote is told as one that is not known', async () => {
  const { card } = await asked();
  const { vote } = house.services.approvals;
  house.services.approvals.vote = (_id, ...rest) => vote('erased', ...rest);
  expect(await click(card.id, bob)).toEqual({ counted: false, words: 'I do not know this request.' });
});

test('a click in the moment of its end is too late, and closes it', async () => {
  let now = new Date('2030-11-20T10:00:00.000Z');
  const { card } = await asked('[bob]', ', expires: 1h', () => now);
  now = new Date('2030-11-20T11:00:00.000Z');
  expect(await click(card.id, bob)).toEqual({ counted: false, words: 'Too late: this request is expired.' });
  expect((await house.store.approvals.get(card.id))?.state).toBe('expired');
});

test('votes of people who are no longer named are not counted aloud', async () => {
  const { card } = await asked('[alice, bob, carol]', ', quorum: 3, self_approval: true');
  await click(card.id, bob, 'approve', '  looks right  ');
  expect((await house.store.approvals.get(card.id))?.votes).toMatchObject([{ person: bob, reason: 'looks right' }]);
  house.setPolicy(
    parsePolicy(
      'version: 1\nrules:\n  - { name: asks, match: {}, then: ask, approvers: [alice, carol], quorum: 2, self_approval: true }\n',
    ),
  );
  expect((await click(card.id, carol)).words).toBe('Counted. 2 more approvals are needed.');
});

test('who said yes may still say no, which ends it and is written down beside the yes', async () => {
  const { card } = await asked('[bob, carol]', ', quorum: 2');
  await click(card.id, bob);
  expect(await click(card.id, bob, 'deny', 'wrong amount')).toEqual({
    counted: true,
    words: 'Denied. Nothing will be done.',
  });
  const voted = (await house.store.audit.search({}, 50)).filter((row) => row.kind === 'voted').reverse();
  expect(voted).toMatchObject([
    { person: bob, facts: { verdict: 'approve', state: 'pending' } },
    { person: bob, facts: { verdict: 'deny', state: 'denied' }, texts: { reason: 'wrong amount' } },
  ]);
});

test('who left since their yes does not help another over the quorum, named or not', async () => {
  const { card } = await asked('[bob, carol]', ', quorum: 2');
  await click(card.id, bob);
  house.surface.people.set(bob, { id: bob, name: 'bob', kind: 'guest' });
  expect(await click(card.id, carol)).toEqual({ counted: true, words: 'Counted. 1 more approval is needed.' });
  expect(await house.store.approvals.get(card.id)).toMatchObject({ state: 'pending' });
});

test('where the policy has come to refuse it, a click is told why, and who asked may still take it back', async () => {
  const { card } = await asked();
  house.setPolicy(parsePolicy('version: 1\nrules:\n  - { name: shut, match: {}, then: refuse, reason: Not today. }\n'));
  expect(await click(card.id, bob)).toEqual({ counted: false, words: 'Nobody may decide this now: Not today.' });
  expect(await click(card.id, alice, 'deny', 'never mind')).toMatchObject({ counted: true });
});

test('of each decision is learned once, whatever else is clicked', async () => {
  const { card } = await asked('[bob, carol]', ', quorum: 2');
  const learned: unknown[] = [];
  house.services.routing.learn = async (lesson) => {
    learned.push(lesson);
    throw new Error('nobody remembers');
  };
  await click(card.id, bob);
  await click(card.id, bob);
  expect(learned).toEqual([]);
  expect((await Promise.all([click(card.id, carol), click(card.id, carol)])).map((one) => one.counted).sort()).toEqual([
    false,
    true,
  ]);
  expect(learned).toEqual([{ run: card.runId, kind: 'approval', good: true }]);
  const next = await house.card((await house.say('add 2')).thread);
  await click(next.id, bob, 'deny', 'no');
  expect(learned.slice(1)).toEqual([{ run: next.runId, kind: 'approval', good: false }]);
});
