/** Listed steps that are granted more widely: what may vary, how often, how long and for how much. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Action, defineWorkflow, type PlainAction } from '../../src/core/action.ts';
import type { PlanDraft, PlannedStep } from '../../src/core/plan.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { bob, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const free =
  'version: 1\nrules:\n  - { name: many, match: { action: many }, then: allow }\n  - { name: ask, match: { action: counter_* }, then: ask }\n';

type Wide = {
  step: Partial<PlannedStep>;
  lease?: PlanDraft['lease'];
  amounts: number[];
  policy?: string;
  late?: number;
};

/** Each step costs 40 cents; before the last one the clock goes on by `late` minutes. */
async function begin({ step, lease, amounts, policy, late = 0 }: Wide) {
  const { world, actions } = counterActions();
  const [read, add] = actions as [PlainAction, PlainAction];
  const clock = { offset: 0 };
  const priced: Action = {
    ...add,
    plan: async (input, context) => ({ ...(await add.plan?.(input, context)), cost: { usd: 0.4 } }) as PlanDraft,
  };
  const many = defineWorkflow({
    name: 'many',
    description: 'adds several times',
    effect: 'write',
    usage: 'many',
    input: z.strictObject({}),
    output: z.object({}),
    plan: async () => ({
      target: 'counter:main',
      summary: 'Add',
      details: [],
      preconditions: [],
      steps: [{ action: 'counter_add_amount', input: { amount: 1 }, summary: 'add', ...step }],
      ...(lease ? { lease } : {}),
    }),
    async run(_plan, context) {
      for (const [index, amount] of amounts.entries()) {
        if (index === amounts.length - 1) clock.offset = late * 60_000;
        const outcome = await context.act('counter_add_amount', { amount });
        if (outcome.state !== 'done') return { state: 'failed', reason: outcome.reason };
      }
      return { state: 'done', output: {}, summary: 'all added' };
    },
  });
  house = await openTestHouse({
    actions: [read, priced, many],
    policy: parsePolicy(policy ?? 'version: 1\nrules: []\n'),
    now: () => new Date(Date.now() + clock.offset),
  });
  const { thread } = await house.say('many');
  if (policy === undefined) {
    const card = await house.card(thread);
    await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  }
  return { world, thread };
}
/** A card of its own: what the workflow's approval does not cover. */
async function asksFor(thread: string, amount: number) {
  const card = await house.card(thread);
  expect(card.plan).toMatchObject({ action: 'counter_add_amount', input: { amount } });
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'deny' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'failed' } });
}
const any = { vary: { amount: { any: true as const } } };

test('an argument that may vary is taken as often as it says, then it asks', async () => {
  const { world, thread } = await begin({ step: { ...any, times: 2 }, amounts: [4, 5, 6] });
  await asksFor(thread, 6);
  expect(world.value).toBe(9);
});

test('without a word about it a step is exact and taken once, also in a workflow nobody had to approve', async () => {
  const { world, thread } = await begin({ step: {}, amounts: [1, 1], policy: free });
  await asksFor(thread, 1);
  expect(world.value).toBe(1);
});

test('the dollars of all steps together end the grant', async () => {
  const { world, thread } = await begin({
    step: { ...any, times: 9 },
    lease: { minutes: 10, usd: 0.8 },
    amounts: [1, 2, 3],
  });
  await asksFor(thread, 3);
  expect(world.value).toBe(3);
});

test('time counts from the start of the workflow', async () => {
  const { world, thread } = await begin({
    step: { ...any, times: 9 },
    lease: { minutes: 10, usd: 9 },
    amounts: [1, 2],
    late: 11,
  });
  await asksFor(thread, 2);
  expect(world.value).toBe(1);
});

test('within all limits nobody is asked again', async () => {
  const { world, thread } = await begin({
    step: { ...any, times: 2 },
    lease: { minutes: 10, usd: 0.8 },
    amounts: [1, 2],
    late: 5,
  });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(3);
});
