/** An outcome nobody can tell is put to people with its evidence, stays so until one has looked, and is settled once. */
import { afterEach, expect, test } from 'vitest';
import type { PlainAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

/** Alice's deed, whose answer was lost and whose look-up cannot tell. */
async function lost(admins = [alice, bob]) {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  add.reconcile = async () => ({ state: 'unknown', evidence: 'the counter keeps no marks' });
  const policy = parsePolicy(
    'version: 1\nrules:\n  - { name: free, match: { action: counter_add_amount }, then: allow }\n',
  );
  house = await openTestHouse({ actions: counter.actions, policy, admins });
  counter.world.afterWrite = new SophiaError('timeout', 'no answer');
  const { thread } = await house.say('add 2');
  const reply = await house.answer(thread);
  if (reply.kind !== 'outcome' || reply.outcome.state !== 'unknown') throw new Error(JSON.stringify(reply));
  return { thread, reference: reply.outcome.reference, counter };
}

const answerTo = async (text: string, person: string) => house.answer((await house.say(text, person)).thread);
const state = async () => (await house.store.ledger.unknown()).length;

test('it is put to people where it was asked and to each admin, with evidence and two buttons, once', async () => {
  const { thread, reference } = await lost();
  const told = house.surface.posts.filter((post) => post.sendId.includes('/unknown'));
  expect(told.map((post) => post.to ?? post.thread).sort()).toEqual([alice, bob, thread].sort());
  for (const { reply } of told) {
    if (reply.kind !== 'words') throw new Error(reply.kind);
    expect(reply.markdown).toContain('the counter keeps no marks');
    expect(reply.buttons?.map((button) => button.input)).toEqual([
      { reference, ending: 'done', reason: 'looked it up' },
      { reference, ending: 'failed', reason: 'looked it up' },
    ]);
  }
});

test('an admin who has looked settles it, once, and the thread, the ledger and the audit trail say so', async () => {
  const { thread, reference, counter } = await lost();
  expect(JSON.stringify(await answerTo('unknowns', carol))).toContain(reference);
  expect(await answerTo(`settle ${reference} done the display shows 2`, bob)).toMatchObject({
    outcome: { state: 'done', output: { reference, state: 'done' } },
  });
  expect(await state()).toBe(0);
  await house.surface.until(
    () =>
      house.surface.posts.some((post) => post.thread === thread && JSON.stringify(post.reply).includes('was done.')),
    'word in the thread',
  );
  const run = (await house.store.audit.find(reference))?.runId ?? '';
  expect((await house.store.audit.byRun(run)).at(-1)).toMatchObject({
    kind: 'settled',
    person: bob,
    facts: { state: 'done', settles: reference },
    texts: { reason: 'the display shows 2' },
  });
  expect(await answerTo(`settle ${reference} failed no it does not`, bob)).toMatchObject({
    outcome: { state: 'refused', reason: `${reference} is not open: it is done.` },
  });
  expect(counter.world.writes).toHaveLength(1);
  expect(await house.store.audit.verify()).toMatchObject({ state: 'whole' });
});

test('who asked for the deed does not say how it ended, unless there is no other admin', async () => {
  const { reference } = await lost();
  expect(await answerTo(`settle ${reference} done trust me please`, alice)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('asked for this yourself') },
  });
  expect(await state()).toBe(1);
  await house.close();
  const alone = await lost([alice]);
  expect(await answerTo(`settle ${alone.reference} done I looked at it`, alice)).toMatchObject({
    outcome: { state: 'done' },
  });
});

test('somebody who is no admin asks one', async () => {
  const { reference } = await lost();
  const { thread } = await house.say(`settle ${reference} failed nothing there`, carol);
  const card = await house.card(thread);
  expect(card.plan.details.map((detail) => detail.value)).toContain('the counter keeps no marks');
  expect((await house.door.decide({ approvalId: card.id, person: carol, verdict: 'approve' })).counted).toBe(false);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { state: 'failed' } } });
});

test('two who settle it differently at once: one does, the other is told', async () => {
  const { reference } = await lost([alice, bob, carol]);
  const [one, other] = await Promise.all([
    answerTo(`settle ${reference} done I saw it there`, bob),
    answerTo(`settle ${reference} failed I saw nothing`, carol),
  ]);
  const states = [one, other].map((reply) => (reply.kind === 'outcome' ? reply.outcome.state : reply.kind));
  expect(states.filter((each) => each === 'done')).toHaveLength(1);
  expect(await state()).toBe(0);
});

test.each(['settle A999 done nothing like it', 'settle A1 done not an outcome'])(
  '“%s” is refused in words',
  async (text) => {
    await lost();
    expect(await answerTo(text, bob)).toMatchObject({ outcome: { state: 'refused', code: 'plan_failed' } });
  },
);
