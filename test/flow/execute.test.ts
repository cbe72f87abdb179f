/** The deed itself, called directly: one try, looked up when its answer is lost, tried again within limits, settled once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorkflow, type PlainAction, type Reconciliation } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { perform } from '../../src/flow/gate.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { type DirectOptions, directJob, writtenOf } from './direct.ts';
import { bob, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
let world: ReturnType<typeof counterActions>['world'];
let add: PlainAction;
let sleeps: string[];
const now = new Date('2030-11-20T10:00:00.000Z');
const free = parsePolicy('version: 1\nrules:\n  - { name: free, match: { effect: write }, then: allow }\n');

beforeEach(async () => {
  const counter = counterActions();
  world = counter.world;
  sleeps = [];
  add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  const twice = defineWorkflow({
    name: 'counter_add_twice',
    description: 'adds 1 twice',
    effect: 'write',
    input: z.strictObject({}),
    output: z.object({ total: z.number() }),
    plan: async () => ({ target: 'counter:twice', summary: 'Add twice', details: [], preconditions: [] }),
    run: async () => ({ state: 'failed', reason: 'no room', hint: 'make some', output: { total: 1 } }),
  });
  house = await openTestHouse({ actions: [...counter.actions, twice], policy: free, now: () => now, still: true });
});
afterEach(() => house.close());

const call = { ordinal: '1', action: 'counter_add_amount', input: { amount: 2 } };
async function direct(options: DirectOptions = {}) {
  const made = await directJob(house, options);
  const { sleep } = made.job.run;
  made.job.run.sleep = async (name, milliseconds) => {
    sleeps.push(`${name} ${milliseconds}`);
    await sleep(name, milliseconds);
  };
  return made;
}
async function run(options?: DirectOptions) {
  const { job, steps } = await direct(options);
  const outcome = await perform(job, call);
  return { job, steps, outcome, entry: await house.store.ledger.get(`${job.run.id}/1`) };
}
const started = async (runId: string) =>
  (await writtenOf(house, runId)).filter((row) => row.kind === 'started').map((row) => row.facts);
const holder = async (target: string) =>
  (await house.store.locks.take({ target, runId: 'nobody', approvalId: null, since: now.toISOString() })).runId;

test('done at once: one step, and the run says what it does', async () => {
  const { job, steps, outcome } = await run();
  expect(steps).toEqual(['1 plan 1', '1 run 1']);
  expect(outcome).toMatchObject({ state: 'done', summary: 'Add 2', output: { value: 2 }, reference: 'A3' });
  expect((await house.store.runs.get(job.run.id))?.standing).toBe('Add 2');
  const rows = await writtenOf(house, job.run.id);
  expect(rows.at(-1)).toMatchObject({
    kind: 'settled',
    facts: { state: 'done', target: 'counter:main', call: '1', attempt: 1, ran_as: 'test' },
    texts: { result: '{"output":{"value":2}}' },
  });
  expect(await holder('counter:main')).toBe('nobody');
});

test('what it says of itself once done stands in place of the plan’s words', async () => {
  add.told = (output) => `It is ${(output as { value: number }).value} now`;
  expect((await run()).outcome).toMatchObject({ state: 'done', summary: 'It is 2 now' });
});

test('a named refusal of the outside system is a failure at once, and is not looked up', async () => {
  world.fail = new SophiaError('conflict', 'It moved.', { hint: 'Look at it.' });
  add.reconcile = async () => {
    throw new TypeError('nobody was to look');
  };
  const { outcome, steps, entry } = await run();
  expect(outcome).toMatchObject({ state: 'failed', reason: 'It moved.', hint: 'Look at it.' });
  expect(steps).toEqual(['1 plan 1', '1 run 1']);
  expect(entry).toMatchObject({ state: 'failed', attempt: 1, result: { reason: 'It moved.', hint: 'Look at it.' } });
});

test.each([
  ['an answer that never came', new SophiaError('timeout', 'no answer')],
  ['an error nobody expected', new Error('socket cut')],
])('%s is looked up once no write can be under way', async (_, error) => {
  world.afterWrite = error;
  const { outcome, steps, entry } = await run();
  expect(outcome).toMatchObject({ state: 'done', output: { value: 2 } });
  expect(steps).toEqual(['1 plan 1', '1 run 1', '1 wait out 1.1', '1 reconcile 1.1']);
  // A deadline of 200 ms and a second to spare.
  expect(sleeps).toEqual(['1 wait out 1.1 1200']);
  expect(entry).toMatchObject({ state: 'done', attempt: 1 });
  expect(world.writes).toHaveLength(1);
});

test('an answer that is none of the promised shape may come after the write: it is looked up as well', async () => {
  const { run: write } = add;
  add.run = async (...given) => {
    await write(...given);
    return { value: 'two' };
  };
  expect((await run()).outcome).toMatchObject({ state: 'done', output: { value: 2 } });
  expect(world.writes).toHaveLength(1);
});

test('what is never done is given up after three tries, each of them written down', async () => {
  world.fail = new Error('socket cut');
  const { job, outcome, entry } = await run();
  expect(outcome).toMatchObject({
    state: 'failed',
    reason: 'It was not done after 3 tries.',
    hint: 'Ask again when the outside system is well.',
  });
  expect(entry).toMatchObject({ state: 'failed', attempt: 3 });
  expect(await started(job.run.id)).toMatchObject([
    { attempt: 1, owner: 'test', call: '1' },
    { attempt: 2, owner: 'test', call: '1', plan: entry?.planHash },
    { attempt: 3, owner: 'test', call: '1' },
  ]);
  expect(sleeps.map((one) => one.split(' ').at(-1))).toEqual(['1200', '1200', '1200']);
});

test('what cannot be looked up is asked about for ten minutes with longer and longer pauses, then put to people', async () => {
  world.afterWrite = new Error('socket cut');
  add.reconcile = async () => {
    throw new SophiaError('unavailable', 'The counter is away.');
  };
  const { outcome, entry } = await run();
  expect(outcome).toMatchObject({
    state: 'unknown',
    reason: 'I cannot tell whether this was done: Add 2',
    evidence: 'Looking it up failed 14 times: The counter is away.',
  });
  expect(entry).toMatchObject({ state: 'unknown', attempt: 1 });
  expect(sleeps.map((one) => Number(one.split(' ').at(-1)) / 1000)).toEqual([
    1.2, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60,
  ]);
  expect(world.writes).toHaveLength(1);
  expect(house.surface.posts.some(({ reply }) => JSON.stringify(reply).includes('The counter is away.'))).toBe(true);
});

test('what cannot be looked up at all is unknown, with that as its evidence', async () => {
  const { reconcile: _, ...blind } = add;
  (house.services.actions as Map<string, unknown>).set(add.name, blind);
  world.fail = new Error('socket cut');
  expect((await run()).outcome).toMatchObject({
    state: 'unknown',
    evidence: 'counter_add_amount cannot be looked up afterwards.',
  });
});

test('what the look finds is taken as it is: unknown with its evidence', async () => {
  world.fail = new Error('socket cut');
  add.reconcile = async (): Promise<Reconciliation> => ({ state: 'unknown', evidence: 'two of them' });
  const { outcome, entry } = await run();
  expect(outcome).toMatchObject({ state: 'unknown', evidence: 'two of them' });
  expect(entry).toMatchObject({ state: 'unknown', attempt: 1, result: { evidence: 'two of them' } });
});

test('a second try that is refused is looked up first, and looked up again where that fails', async () => {
  const looks: string[] = [];
  let tries = 0;
  add.run = async () => {
    tries++;
    throw tries === 1 ? new Error('asleep') : new SophiaError('conflict', 'It moved.', { hint: 'Look.' });
  };
  add.reconcile = async () => {
    looks.push('look');
    if (looks.length === 2) throw new SophiaError('unavailable', 'away');
    return { state: 'not done' };
  };
  const { outcome } = await run();
  expect(outcome).toMatchObject({ state: 'failed' });
  expect(sleeps.slice(0, 2)).toEqual(['1 wait out 1.1 1200', '1 wait out 1.2 2000']);
  expect(tries).toBe(3);
});

test('while another process has it, its end is waited for and said', async () => {
  world.fail = new Error('socket cut');
  const { retake, settle } = house.services.ledger;
  house.services.ledger.retake = async (key, attempt, _owner, deadline) => {
    await retake(key, attempt, 'another', deadline);
    await settle(key, attempt + 1, 'done', { output: { value: 7 } }, now.toISOString());
    return false;
  };
  const { outcome, steps } = await run();
  expect(outcome).toMatchObject({ state: 'done', output: { value: 7 } });
  expect(steps.slice(-2)).toEqual(['1 wait out 1.2', '1 reconcile 1.2']);
  expect(world.writes).toEqual([]);
});

test('a row that is gone is said to be, and nothing is written', async () => {
  world.fail = new Error('socket cut');
  const { get } = house.services.ledger;
  const { outcome } = await run({
    after: {
      '1 run 1': () => {
        house.services.ledger.get = async () => null;
      },
    },
  });
  house.services.ledger.get = get;
  expect(outcome).toMatchObject({ state: 'refused', code: 'changed', reason: 'The ledger row is gone.' });
});

test('what was begun before a crash is looked up, not begun anew; what had ended is said again', async () => {
  const { job } = await direct();
  await house.store.ledger.begin({
    key: `${job.run.id}/1`,
    runId: job.run.id,
    action: call.action,
    planHash: 'x',
    approvalId: null,
    grantStep: null,
    owner: 'before',
    attempt: 1,
    state: 'started',
    writeDeadline: '2030-11-20T10:00:05.000Z',
    result: null,
    startedAt: now.toISOString(),
    settledAt: null,
  });
  world.value = 2;
  world.marks.add(`${job.run.id}/1`);
  expect(await perform(job, call)).toMatchObject({ state: 'done', output: { value: 2 } });
  expect(sleeps).toEqual(['1 wait out 1.1 5000']);
  sleeps.length = 0;
  expect(await perform(job, call)).toMatchObject({ state: 'done', output: { value: 2 } });
  expect(sleeps).toEqual([]);
  expect(world.writes).toEqual([]);
});

test('a long result is kept short in the trail, and its target is free', async () => {
  world.fail = new SophiaError('conflict', 'x'.repeat(9000));
  const { job } = await run();
  expect((await writtenOf(house, job.run.id)).at(-1)?.texts?.result).toHaveLength(4000);
  expect(await holder('counter:main')).toBe('nobody');
});

test('a workflow ends as its author says, with its reason, its hint and what came of it; said again it does not run anew', async () => {
  const { job, steps } = await direct();
  const twice = { ordinal: '1', action: 'counter_add_twice', input: {} };
  const end = { state: 'failed', reason: 'no room', hint: 'make some', output: { total: 1 } };
  expect(await perform(job, twice)).toMatchObject(end);
  expect(steps).toEqual(['1 plan 1', '1 begin 1', '1 settle 1']);
  expect(await perform(job, twice)).toMatchObject(end);
  expect(steps.slice(3)).toEqual(['1 plan 1', '1 begin 1', '1 settled 1']);
  expect(await holder('counter:twice')).toBe('nobody');
});

test('who may not begin writes nothing', async () => {
  const { outcome, steps } = await run({
    after: {
      '1 plan 1': () =>
        house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'halt', since: now.toISOString() }),
    },
  });
  expect(outcome).toMatchObject({ state: 'refused', code: 'frozen' });
  expect(steps).toEqual(['1 plan 1', '1 run 1']);
  expect(world.writes).toEqual([]);
});

/** Dollars that count as spent, and those with what is set aside. */
const dollars = async () => ({
  spent: (await house.store.budgets.topSpenders('2030-01-01T00:00:00.000Z', 1))[0]?.usd ?? 0,
  held: await house.store.budgets.spent({ since: '2030-01-01T00:00:00.000Z' }),
});
function costs(usd: number) {
  const { plan } = add;
  add.plan = async (...given) => ({ ...(await plan?.(...given)), cost: { usd } }) as never;
}

test('what was done has cost what was estimated, or what it says it has', async () => {
  costs(2);
  await run();
  expect(await dollars()).toEqual({ spent: 2, held: 2 });
  add.spent = (output) => (output as { value: number }).value / 8;
  await run();
  expect(await dollars()).toEqual({ spent: 2.5, held: 2.5 });
});

test('what failed has cost nothing, what is unknown stays set aside', async () => {
  costs(2);
  add.spent = () => 1;
  world.fail = new SophiaError('conflict', 'It moved.');
  expect((await run()).outcome).toEqual({ state: 'failed', reason: 'It moved.', reference: expect.any(String) });
  expect(await dollars()).toEqual({ spent: 0, held: 0 });
  world.fail = new Error('socket cut');
  add.reconcile = async () => ({ state: 'unknown', evidence: 'two of them' });
  expect((await run()).outcome).toMatchObject({ state: 'unknown' });
  expect(await dollars()).toEqual({ spent: 0, held: 2 });
});

test('who was overtaken between its write and its word waits for the end its successor writes down', async () => {
  const { settle, retake } = house.services.ledger;
  let first = true;
  house.services.ledger.settle = async (...given) => {
    if (first) await retake(given[0], 1, 'successor', '2030-11-20T10:00:09.000Z');
    first = false;
    return settle(...given);
  };
  const { outcome, entry } = await run();
  expect(sleeps).toEqual(['1 wait out 1.1 9000']);
  expect(outcome).toMatchObject({ state: 'done', output: { value: 2 } });
  expect(entry).toMatchObject({ state: 'done', attempt: 2, owner: 'successor' });
  expect(world.writes).toHaveLength(1);
});

test('where its row is gone its own word is all there is', async () => {
  const { settle } = house.services.ledger;
  house.services.ledger.settle = async (...given) => {
    const settled = await settle(...given);
    house.services.ledger.get = async () => null;
    return settled;
  };
  expect((await run()).outcome).toMatchObject({ state: 'done', output: { value: 2 } });
});

test('words of a workflow about itself stand, and what failed is not told as done', async () => {
  const actions = house.services.actions as Map<string, unknown>;
  const twice = { ...(actions.get('counter_add_twice') as object), told: () => 'told' };
  const done = { state: 'done', output: { total: 2 }, summary: 'both added' };
  const call = { ordinal: '1', action: 'counter_add_twice', input: {} };
  actions.set('counter_add_twice', { ...twice, run: async () => done });
  expect(await perform((await direct()).job, call)).toMatchObject(done);
  actions.set('counter_add_twice', twice);
  const failed = await perform((await direct()).job, call);
  expect(failed).toMatchObject({ state: 'failed', reason: 'no room' });
  expect(failed).not.toHaveProperty('summary');
});
