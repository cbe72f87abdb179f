/** The gate from a message to a reported outcome: who may, what is asked, what is done once, and what voids it. */
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import {
  alice,
  bob,
  carol,
  counterActions,
  guest,
  type HouseOptions,
  openTestHouse,
  type TestHouse,
} from './test-house.ts';

let open: TestHouse[] = [];
afterEach(async () => {
  await Promise.all(open.map((house) => house.close()));
  open = [];
});

async function counterHouse(options: HouseOptions = {}) {
  const { world, actions } = counterActions();
  const house = await openTestHouse({ actions, ...options });
  open.push(house);
  return { world, house };
}

test('a read is answered at once and asks nobody', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('counter');
  expect(await house.answer(thread)).toMatchObject({ kind: 'words', markdown: expect.stringContaining('value: 0') });
  expect(await house.store.approvals.pending()).toEqual([]);
});

test('a write waits for another person, then runs once with exactly what was approved', async () => {
  const { world, house } = await counterHouse();
  const { thread } = await house.say('add 3 to production');
  const card = await house.card(thread);
  expect(card.plan).toMatchObject({ action: 'counter_add_amount', input: { amount: 3 }, target: 'counter:main' });
  expect(world.writes).toEqual([]);

  expect(await house.door.decide({ approvalId: card.id, person: alice, verdict: 'approve' })).toMatchObject({
    counted: false,
    words: expect.stringContaining('yourself'),
  });
  expect(await house.door.decide({ approvalId: card.id, person: carol, verdict: 'approve' })).toMatchObject({
    counted: false,
    words: expect.stringContaining('not among'),
  });
  expect(await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' })).toMatchObject({
    counted: true,
  });

  expect(await house.answer(thread)).toMatchObject({
    kind: 'outcome',
    outcome: { state: 'done', output: { value: 3 }, reference: expect.stringMatching(/^A\d+$/) },
  });
  expect(world.writes).toHaveLength(1);
  expect(await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' })).toMatchObject({
    counted: false,
    words: expect.stringContaining('already'),
  });
  expect((await house.store.approvals.get(card.id))?.state).toBe('consumed');
  expect((await house.store.audit.verify()).state).toBe('whole');
});

test('a no with a reason ends it, and nothing is done', async () => {
  const { world, house } = await counterHouse();
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'deny', reason: 'not today' });
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'refused', code: 'denied', reason: 'bob said no: “not today”' },
  });
  expect(world.value).toBe(0);
});

test('the requester may take the request back but not approve it', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  expect((await house.door.decide({ approvalId: card.id, person: alice, verdict: 'deny' })).counted).toBe(true);
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'denied' } });
});

test('what the plan rested on moved after approval: the approval is void and a new card is made', async () => {
  const { world, house } = await counterHouse();
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  world.version = 2;
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  await house.card(thread, 'void');
  const next = await house.card(thread);
  expect(next.id).not.toBe(card.id);
  expect(next.plan.hash).not.toBe(card.plan.hash);
  expect(world.value).toBe(0);
  await house.door.decide({ approvalId: next.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(2);
});

test('a policy that grew stricter between vote and execution voids the approval', async () => {
  const { world, house } = await counterHouse();
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  // The change lands with the vote: decide() still sees the old policy, execution the new one.
  const vote = house.store.approvals.vote.bind(house.store.approvals);
  house.services.approvals.vote = async (id, choice) => {
    house.setPolicy(
      parsePolicy(
        'version: 1\nrules:\n  - { name: nobody, match: { action: counter_add_amount }, then: refuse, reason: closed }\n',
      ),
    );
    return vote(id, choice);
  };
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'policy', reason: 'closed' } });
  expect(world.value).toBe(0);
});

test('a quorum of two needs two different people', async () => {
  const policy = parsePolicy(
    'version: 1\nroles: { ops: [bob, carol] }\nrules:\n  - { name: two, match: { effect: write }, then: ask, approvers: [ops], quorum: 2 }\n',
  );
  const { world, house } = await counterHouse({ policy });
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  expect(await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' })).toMatchObject({
    words: 'Counted. 1 more approval is needed.',
  });
  expect(await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' })).toMatchObject({
    counted: false,
  });
  expect(world.value).toBe(0);
  await house.door.decide({ approvalId: card.id, person: carol, verdict: 'approve' });
  await house.answer(thread);
  expect(world.value).toBe(2);
});

test('two racing votes start the deed once', async () => {
  const policy = parsePolicy(
    'version: 1\nroles: { ops: [bob, carol] }\nrules:\n  - { name: one, match: { effect: write }, then: ask, approvers: [ops] }\n',
  );
  const { world, house } = await counterHouse({ policy });
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  const results = await Promise.all(
    [bob, carol].map((person) => house.door.decide({ approvalId: card.id, person, verdict: 'approve' })),
  );
  expect(results.filter((result) => result.counted)).toHaveLength(1);
  await house.answer(thread);
  expect(world.writes).toHaveLength(1);
});

test('an approval nobody gave in time expires, and a late click is told so', async () => {
  let now = new Date('2030-11-20T10:00:00.000Z');
  const policy = parsePolicy(
    'version: 1\nrules:\n  - { name: quick, match: { effect: write }, then: ask, expires: 1h }\n',
  );
  const { world, house } = await counterHouse({ policy, now: () => now });
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  now = new Date('2030-11-20T11:00:00.000Z');
  await house.durable.wake(`approval:${card.id}`);
  await house.card(thread, 'expired');
  expect(await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' })).toMatchObject({
    counted: false,
    words: expect.stringContaining('expired'),
  });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'expired' } });
  expect(world.value).toBe(0);
});

test('a refusal of the outside system is a failure with its hint and nothing is tried again', async () => {
  const { world, house } = await counterHouse({
    policy: parsePolicy('version: 1\nrules:\n  - { name: free, match: { effect: write }, then: allow }\n'),
  });
  world.fail = new SophiaError('conflict', 'The counter is held.', { hint: 'Try later.' });
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'failed', reason: 'The counter is held.', hint: 'Try later.' },
  });
});

test('freezing stops writes for everybody, reads go on, and thawing asks', async () => {
  const { world, house } = await counterHouse();
  const frozen = await house.say('freeze because demo', carol);
  await house.answer(frozen.thread);
  const write = await house.say('add 2');
  expect(await house.answer(write.thread)).toMatchObject({
    outcome: { state: 'refused', code: 'frozen', reason: expect.stringContaining('because demo') },
  });
  const read = await house.say('counter');
  expect(await house.answer(read.thread)).toMatchObject({ kind: 'words' });
  const thaw = await house.say('thaw');
  const card = await house.card(thaw.thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  await house.answer(thaw.thread);
  expect(await house.store.freezes.all()).toEqual([]);
  expect(world.value).toBe(0);
});

test('a freeze between approval and execution stops the deed', async () => {
  const { world, house } = await counterHouse();
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  await house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'stop', since: new Date().toISOString() });
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'frozen' } });
  expect(world.value).toBe(0);
});

test('a freeze that cannot be read counts as frozen', async () => {
  const { house } = await counterHouse();
  house.services.freezes.all = () => Promise.reject(new Error('database away'));
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'frozen' } });
});

test('guests are turned away politely and nothing is planned', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('add 2', guest);
  expect(await house.answer(thread)).toMatchObject({
    kind: 'words',
    markdown: expect.stringContaining('full members'),
  });
});

test('a second plan for a target waits, visibly, until the first has ended', async () => {
  const { world, house } = await counterHouse();
  const first = await house.say('add 1');
  const card = await house.card(first.thread);
  const second = await house.say('add 2', bob);
  await house.surface.until(
    () => house.surface.posts.find((post) => post.thread === second.thread && post.sendId.endsWith('/queue')),
    'the notice of the queue',
  );
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  await house.answer(first.thread);
  const next = await house.card(second.thread);
  await house.door.decide({ approvalId: next.id, person: alice, verdict: 'approve' });
  await house.answer(second.thread);
  expect(world.value).toBe(3);
});

test('asking anew for the same target supersedes the own older question', async () => {
  const { house } = await counterHouse();
  const first = await house.say('add 1');
  await house.card(first.thread);
  const second = await house.say('add 2');
  await house.card(first.thread, 'superseded');
  expect(await house.answer(first.thread)).toMatchObject({ outcome: { state: 'refused', code: 'superseded' } });
  expect((await house.card(second.thread)).plan.input).toEqual({ amount: 2 });
});

test('stopping a run withdraws its question', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('add 1');
  const card = await house.card(thread);
  const stopped = await house.say(`stop ${card.runId.slice(0, 8)}`);
  await house.answer(stopped.thread);
  await house.card(thread, 'stopped');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'stopped' } });
});

test('only the requester or an admin may stop a run', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('add 1');
  const card = await house.card(thread);
  const tried = await house.say(`stop ${card.runId.slice(0, 8)}`, carol);
  expect(await house.answer(tried.thread)).toMatchObject({
    outcome: { state: 'refused', code: 'plan_failed', reason: expect.stringContaining('admin') },
  });
  await house.card(thread);
});

test('a plan is shown without asking, locking or doing', async () => {
  const { world, house } = await counterHouse();
  const { thread } = await house.say('plan add 2');
  expect(await house.answer(thread)).toMatchObject({
    kind: 'plan',
    plan: { action: 'counter_add_amount' },
    ruling: { verdict: 'ask' },
  });
  expect(await house.store.approvals.pending()).toEqual([]);
  expect(world.value).toBe(0);
});

test('a wrong argument is named with an example', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('add 99');
  expect(await house.answer(thread)).toMatchObject({
    outcome: {
      state: 'refused',
      code: 'bad_input',
      reason: expect.stringContaining('amount'),
      hint: expect.stringContaining('add 3'),
    },
  });
});

test('the same delivery twice is one run', async () => {
  const { house } = await counterHouse();
  const message = {
    surface: 'test',
    channel: 'test:T1:C1',
    thread: 'test:T1:C1:twice',
    person: alice,
    text: 'counter',
    kind: 'command' as const,
    audience: 'test:T1:public',
    at: new Date().toISOString(),
  };
  await Promise.all([
    house.door.receive(message, 'once'),
    house.door.receive(message, 'once'),
    house.door.receive(message, 'once'),
  ]);
  await house.answer('test:T1:C1:twice');
  expect((await house.store.runs.list({ limit: 10 })).filter((run) => run.jobKey === 'once')).toHaveLength(1);
});

test('an approval survives the process: another one carries it out, once', async () => {
  const { world, actions } = counterActions();
  const first = await openTestHouse({ actions });
  const { thread } = await first.say('add 3');
  const card = await first.card(thread);
  await first.close(true);
  const second = await openTestHouse({ actions, directory: first.directory, surface: first.surface });
  open.push(second);
  await second.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await second.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.writes).toHaveLength(1);
});

test('what one is asked to remember is recalled in the same place and nowhere narrower', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('remember staging is read-only on Fridays');
  await house.answer(thread);
  const recall = (audience: string) =>
    house.services.memory.recall('staging fridays', { readable: [audience], audience }, { maxTokens: 250 });
  expect(
    (await recall('test:T1:public')).some(
      (row) => row.kind === 'fact' && row.text === 'staging is read-only on Fridays',
    ),
  ).toBe(true);
  expect(await recall('test:T1:C9')).toEqual([]);
});

test('what was asked in a private place is not told in a public one, neither by runs nor by audit', async () => {
  const { house } = await counterHouse();
  const secret = await house.say('add 7', alice, 'command', { channel: 'test:T1:C9', audience: 'test:T1:C9' });
  await house.card(secret.thread);
  const seen = async (text: string, audience?: string) => {
    const { thread } = await house.say(text, bob, 'command', audience ? { audience } : {});
    return JSON.stringify(await house.answer(thread));
  };
  expect(await seen('runs')).not.toContain('add 7');
  expect(await seen('runs')).toContain('private place');
  expect(await seen('audit')).toContain('private place');
  expect(await seen('runs', 'test:T1:C9')).toContain('add 7');
});

test('a target the team has named brings its environment, whatever the door', async () => {
  const { house } = await counterHouse();
  const named = defineAction({
    name: 'counter_reset_value',
    description: 'sets the counter back',
    effect: 'write',
    usage: 'reset',
    input: z.strictObject({}),
    output: z.object({}),
    plan: async () => ({ target: 'counter:named', summary: 'Reset', details: [], preconditions: [] }),
    run: async () => ({}),
  });
  (house.services.actions as Map<string, unknown>).set(named.name, named);
  house.setPolicy(
    parsePolicy(
      'version: 1\nrules:\n  - { name: strict, match: { environment: production }, then: refuse, reason: not by hand }\n',
    ),
  );
  const { thread } = await house.say('reset');
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'refused', code: 'policy', reason: 'not by hand' },
  });
});

test('stop without a word ends what runs in this thread', async () => {
  const { house } = await counterHouse();
  const { thread } = await house.say('add 1');
  await house.card(thread);
  await house.say('stop', alice, 'command', { thread });
  await house.card(thread, 'stopped');
  const elsewhere = await house.say('stop');
  expect(await house.answer(elsewhere.thread)).toMatchObject({
    outcome: { state: 'refused', reason: 'Nothing is running in this thread.' },
  });
});

test('a command in a place where she may not speak ends there, and is not tried again', async () => {
  const { house } = await counterHouse();
  let tries = 0;
  house.surface.open = async () => {
    tries++;
    throw new SophiaError('forbidden', 'I am not in this channel.');
  };
  const { jobKey } = await house.say('counter', alice, 'command', { thread: null });
  const run = await vi.waitFor(async () => {
    const [found] = (await house.store.runs.list({ limit: 10 })).filter((one) => one.jobKey === jobKey);
    expect(found?.state).toBe('failed');
    return found;
  });
  expect(run?.standing).toBe('I am not in this channel.');
  expect(tries).toBe(1);
});

test('what no longer fits the day’s budget is neither asked nor begun', async () => {
  const { house } = await counterHouse();
  let bought = 0;
  const buy = defineAction({
    name: 'counter_buy_thing',
    description: 'buys',
    effect: 'write',
    usage: 'buy',
    input: z.strictObject({}),
    output: z.object({}),
    plan: async () => ({ target: 'shop', summary: 'Buy', details: [], cost: { usd: 4 }, preconditions: [] }),
    async run() {
      bought++;
      return {};
    },
  });
  (house.services.actions as Map<string, unknown>).set(buy.name, buy);
  const { thread } = await house.say('buy');
  const card = await house.card(thread);
  await house.store.budgets.record({
    runId: 'other',
    person: bob,
    channel: 'c',
    usd: 7,
    what: 'model',
    at: new Date().toISOString(),
  });
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'refused', code: 'over_budget', reason: expect.stringContaining('$10.00') },
  });
  const again = await house.say('buy');
  expect(await house.answer(again.thread)).toMatchObject({ outcome: { state: 'refused', code: 'over_budget' } });
  expect(bought).toBe(0);
});
