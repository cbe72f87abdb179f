/** Workflows behind one approval: exactly the listed steps, each once; anything else asks again. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Action, defineWorkflow } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { bob, carol, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let open: TestHouse[] = [];
afterEach(async () => {
  await Promise.all(open.map((house) => house.close()));
  open = [];
});

/** Listed: add 1, add 2, and add 3 when wished. `does` is what it really does. */
function twoSteps(does: { amount: number }[]): Action {
  return defineWorkflow({
    name: 'two_steps',
    description: 'adds 1 and 2',
    effect: 'write',
    usage: 'two steps',
    input: z.strictObject({}),
    output: z.object({ outcomes: z.array(z.string()) }),
    plan: async () => ({
      target: 'counter:main',
      summary: 'Add 1 and 2',
      environment: 'production',
      details: [],
      steps: [1, 2].map((amount) => ({ action: 'counter_add_amount', input: { amount }, summary: `add ${amount}` })),
      preconditions: [],
    }),
    async run(_plan, context) {
      const outcomes: string[] = [];
      for (const input of does) {
        const outcome = await context.act('counter_add_amount', input);
        outcomes.push(outcome.state);
        await context.progress(
          'Adding',
          outcomes.map((state) => ({ title: state, state: 'done' })),
        );
        if (outcome.state !== 'done') return { state: 'failed', reason: outcome.reason, output: { outcomes } };
      }
      return { state: 'done', output: { outcomes }, summary: 'all added' };
    },
  });
}

async function house(does: { amount: number }[], policy = 'version: 1\nrules: []\n') {
  const { world, actions } = counterActions();
  const built = await openTestHouse({ actions: [...actions, twoSteps(does)], policy: parsePolicy(policy) });
  open.push(built);
  const { thread } = await built.say('two steps');
  const card = await built.card(thread);
  return { world, house: built, thread, card };
}

test('the listed steps run under the one approval, with progress in one message', async () => {
  const { world, house: built, thread, card } = await house([{ amount: 1 }, { amount: 2 }]);
  expect(card.plan.steps).toHaveLength(2);
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({ outcome: { state: 'done', summary: 'all added' } });
  expect(world.value).toBe(3);
  const posts = built.surface.posts.filter((post) => post.thread === thread);
  expect(posts.filter((post) => post.reply.kind === 'card')).toHaveLength(1);
  expect(posts.filter((post) => post.reply.kind === 'progress')).toHaveLength(1);
  expect(await built.store.ledger.spentSteps(card.id)).toEqual([0, 1]);
});

test('a step outside the list asks again, with a card of its own', async () => {
  const { world, house: built, thread, card } = await house([{ amount: 1 }, { amount: 5 }]);
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  const second = await built.card(thread);
  expect(second.plan).toMatchObject({ action: 'counter_add_amount', input: { amount: 5 } });
  expect(world.value).toBe(1);
  await built.door.decide({ approvalId: second.id, person: bob, verdict: 'deny' });
  expect(await built.answer(thread)).toMatchObject({ outcome: { state: 'failed' } });
  expect(world.value).toBe(1);
});

test('a listed step is granted once: the same step again asks', async () => {
  const { world, house: built, thread, card } = await house([{ amount: 1 }, { amount: 1 }]);
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  const second = await built.card(thread);
  expect(second.plan.input).toEqual({ amount: 1 });
  expect(world.value).toBe(1);
});

test('a step outside the list is judged by the rules of the workflow’s environment', async () => {
  const strict =
    'version: 1\nroles: { ops: [bob, carol] }\nrules:\n  - { name: production, match: { action: counter_add_amount, environment: production }, then: ask, approvers: [ops], quorum: 2 }\n';
  const { house: built, thread, card } = await house([{ amount: 5 }], strict);
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  const second = await built.card(thread);
  expect(second.rule).toMatchObject({ name: 'production', quorum: 2 });
  await built.door.decide({ approvalId: second.id, person: bob, verdict: 'approve' });
  await built.door.decide({ approvalId: second.id, person: carol, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
});

test('a freeze in the middle stops the next step', async () => {
  const { world, house: built, thread, card } = await house([{ amount: 1 }, { amount: 2 }]);
  world.fail = null;
  const begin = built.store.ledger.settle.bind(built.store.ledger);
  built.services.ledger.settle = async (...settled) => {
    await built.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'halt', since: new Date().toISOString() });
    return begin(...settled);
  };
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({
    outcome: { state: 'failed', reason: expect.stringContaining('halt') },
  });
  expect(world.value).toBe(1);
});

test('while it runs its progress carries a button that stops it, for whoever may; after the end it carries none', async () => {
  const { world, house: built, thread, card } = await house([{ amount: 1 }, { amount: 2 }]);
  const shown = () => {
    const reply = built.surface.posts.findLast(
      (post) => post.thread === thread && post.reply.kind === 'progress',
    )?.reply;
    return reply?.kind === 'progress' ? reply : undefined;
  };
  const post = built.surface.post.bind(built.surface);
  built.surface.post = async (where, reply, ...rest) => {
    const posted = await post(where, reply, ...rest);
    if (reply.kind !== 'progress') return posted;
    const [stop] = reply.buttons ?? [];
    expect(stop).toMatchObject({ label: 'Stop', action: 'sophia_stop_run', input: { run: card.runId } });
    const press = async (person: string) => {
      const own = `test:T1:C1:press-${person.split(':')[2]}`;
      const act = { action: stop?.action ?? '', input: stop?.input ?? {} };
      await built.say('stop it', person, 'command', { thread: own, act });
      return built.answer(own);
    };
    // Carol neither asked for it nor is she an admin.
    expect(await press(carol)).toMatchObject({ outcome: { state: 'refused' } });
    expect(await press(bob)).toMatchObject({ outcome: { state: 'done' } });
    return posted;
  };
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({
    outcome: { state: 'failed', reason: 'This run was stopped.', output: { outcomes: ['done', 'refused'] } },
  });
  expect(world.value).toBe(1);
  expect(shown()).toMatchObject({ steps: [{ title: 'done' }, { title: 'refused' }] });
  expect(shown()).not.toHaveProperty('buttons');
});

test('that its button could not be taken away holds nothing up', async () => {
  const { house: built, thread, card } = await house([{ amount: 1 }, { amount: 2 }]);
  built.surface.update = async () => {
    throw new SophiaError('unavailable', 'Slack is away.');
  };
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
});

test('a step that fails ends the workflow as its author says, and the reason is reported', async () => {
  const { world, house: built, thread, card } = await house([{ amount: 1 }]);
  world.fail = new SophiaError('capacity', 'No room.');
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({ outcome: { state: 'failed', reason: 'No room.' } });
});
