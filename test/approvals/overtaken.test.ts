/** An owner that slept while its successor took the deed over: what it says of the end counts no longer, and a broken run leaves nothing open. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorkflow, type PlainAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { reportBroken } from '../../src/flow/broken.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { bob, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
afterEach(() => house.close());
const free = parsePolicy('version: 1\nrules:\n  - { name: free, match: { effect: write }, then: allow }\n');

test('its settlement is refused, and the end that its successor writes down is told, once', async () => {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  const { run } = add;
  add.run = async (plan, context) => {
    const output = await run(plan, context);
    // While it slept: the successor has retaken the row and is looking.
    await house.store.ledger.retake(context.deed, 1, 'successor', new Date(Date.now() + 50).toISOString());
    return output;
  };
  house = await openTestHouse({ actions: counter.actions, policy: free });
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { value: 2 } } });
  expect(counter.world.writes).toHaveLength(1);
  const [entry] = (await house.store.ledger.byRun((await house.services.runs.list({ limit: 1 }))[0]?.id ?? '')) ?? [];
  expect(entry).toMatchObject({ state: 'done', attempt: 2 });
});

test('a write that a sleeper sent after its successor had looked is what the successor is refused for: the deed is done, and said to be', async () => {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  const { run } = add;
  let tries = 0;
  add.run = async (plan, context) => {
    tries++;
    if (tries === 1) throw new Error('asleep before it was sent');
    // It woke: its write is there just before the successor's own, which the outside system's check refuses.
    await run(plan, context);
    throw new SophiaError('conflict', 'The counter has changed since.');
  };
  house = await openTestHouse({ actions: counter.actions, policy: free });
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { value: 2 } } });
  expect([tries, counter.world.writes.length]).toEqual([2, 1]);
});

test('a second try that is refused, and of which nothing came through before, is failed with its reason', async () => {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  let tries = 0;
  add.run = async () => {
    tries++;
    throw tries === 1 ? new Error('asleep') : new SophiaError('conflict', 'The counter has changed since.');
  };
  house = await openTestHouse({ actions: counter.actions, policy: free });
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'failed', reason: 'The counter has changed since.' },
  });
  expect(tries).toBe(2);
});

test('who slept while planning until the run had ended holds no target afterwards', async () => {
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions, policy: free });
  const { take } = house.services.locks;
  house.services.locks.take = async (lock) => {
    // Its successor has ended the run and freed what it held.
    await house.services.runs.end(lock.runId, 'done', 'ended', new Date().toISOString());
    return take(lock);
  };
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'stopped' } });
  house.services.locks.take = take;
  expect(counter.world.writes).toEqual([]);
  expect(await house.answer((await house.say('add 3')).thread)).toMatchObject({ outcome: { state: 'done' } });
});

test('a target that an ended run still holds is freed by whoever asks for it', async () => {
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions, policy: free });
  await house.answer((await house.say('add 1')).thread);
  const [ended] = await house.services.runs.list({ limit: 1 });
  await house.services.runs.end(ended?.id ?? '', 'done', 'ended', new Date().toISOString());
  const since = new Date().toISOString();
  await house.store.locks.take({ target: 'counter:main', runId: ended?.id ?? '', approvalId: null, since });
  expect(await house.answer((await house.say('add 2')).thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(counter.world.value).toBe(3);
});

test('a workflow begun twice at once, by a sleeper and its successor, goes on and ends in words', async () => {
  const counter = counterActions();
  const twice = defineWorkflow({
    name: 'add_twice',
    description: 'adds 1 and 2',
    effect: 'write',
    usage: 'twice',
    input: z.strictObject({}),
    output: z.object({}),
    plan: async () => ({
      target: 'counter:main',
      summary: 'Add 1 and 2',
      details: [],
      steps: [1, 2].map((amount) => ({ action: 'counter_add_amount', input: { amount }, summary: `add ${amount}` })),
      preconditions: [],
    }),
    async run(_plan, context) {
      for (const amount of [1, 2]) {
        const outcome = await context.act('counter_add_amount', { amount });
        if (outcome.state !== 'done') return { state: 'failed', reason: outcome.reason };
      }
      return { state: 'done', output: {}, summary: 'added' };
    },
  });
  house = await openTestHouse({ actions: [...counter.actions, twice] });
  const { thread } = await house.say('twice');
  const card = await house.card(thread);
  const { consume } = house.services.approvals;
  house.services.approvals.consume = async (id, entry) => {
    // Both had looked and found no row; the other one was first.
    await consume(id, { ...entry, owner: 'the other' });
    return consume(id, entry);
  };
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', summary: 'added' } });
  expect(counter.world.value).toBe(3);
});

test('what a broken run had begun is unknown, listed, and can be settled by a person', async () => {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  let reached: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    reached = resolve;
  });
  add.run = (_plan, { signal }) => {
    reached();
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('away'))));
  };
  house = await openTestHouse({ actions: [{ ...add, deadlineMs: 4_000 }], policy: free });
  await house.say('add 2');
  await begun;
  const [run] = await house.services.runs.list({ limit: 1 });
  if (!run) throw new Error('no run');
  await reportBroken(house.services, run, 'the engine gave up');
  const [open] = await house.store.ledger.unknown();
  expect(open).toMatchObject({ state: 'unknown', result: { evidence: expect.stringContaining('the engine gave up') } });
  const listed = await house.answer((await house.say('unknowns', bob)).thread);
  const reference = /A\d+/.exec(JSON.stringify(listed))?.[0] ?? '';
  expect(await house.answer((await house.say(`settle ${reference} failed I looked at it`, bob)).thread)).toMatchObject({
    outcome: { state: 'done' },
  });
});
