/** A freeze stops a deed wherever it meets it: of everything or of its scope, and when it cannot be read. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorkflow } from '../../src/core/action.ts';
import { everything } from '../../src/core/freeze.ts';
import { covers } from '../../src/flow/frozen.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

const twoSteps = defineWorkflow({
  name: 'two_steps',
  description: 'adds 1 and 2',
  effect: 'write',
  usage: 'two steps',
  input: z.strictObject({}),
  output: z.object({ done: z.number() }),
  plan: async () => ({
    target: 'counter:main',
    summary: 'Add 1 and 2',
    environment: 'production',
    details: [],
    steps: [1, 2].map((amount) => ({ action: 'counter_add_amount', input: { amount }, summary: `add ${amount}` })),
    preconditions: [],
  }),
  async run(_plan, context) {
    for (const amount of [1, 2]) {
      const outcome = await context.act('counter_add_amount', { amount });
      if (outcome.state !== 'done')
        return { state: 'failed', reason: `${amount - 1} of 2 done: ${outcome.reason}`, output: { done: amount - 1 } };
    }
    return { state: 'done', output: { done: 2 }, summary: 'all added' };
  },
});

let house: TestHouse;
let world: ReturnType<typeof counterActions>['world'];
beforeEach(async () => {
  const counter = counterActions();
  world = counter.world;
  house = await openTestHouse({ actions: [...counter.actions, twoSteps] });
});
afterEach(() => house.close());

const freeze = (scope: string) =>
  house.store.freezes.freeze({ scope, by: carol, reason: 'halt', since: '2026-05-01T10:00:00.000Z' });
const hits = [everything, 'environment:production', 'connector:counter', 'counter:main'];
const misses = ['environment:staging', 'connector:fly', 'counter:mai', 'counter:main2'];
const refused = { outcome: { state: 'refused', code: 'frozen', reason: expect.stringContaining('halt') } };

describe.each(hits)('frozen: %s', (scope) => {
  const undo = scope === everything ? '`/sophia thaw`' : `\`/sophia thaw in ${scope}\``;

  test('before planning: refused with the way out, and nobody is asked', async () => {
    await freeze(scope);
    const { thread } = await house.say('add 2 to production');
    expect(await house.answer(thread)).toMatchObject(refused);
    expect(await house.answer(thread)).toMatchObject({ outcome: { hint: expect.stringContaining(undo) } });
    expect(await house.store.approvals.pending()).toEqual([]);
  });

  test('between plan and vote: the clicker is told, and nothing runs', async () => {
    const { thread } = await house.say('add 2 to production');
    const card = await house.card(thread);
    await freeze(scope);
    const said = await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    expect(said).toMatchObject({ counted: true, words: expect.stringMatching(/it will not run: .*halt/) });
    expect(await house.answer(thread)).toMatchObject(refused);
    expect(await house.store.approvals.get(card.id)).toMatchObject({ state: 'void' });
    expect(world.value).toBe(0);
  });

  test('between vote and begin: the vote counts, the approval is void', async () => {
    const { thread } = await house.say('add 2 to production');
    const card = await house.card(thread);
    const notice = house.services.approvals.notice.bind(house.services.approvals);
    house.services.approvals.notice = async (id) => {
      await freeze(scope);
      return notice(id);
    };
    const said = await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    // The freeze may come before or after the clicker is answered; the vote counts all the same.
    expect(said).toMatchObject({ counted: true, words: expect.stringMatching(/^Approved/) });
    expect(await house.answer(thread)).toMatchObject(refused);
    expect(await house.store.approvals.get(card.id)).toMatchObject({ state: 'void' });
    expect(world.value).toBe(0);
  });

  test('between two steps: the next one does not begin, and the outcome says what was done', async () => {
    const { thread } = await house.say('two steps');
    const card = await house.card(thread);
    const settle = house.services.ledger.settle.bind(house.services.ledger);
    house.services.ledger.settle = async (...settled) => {
      await freeze(scope);
      return settle(...settled);
    };
    await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    expect(await house.answer(thread)).toMatchObject({
      outcome: { state: 'failed', reason: expect.stringMatching(/^1 of 2 done: .*halt/) },
    });
    expect(world.value).toBe(1);
  });

  test('before a second try of an interrupted write', async () => {
    const { thread } = await house.say('add 2 to production');
    const card = await house.card(thread);
    let tries = 0;
    const begun = house.services.approvals.consume.bind(house.services.approvals);
    house.services.approvals.consume = async (...spent) => {
      tries++;
      const started = await begun(...spent);
      await freeze(scope);
      return started;
    };
    world.fail = new Error('socket cut');
    await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    expect(await house.answer(thread)).toMatchObject({
      outcome: { state: 'failed', reason: expect.stringMatching(/interrupted before it was done.*halt/) },
    });
    expect(tries).toBe(1);
    expect(world.writes).toEqual([]);
  });
});

test('a freeze of another scope stops nothing', async () => {
  for (const scope of misses) await freeze(scope);
  const { thread } = await house.say('add 2 to production');
  const card = await house.card(thread);
  expect(await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' })).toMatchObject({
    words: 'Approved. I am starting now.',
  });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(2);
});

test.each(['before', 'after'])('unreadable %s the vote counts as frozen', async (when) => {
  const unread = () => {
    const database = new DatabaseSync(join(house.directory, 'sophia.db'));
    database.exec('drop table freezes');
    database.close();
  };
  if (when === 'before') unread();
  const { thread } = await house.say('add 2');
  if (when === 'after') {
    const card = await house.card(thread);
    unread();
    const said = await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    expect(said.words).toContain('cannot read whether');
  }
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused', code: 'frozen' } });
  expect(world.value).toBe(0);
});

test('a freeze does not wait behind a question about thawing, and voids it', async () => {
  await freeze('counter:main');
  const thaw = await house.say('thaw in tally');
  const card = await house.card(thaw.thread);
  const again = await house.say('freeze in tally it is worse', bob);
  expect(await house.answer(again.thread)).toMatchObject({ outcome: { state: 'done' } });
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  const next = await house.surface.until(
    () =>
      house.surface.posts
        .map((post) => (post.reply.kind === 'card' ? post.reply.approval : null))
        .find((other) => other?.state === 'pending' && other.id !== card.id),
    'a new card for the new freeze',
  );
  expect(JSON.stringify(next.plan.details)).toContain('it is worse');
  expect(await house.store.freezes.all()).toMatchObject([{ scope: 'counter:main', by: bob, reason: 'it is worse' }]);
});

test('what a scope covers', () => {
  const plan = { action: 'workflow_merge', target: 'github:Acme/web#12', steps: [] };
  expect(covers('github:acme/web', plan)).toBe(true);
  expect(covers('github:acme', plan)).toBe(true);
  expect(covers('github:acme/we', plan)).toBe(false);
  expect(covers('connector:github', plan)).toBe(true);
  expect(covers('environment:production', plan)).toBe(false);
  // The name the team gave the target holds, whatever the plan says.
  expect(covers('environment:production', { ...plan, environment: 'staging' }, 'Production')).toBe(true);
  const steps = [{ action: 'fly_update_machine', input: {}, summary: '' }];
  expect(covers('connector:fly', { ...plan, steps })).toBe(true);
  expect(covers('connector:fly', plan)).toBe(false);
});

describe('typed', () => {
  test.each([
    ['freeze', everything, 'no reason given'],
    ['freeze the database moves', everything, 'the database moves'],
    ['freeze in production because migration', 'environment:production', 'because migration'],
    ['freeze in tally', 'counter:main', 'no reason given'],
    ['freeze in connector:counter ouch', 'connector:counter', 'ouch'],
    ['freeze counter:main ouch', 'counter:main', 'ouch'],
    ['freeze note: ouch', everything, 'note: ouch'],
    ['freeze in case of fire', everything, 'in case of fire'],
    ['freeze in connector:nobody', everything, 'in connector:nobody'],
  ])('%s', async (text, scope, reason) => {
    const { thread } = await house.say(text, carol);
    expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
    expect(await house.store.freezes.all()).toMatchObject([{ scope, by: carol, reason }]);
  });

  test('thawing asks, ends one scope, and the list shows what stays', async () => {
    await freeze(everything);
    await freeze('environment:production');
    const { thread } = await house.say('thaw in production', alice);
    const card = await house.card(thread);
    expect(card.plan.details).toContainEqual({ label: 'Stays frozen', value: everything });
    await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
    await house.answer(thread);
    const list = await house.say('frozen');
    expect(JSON.stringify(await house.answer(list.thread))).toContain('halt');
    expect((await house.store.freezes.all()).map((one) => one.scope)).toEqual([everything]);
  });

  test('thawing what is not frozen names what is', async () => {
    await freeze('environment:production');
    const { thread } = await house.say('thaw');
    expect(JSON.stringify(await house.answer(thread))).toContain('/sophia thaw in environment:production');
  });
});
