/** An owner that slept while its successor took the deed over: what it says of the end counts no longer, and a broken run leaves nothing open. */
import { afterEach, expect, test } from 'vitest';
import type { PlainAction } from '../../src/core/action.ts';
import { reportBroken } from '../../src/flow/door.ts';
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
