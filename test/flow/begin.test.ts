/** The moment before a deed: what it rests on is read again, its grant is spent once, and each end says why. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction, defineWorkflow } from '../../src/core/action.ts';
import type { Rule } from '../../src/core/approval.ts';
import { SophiaError } from '../../src/core/error.ts';
import type { Job } from '../../src/core/job.ts';
import type { LedgerEntry } from '../../src/core/ledger.ts';
import type { PlanDraft, Precondition } from '../../src/core/plan.ts';
import { begin, writeDeadline } from '../../src/flow/begin.ts';
import type { ActionCall, Grant, Ready } from '../../src/flow/call.ts';
import { lookContext, planOf } from '../../src/flow/plan.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { directJob, listenToWakes, writtenOf } from './direct.ts';
import { alice, bob, carol, channel, guest, openTestHouse, type TestHouse } from './test-house.ts';

const call: ActionCall = { ordinal: '1', action: 'shop_buy_thing', input: {} };
const asks = (more: string) =>
  parsePolicy(`version: 1\nrules:\n  - { name: asks, match: { action: shop_buy_thing }, ${more} }\n`);
const rule: Rule = {
  name: 'asks',
  approvers: [bob, carol],
  quorum: 1,
  selfApproval: false,
  expiresInMs: 3_600_000,
};

let house: TestHouse;
let job: Job;
let woken: string[];
let now: Date;
let shop: {
  facts: Precondition[];
  usd: number;
  away: Error | null;
  deciders: string[] | null;
  planned: number;
  place: Pick<PlanDraft, 'target' | 'environment' | 'steps'>;
  meanwhile: (() => unknown) | null;
};

beforeEach(async () => {
  now = new Date('2030-11-20T10:00:00.000Z');
  shop = {
    facts: [{ name: 'version', expected: 1 }],
    usd: 0,
    away: null,
    deciders: null,
    planned: 0,
    place: { target: 'shop:main' },
    meanwhile: null,
  };
  const input = z.strictObject({});
  const output = z.object({});
  const plan = async () => {
    shop.planned++;
    if (shop.away) throw shop.away;
    await shop.meanwhile?.();
    return {
      ...shop.place,
      summary: 'Buy',
      details: [],
      preconditions: shop.facts,
      ...(shop.usd > 0 ? { cost: { usd: shop.usd } } : {}),
      ...(shop.deciders ? { deciders: shop.deciders } : {}),
    };
  };
  const common = { description: 'buys', effect: 'write', input, output, plan } as const;
  house = await openTestHouse({
    actions: [
      defineAction({ ...common, name: 'shop_buy_thing', usage: 'buy', run: async () => ({}) }),
      defineWorkflow({
        ...common,
        name: 'shop_buy_things',
        usage: 'buy many',
        run: async () => ({ state: 'done', output: {}, summary: 'bought' }),
      }),
    ],
    policy: asks('then: ask, approvers: [bob, carol]'),
    now: () => now,
    still: true,
  });
  woken = listenToWakes(house);
  ({ job } = await directJob(house));
  await house.store.locks.take({ target: 'shop:main', runId: job.run.id, approvalId: null, since: now.toISOString() });
});
afterEach(() => house.close());

async function ready(over: Partial<Ready> = {}): Promise<Ready> {
  const action = house.services.actions.get('shop_buy_thing');
  if (!action) throw new TypeError('the shop is closed');
  return {
    state: 'ready',
    plan: await planOf(action, {}, lookContext(job)),
    plannedAt: now.toISOString(),
    ruling: { verdict: 'ask', rule },
    approvalId: crypto.randomUUID(),
    grantStep: null,
    grantUse: 1,
    lease: null,
    taint: [],
    ...over,
  };
}

/** A card that was shown, with the yes of these people. */
async function approved(over: Partial<Rule> = {}, ...people: string[]) {
  const planned = await ready();
  const held = { ...rule, ...over };
  await house.store.approvals.open({
    id: planned.approvalId,
    runId: job.run.id,
    call: '1',
    requester: alice,
    thread: job.thread,
    plan: planned.plan,
    rule: held,
    taint: [],
    state: 'pending',
    votes: [],
    revision: 0,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + held.expiresInMs).toISOString(),
    cards: [],
  });
  const card = await house.surface.post(job.thread, { kind: 'words', markdown: 'card' }, planned.approvalId);
  await house.store.approvals.addCard(planned.approvalId, card);
  for (const person of people.length > 0 ? people : [bob])
    await house.store.approvals.vote(planned.approvalId, { person, verdict: 'approve', at: now.toISOString() });
  return planned;
}
const start = (planned: Ready, id: string | null = planned.approvalId) => begin(job, call, planned, id, 9000);
const stateOf = async (planned: Ready) => (await house.store.approvals.get(planned.approvalId))?.state;
const shown = () => house.surface.posts.map(({ reply }) => (reply.kind === 'card' ? reply.approval.state : reply.kind));
const lock = async () =>
  (await house.store.locks.take({ target: 'shop:main', runId: 'other', approvalId: null, since: now.toISOString() }))
    .runId;
const row = (over: Partial<LedgerEntry>): LedgerEntry => ({
  key: `${job.run.id}/1`,
  runId: job.run.id,
  action: 'shop_buy_thing',
  planHash: 'x',
  approvalId: null,
  grantStep: null,
  owner: 'test',
  attempt: 1,
  state: 'started',
  writeDeadline: now.toISOString(),
  result: null,
  startedAt: now.toISOString(),
  settledAt: null,
  ...over,
});
/** Refused and let go: the card is void and drawn so, the target is free, and both are on the record. */
async function expectRefused(planned: Ready, begun: unknown, code: string, reason: string) {
  expect(begun).toEqual({
    state: 'ended',
    outcome: expect.objectContaining({ state: 'refused', code, reason, reference: expect.any(String) }),
  });
  const plan = { plan: planned.plan.hash, target: 'shop:main' };
  expect(await writtenOf(house, job.run.id)).toEqual([
    {
      kind: 'closed',
      person: alice,
      action: 'shop_buy_thing',
      approvalId: planned.approvalId,
      facts: { state: 'void' },
      texts: { reason },
    },
    {
      kind: 'refused',
      person: alice,
      action: 'shop_buy_thing',
      approvalId: null,
      facts: { code, call: '1', ...plan },
      texts: { reason },
    },
  ]);
  expect((await house.store.approvals.get(planned.approvalId))?.stateReason).toBe(reason);
  expect(shown()).toEqual(['void']);
  expect(woken).toEqual(['target:shop:main']);
  expect(await lock()).toBe('other');
  expect(await house.store.approvals.unnoticed()).toEqual([]);
  expect(await house.store.ledger.byRun(job.run.id)).toEqual([]);
}

/** The card is void, but the run goes on with a new plan: it keeps its target. */
async function expectMoved(planned: Ready, reason: string) {
  expect(await start(planned)).toEqual({ state: 'moved', reason });
  expect(await stateOf(planned)).toBe('void');
  expect(await writtenOf(house, job.run.id)).toMatchObject([{ kind: 'closed', texts: { reason } }]);
  expect(await lock()).toBe(job.run.id);
}

test('what was approved begins: the row, the record, the card', async () => {
  const planned = await approved();
  expect(await start(planned)).toEqual({ state: 'begun' });
  expect(await house.store.ledger.get(`${job.run.id}/1`)).toEqual({
    ...row({ planHash: planned.plan.hash, approvalId: planned.approvalId }),
    writeDeadline: '2030-11-20T10:00:12.000Z',
    startedAt: '2030-11-20T10:00:00.000Z',
  });
  expect(await writtenOf(house, job.run.id)).toEqual([
    {
      kind: 'started',
      person: alice,
      action: 'shop_buy_thing',
      approvalId: planned.approvalId,
      facts: { plan: planned.plan.hash, target: 'shop:main', call: '1', attempt: 1, owner: 'test' },
    },
  ]);
  expect(shown()).toEqual(['consumed']);
  expect(woken).toEqual([]);
  expect(await house.store.budgets.spent({ since: '2030-11-20T00:00:00.000Z' })).toBe(0);
});

test('what it costs is set aside under its key', async () => {
  shop.usd = 2;
  expect(await start(await approved())).toEqual({ state: 'begun' });
  expect(await house.store.budgets.spent({ since: '2030-11-20T00:00:00.000Z', runId: job.run.id })).toBe(2);
  await house.store.budgets.settle(`${job.run.id}/1`, null);
  expect(await house.store.budgets.topSpenders('2030-11-20T00:00:00.000Z', 5)).toEqual([{ person: alice, usd: 2 }]);
});

test('a row that is there is passed on; only a workflow that was begun goes on', async () => {
  const planned = await ready();
  await house.store.ledger.begin(row({}));
  expect(await start(planned, null)).toMatchObject({ state: 'exists', entry: { state: 'started' } });
  expect(await begin(job, { ...call, action: 'shop_buy_things' }, planned, null, 9000)).toEqual({ state: 'begun' });
  expect(await begin(job, { ...call, action: 'gone' }, planned, null, 9000)).toMatchObject({ state: 'exists' });
  await house.store.ledger.settle(`${job.run.id}/1`, 1, 'done', {}, now.toISOString());
  expect(await begin(job, { ...call, action: 'shop_buy_things' }, planned, null, 9000)).toMatchObject({
    state: 'exists',
    entry: { state: 'done' },
  });
});

test('a run that was stopped begins nothing', async () => {
  const planned = await approved();
  await house.store.runs.end(job.run.id, 'stopped', 'stopped', now.toISOString());
  await expectRefused(planned, await start(planned), 'stopped', 'This run was stopped.');
});

test('a run that is not there begins nothing', async () => {
  const planned = await approved();
  house.services.runs.get = async () => null;
  await expectRefused(planned, await start(planned), 'stopped', 'This run was stopped.');
});

const leaves = (person: string) => house.surface.people.set(person, { id: person, name: 'gone', kind: 'guest' });

test('who asked and has left since has nothing done in their name, approved or allowed', async () => {
  const planned = await approved();
  leaves(alice);
  const reason = 'Whoever asked for this is no full member of the workspace any more.';
  await expectRefused(planned, await start(planned), 'not_permitted', reason);
  house.setPolicy(asks('then: allow'));
  expect(await start(await ready(), null)).toMatchObject({
    state: 'ended',
    outcome: { code: 'not_permitted', reason },
  });
});

test('a freeze begins nothing, unless the glass is broken', async () => {
  const planned = await approved();
  await house.store.freezes.freeze({ scope: 'shop:main', by: bob, reason: 'sale', since: now.toISOString() });
  const reason = 'shop:main is frozen since 2030-11-20 10:00 UTC: sale';
  const begun = await start(planned);
  await expectRefused(planned, begun, 'frozen', reason);
  expect(begun).toMatchObject({ outcome: { hint: expect.stringContaining('/sophia thaw in shop:main') } });
});

const spendElsewhere = (usd: number) =>
  house.store.budgets.record({ runId: 'other', person: bob, channel: 'c', usd, what: 'model', at: now.toISOString() });
const over = "It may cost $4.00, and $7.00 of the workspace's budget of today ($10.00) is spent or set aside.";

test('dollars that are gone begin nothing, and are looked at before what else may have moved', async () => {
  shop.usd = 4;
  const planned = await approved();
  shop.facts = [];
  await spendElsewhere(7);
  const begun = await start(planned);
  await expectRefused(planned, begun, 'over_budget', over);
  expect(begun).toMatchObject({ outcome: { hint: expect.stringContaining('SOPHIA_BUDGET_DAY_USD') } });
});

test('dollars that go while the rest is read again begin nothing, and nothing stays set aside', async () => {
  shop.usd = 4;
  const planned = await approved();
  const { reserve } = house.services.budgets;
  house.services.budgets.reserve = async (...given) => {
    await spendElsewhere(7);
    return reserve(...given);
  };
  const begun = await start(planned);
  await expectRefused(planned, begun, 'over_budget', over);
  expect(begun).toMatchObject({ outcome: { hint: expect.stringContaining('SOPHIA_BUDGET_DAY_USD') } });
  expect(await house.store.budgets.spent({ since: '2030-11-20T00:00:00.000Z' })).toBe(7);
});

test('what costs nothing begins also when every dollar is gone', async () => {
  const planned = await approved();
  await spendElsewhere(11);
  expect(await start(planned)).toEqual({ state: 'begun' });
});

test('an approval that is gone or closed is none', async () => {
  const planned = await approved();
  expect(await start(planned, 'nonsense')).toEqual({ state: 'moved', reason: 'The approval is no longer there.' });
  expect(await writtenOf(house, job.run.id)).toEqual([]);
  await house.store.approvals.close(planned.approvalId, 'stopped', 'enough');
  expect(await start(planned)).toEqual({ state: 'moved', reason: 'The approval is stopped.' });
  // Whoever closed it wrote it down.
  expect(await writtenOf(house, job.run.id)).toEqual([]);
  expect(await stateOf(planned)).toBe('stopped');
});

test('an approval that nobody has given yet is none', async () => {
  const planned = await approved({ quorum: 2 });
  await expectMoved(planned, 'The approval is pending.');
});

test('a policy that has come to refuse it voids the approval with its reason', async () => {
  const planned = await approved();
  house.setPolicy(asks('then: refuse, reason: closed'));
  await expectMoved(planned, 'closed');
});

test('votes count only of those who may give one now', async () => {
  const planned = await approved();
  house.setPolicy(asks('then: ask, approvers: [carol]'));
  await expectMoved(planned, 'It needs 1 approval by people who may give one now, and has 0.');
});

test('a quorum that has grown is not reached by the votes of before', async () => {
  const planned = await approved();
  house.setPolicy(asks('then: ask, approvers: [bob, carol], quorum: 2'));
  await expectMoved(planned, 'It needs 2 approvals by people who may give one now, and has 1.');
});

test('who is no full member any more counts no longer', async () => {
  const planned = await approved({ quorum: 2 }, bob, carol);
  house.surface.people.set(carol, { id: carol, name: 'carol', kind: 'guest' });
  await expectMoved(planned, 'It needs 2 approvals by people who may give one now, and has 1.');
});

test('a no is no approval, whatever state the card is in', async () => {
  const planned = await approved();
  const { get } = house.services.approvals;
  house.services.approvals.get = async (id) => {
    const approval = await get(id);
    return approval && { ...approval, votes: approval.votes.map((vote) => ({ ...vote, verdict: 'deny' })) };
  };
  await expectMoved(planned, 'It needs 1 approval by people who may give one now, and has 0.');
});

test('one’s own vote counts only while both the card and the policy let it', async () => {
  house.setPolicy(asks('then: ask, approvers: [alice], self_approval: true'));
  const own = { approvers: [alice], selfApproval: true };
  const planned = await approved(own, alice);
  house.setPolicy(asks('then: ask, approvers: [alice, bob]'));
  await expectMoved(planned, 'It needs 1 approval by people who may give one now, and has 0.');
});

test('one’s own vote is as good as any where it may be given', async () => {
  house.setPolicy(asks('then: ask, approvers: [alice], self_approval: true'));
  expect(await start(await approved({ approvers: [alice], selfApproval: true }, alice))).toEqual({ state: 'begun' });
});

test('each fact that moved is named with what it was and what it is', async () => {
  const long = 'x'.repeat(59);
  shop.facts = [
    { name: 'version', expected: 1 },
    { name: 'gone', expected: 'here' },
    { name: 'same', expected: { a: 1, b: 2 } },
    { name: 'long', expected: long },
    { name: 'fits', expected: 'y'.repeat(58) },
  ];
  const planned = await approved();
  shop.facts = [
    { name: 'version', expected: 2 },
    { name: 'same', expected: { b: 2, a: 1 } },
    { name: 'long', expected: 'short' },
    { name: 'fits', expected: 'z' },
    { name: 'new', expected: null },
  ];
  await expectMoved(
    planned,
    `Since it was planned, version moved from 1 to 2; gone moved from "here" to nothing; long moved from "${'x'.repeat(56)}… to "short"; fits moved from "${'y'.repeat(58)}" to "z"; new moved from nothing to null.`,
  );
});

test('what cannot be planned any more is not begun', async () => {
  const planned = await approved();
  shop.away = new Error('gone fishing');
  expect(await start(planned)).toEqual({
    state: 'moved',
    reason: expect.stringMatching(/^It can no longer be planned: ./),
  });
  expect(await stateOf(planned)).toBe('void');
});

test('an action that this build does not have is not begun', async () => {
  const planned = await approved();
  (house.services.actions as Map<string, unknown>).delete('shop_buy_thing');
  await expectMoved(planned, 'The action is no longer there.');
});

test('what the card said of place, price and steps is a fact as well', async () => {
  const step = (summary: string, amount: number) => ({ action: 'shop_pay', input: { amount }, summary });
  shop.place = { target: 'shop:main', environment: 'staging', steps: [step('pay', 1)] };
  shop.usd = 1;
  const planned = await approved();
  shop.place = { target: 'shop:east', environment: 'production', steps: [step('pay', 2)] };
  shop.usd = 2;
  await expectMoved(
    planned,
    'Since it was planned, the target moved from "shop:main" to "shop:east"; the environment moved from "staging" to "production"; the cost moved from 1 to 2; the list of steps moved from [{"action":"shop_pay","input":{"amount":1},"summary":""}] to [{"action":"shop_pay","input":{"amount":2},"summary":""}].',
  );
});

test('words about a step are no fact, and a step of its own is in the environment of its workflow', async () => {
  const step = (summary: string) => ({ action: 'shop_pay', input: {}, summary });
  shop.place = { target: 'shop:main', steps: [step('pay')] };
  const planned = await approved();
  shop.place = { target: 'shop:main', steps: [step('pay, at last')] };
  expect(await start(planned)).toEqual({ state: 'begun' });
});

test('a step asked by itself is in the environment of its workflow, then and now', async () => {
  const action = house.services.actions.get('shop_buy_thing');
  if (!action) throw new TypeError('the shop is closed');
  const plan = await planOf(action, {}, lookContext(job), 'production');
  const planned = await approved({}, bob);
  const { get } = house.services.approvals;
  house.services.approvals.get = async (id) => {
    const found = await get(id);
    return found && { ...found, plan: { ...plan, hash: found.plan.hash } };
  };
  const grant = grantOf({ environment: 'production' });
  expect(await begin(job, { ...call, grant }, planned, planned.approvalId, 9000)).toEqual({ state: 'begun' });
});

/** Bob is looked up last: whatever comes then comes after all else was read. */
function whileVotersAreRead(deed: () => unknown) {
  const { person } = house.surface;
  house.surface.person = async (id) => {
    if (id === bob) await deed();
    return person.call(house.surface, id);
  };
}

test('a freeze that comes while the rest is read again begins nothing', async () => {
  const planned = await approved();
  whileVotersAreRead(() =>
    house.store.freezes.freeze({ scope: 'shop:main', by: bob, reason: 'sale', since: now.toISOString() }),
  );
  await expectRefused(planned, await start(planned), 'frozen', 'shop:main is frozen since 2030-11-20 10:00 UTC: sale');
});

test('a stop that comes while the rest is read again begins nothing', async () => {
  const planned = await approved();
  whileVotersAreRead(() => house.store.runs.end(job.run.id, 'stopped', 'stopped', now.toISOString()));
  await expectRefused(planned, await start(planned), 'stopped', 'This run was stopped.');
});

test('a policy that grows stricter while the facts are read again counts', async () => {
  const planned = await approved();
  shop.meanwhile = () => house.setPolicy(asks('then: refuse, reason: closed'));
  await expectMoved(planned, 'closed');
});

test('an allowed deed that had to wait, across a crash say, is read again; before that its plan is as good as new', async () => {
  house.setPolicy(asks('then: allow'));
  const planned = await ready();
  shop.facts = [{ name: 'version', expected: 2 }];
  now = new Date(now.getTime() + 10_000);
  const moved = { state: 'moved', reason: 'Since it was planned, version moved from 1 to 2.' };
  expect(await start(planned, null)).toEqual(moved);
  // What an earlier build remembered does not say when it was planned.
  const { plannedAt: _, ...older } = planned;
  expect(await start(older, null)).toEqual(moved);
  expect(await begin(job, { ...call, grant: grantOf() }, { ...planned, grantStep: 0 }, null, 9000)).toEqual(moved);
  now = new Date(now.getTime() - 1);
  expect(await start(planned, null)).toEqual({ state: 'begun' });
});

test('dollars that a cut-off try had set aside are free again when the deed may not begin', async () => {
  shop.usd = 4;
  const spent = () => house.store.budgets.spent({ since: '2030-11-20T00:00:00.000Z' });
  const planned = await approved();
  const { consume } = house.services.approvals;
  house.services.approvals.consume = async () => {
    throw new SophiaError('unavailable', 'killed');
  };
  await expect(start(planned)).rejects.toThrow('killed');
  expect(await spent()).toBe(4);
  house.services.approvals.consume = consume;
  shop.facts = [];
  expect(await start(planned)).toMatchObject({ state: 'moved' });
  expect(await spent()).toBe(0);
});

test('an approval that expires in the last moment is closed and told so', async () => {
  const planned = await approved({ expiresInMs: 1000 });
  now = new Date(now.getTime() + 1000);
  expect(await start(planned)).toMatchObject({
    state: 'ended',
    outcome: { state: 'refused', code: 'expired', reason: 'The approval expired before I could start.' },
  });
  expect(woken).toEqual(['target:shop:main']);
  expect(shown()).toEqual(['expired']);
  expect(await writtenOf(house, job.run.id)).toMatchObject([
    { kind: 'closed', approvalId: planned.approvalId, facts: { state: 'expired' } },
    { kind: 'refused', facts: { code: 'expired', plan: planned.plan.hash } },
  ]);
});

test('an approval spent elsewhere is told so, and its dollars are free again', async () => {
  shop.usd = 3;
  const planned = await approved();
  await house.store.approvals.consume(
    planned.approvalId,
    row({ key: 'elsewhere', approvalId: planned.approvalId, planHash: planned.plan.hash }),
  );
  expect(await start(planned)).toMatchObject({
    state: 'ended',
    outcome: { state: 'refused', code: 'changed', reason: 'This approval was already spent.' },
  });
  expect(woken).toEqual(['target:shop:main']);
  expect(await house.store.budgets.spent({ since: '2030-11-20T00:00:00.000Z' })).toBe(0);
});

test('a row that another of its own wrote in the same moment is passed on', async () => {
  const planned = await approved();
  const { consume } = house.services.approvals;
  house.services.approvals.consume = async (id, entry) => {
    await consume(id, entry);
    return consume(id, entry);
  };
  expect(await start(planned)).toMatchObject({ state: 'exists', entry: { key: `${job.run.id}/1` } });
  expect(await writtenOf(house, job.run.id)).toEqual([]);
});

test('what the policy allows begins without an approval, and is asked for when it no longer does', async () => {
  house.setPolicy(asks('then: allow'));
  const planned = await ready({ ruling: { verdict: 'allow', rule: 'asks' } });
  house.setPolicy(asks('then: ask, approvers: [bob]'));
  expect(await start(planned, null)).toEqual({ state: 'moved', reason: 'The policy has changed.' });
  expect(await lock()).toBe(job.run.id);
  house.setPolicy(asks('then: allow'));
  expect(await start(planned, null)).toEqual({ state: 'begun' });
  expect(await house.store.ledger.get(`${job.run.id}/1`)).toMatchObject({ approvalId: null, grantStep: null });
  expect(house.surface.posts).toEqual([]);
});

test('what was allowed because of who may decide it is read again; other plans are not made anew', async () => {
  const mine = parsePolicy(
    'version: 1\nrules:\n  - { name: mine, match: { action: shop_buy_thing, approver: true }, then: allow }\n',
  );
  house.setPolicy(mine);
  shop.deciders = [alice];
  const planned = await ready();
  shop.deciders = [bob];
  expect(await start(planned, null)).toEqual({ state: 'moved', reason: 'The policy has changed.' });
  shop.away = new Error('gone fishing');
  expect(await start(planned, null)).toEqual({
    state: 'moved',
    reason: expect.stringMatching(/^It can no longer be planned: ./),
  });
  shop.away = null;
  shop.deciders = [bob, alice];
  expect(await start(planned, null)).toEqual({ state: 'begun' });
});

test('an allowed deed that rests on nobody is not planned anew', async () => {
  house.setPolicy(asks('then: allow'));
  const planned = await ready();
  shop.planned = 0;
  expect(await start(planned, null)).toEqual({ state: 'begun' });
  expect(shop.planned).toBe(0);
});

test('an allowed deed that is frozen frees its target and voids nothing', async () => {
  house.setPolicy(asks('then: allow'));
  await house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'sale', since: now.toISOString() });
  expect(await start(await ready(), null)).toMatchObject({ state: 'ended', outcome: { code: 'frozen' } });
  expect(await writtenOf(house, job.run.id)).toMatchObject([{ kind: 'refused' }]);
  // With broken glass the freeze does not hold it up.
  expect(await begin(job, { ...call, breakGlass: 'fire' }, await ready(), null, 9000)).toEqual({ state: 'begun' });
});

const grantOf = (over: Partial<Grant> = {}): Grant => ({
  key: `${job.run.id}/0`,
  approvalId: 'workflow',
  steps: [],
  spent: new Map(),
  usd: 0,
  lease: undefined,
  standing: null,
  environment: undefined,
  glassBroken: false,
  ...over,
});

test('a listed step spends the approval of its workflow, whatever the policy alone would say', async () => {
  const planned = await ready({ grantStep: 2, grantUse: 3 });
  expect(await begin(job, { ...call, grant: grantOf() }, planned, null, 9000)).toEqual({ state: 'begun' });
  expect(await house.store.ledger.get(`${job.run.id}/1`)).toMatchObject({
    approvalId: 'workflow',
    grantStep: 2,
    grantKey: `${job.run.id}/0`,
    grantUse: 3,
  });
  expect(await writtenOf(house, job.run.id)).toMatchObject([{ kind: 'started', facts: { step: 3 } }]);
});

test('a step that the policy allows beside the list spends nothing of the workflow’s approval', async () => {
  const planned = await ready();
  expect(await begin(job, { ...call, grant: grantOf() }, planned, null, 9000)).toEqual({
    state: 'moved',
    reason: 'The policy has changed.',
  });
  house.setPolicy(asks('then: allow'));
  expect(await begin(job, { ...call, grant: grantOf() }, planned, null, 9000)).toEqual({ state: 'begun' });
  const entry = await house.store.ledger.get(`${job.run.id}/1`);
  expect(entry).toMatchObject({ approvalId: null, grantStep: null });
  expect(entry?.grantKey).toBeUndefined();
});

test('listed steps whose time is over ask again', async () => {
  const grant = grantOf({ lease: { minutes: 10, usd: 1 } });
  await house.store.ledger.begin(row({ key: grant.key }));
  const planned = await ready({ grantStep: 0 });
  now = new Date(now.getTime() + 600_000);
  expect(await begin(job, { ...call, grant }, planned, null, 9000)).toEqual({
    state: 'moved',
    reason: 'The time of the approved steps is over.',
  });
});

test('the same listed step used by another key begins nothing; the workflow keeps its target', async () => {
  const planned = await ready({ grantStep: 0 });
  const spent = { approvalId: 'workflow', grantStep: 0, grantKey: `${job.run.id}/0`, grantUse: 1 };
  await house.store.ledger.begin(row({ key: 'elsewhere', ...spent }));
  expect(await begin(job, { ...call, grant: grantOf() }, planned, null, 9000)).toMatchObject({
    state: 'ended',
    outcome: { code: 'changed', reason: 'This approval was already spent.' },
  });
  expect(await lock()).toBe(job.run.id);
});

async function leased(over: { usesLeft?: number } = {}) {
  return house.store.leases.grant(
    {
      holder: alice,
      channel,
      audience: 'test:T1:public',
      shape: { action: 'shop_buy_thing', arguments: {} },
      environment: null,
      approvalId: null,
      voters: [bob],
      grantedAt: now.toISOString(),
      expiresAt: '2030-11-20T11:00:00.000Z',
      usesLeft: 2,
      usdLeft: 5,
      ...over,
    },
    crypto.randomUUID(),
  );
}

test('a use of a lease is spent, written down and told', async () => {
  shop.usd = 2;
  const { id } = await leased();
  const planned = await ready({ lease: id });
  expect(await start(planned, null)).toEqual({ state: 'begun' });
  expect(await house.store.leases.get(id)).toMatchObject({ usesLeft: 1, usdLeft: 3 });
  expect(await writtenOf(house, job.run.id)).toMatchObject([{ kind: 'started', facts: { lease: id } }]);
  expect(house.surface.posts).toMatchObject([{ sendId: `${job.run.id}/1/lease`, thread: job.thread }]);
});

test('a lease that no longer covers it is not used', async () => {
  const { id } = await leased();
  const other = await leased();
  const planned = await ready({ lease: other.id });
  // The older one covers it still: a use of it is planned anew, and not taken in place of the other.
  await house.store.leases.revoke(other.id, bob, now.toISOString());
  expect(await start(planned, null)).toEqual({ state: 'moved', reason: `Lease ${other.id} no longer covers it.` });
  expect(await house.store.leases.get(id)).toMatchObject({ usesLeft: 2 });
});

test('a lease used up in the last moment is planned anew, its dollars free and its target kept', async () => {
  shop.usd = 2;
  const { id } = await leased();
  const { use } = house.services.leases;
  house.services.leases.use = async (...given) => {
    await house.store.leases.revoke(id, bob, now.toISOString());
    return use(...given);
  };
  expect(await start(await ready({ lease: id }), null)).toEqual({
    state: 'moved',
    reason: 'The lease is used up, over or revoked.',
  });
  expect(await house.store.budgets.spent({ since: '2030-11-20T00:00:00.000Z' })).toBe(0);
  expect(await lock()).toBe(job.run.id);
});

test('an action that is gone is not begun, allowed or not', async () => {
  const planned = await ready({ grantStep: 0 });
  (house.services.actions as Map<string, unknown>).delete('shop_buy_thing');
  const moved = { state: 'moved', reason: 'The action is no longer there.' };
  expect(await start(planned, null)).toEqual(moved);
  expect(await begin(job, { ...call, grant: grantOf() }, planned, null, 9000)).toEqual(moved);
});

test('a successor waits a third longer, at least one second and at most five', () => {
  const from = new Date('2030-11-20T10:00:00.000Z');
  expect(writeDeadline(from, 300)).toBe('2030-11-20T10:00:01.300Z');
  expect(writeDeadline(from, 6000)).toBe('2030-11-20T10:00:08.000Z');
  expect(writeDeadline(from, 60_000)).toBe('2030-11-20T10:01:05.000Z');
});

test('a guest is nobody: not even where a card names them', async () => {
  house.setPolicy(asks(`then: ask, approvers: [guest, bob]`));
  const planned = await approved({ approvers: [guest, bob] }, guest);
  await expectMoved(planned, 'It needs 1 approval by people who may give one now, and has 0.');
});
