/** Editing a request withdraws it and asks the changed one anew: another plan, another hash, another requester, the same taint. */
import { afterEach, expect, test } from 'vitest';
import { alice, bob, carol, counterActions, guest, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
let world: ReturnType<typeof counterActions>['world'];
afterEach(() => house.close());

async function asked(taint?: { source: string }[]) {
  const counter = counterActions();
  world = counter.world;
  house = await openTestHouse({ actions: counter.actions });
  const { thread } = await house.say('add 3', alice, 'command', taint ? { taint } : {});
  return { thread, card: await house.card(thread) };
}

const edit = (approvalId: string, person: string, values: Record<string, string>) =>
  house.door.submitEdit({ approvalId, person, values });
const approve = (approvalId: string, person: string) => house.door.decide({ approvalId, person, verdict: 'approve' });

test('the form shows the arguments as they stand', async () => {
  const { card } = await asked();
  expect(await house.door.edit(card.id, bob)).toEqual({
    state: 'open',
    title: 'Add 3',
    fields: [
      { name: 'amount', kind: 'number', value: '3', optional: false },
      { name: 'environment', kind: 'text', value: '', optional: true },
    ],
  });
});

test('an approver edits, cannot approve the edit, and the first requester can; only the edited deed is done', async () => {
  const { thread, card } = await asked();
  expect(await edit(card.id, bob, { amount: '4' })).toMatchObject({
    state: 'asked',
    words: expect.stringContaining('amount: 3 → 4'),
  });
  await house.card(thread, 'superseded');
  const next = await house.card(thread);
  expect(next.id).not.toBe(card.id);
  expect(next.plan.hash).not.toBe(card.plan.hash);
  expect(next).toMatchObject({ requester: bob, plan: { input: { amount: 4 } } });
  expect((await approve(card.id, carol)).counted).toBe(false);
  expect((await approve(next.id, bob)).words).toContain('You asked for this yourself');
  expect((await approve(next.id, alice)).counted).toBe(true);
  await house.card(thread, 'consumed');
  await house.surface.until(
    () => house.surface.posts.some((post) => JSON.stringify(post.reply).includes('"value":4')),
    'the outcome',
  );
  expect(world.value).toBe(4);
  expect(world.writes).toHaveLength(1);
});

test('the taint of the first request is that of the edited one, and its card names the source', async () => {
  const { thread, card } = await asked([{ source: 'a quoted message by mallory' }]);
  await edit(card.id, bob, { amount: '5' });
  await house.card(thread, 'superseded');
  expect((await house.card(thread)).taint).toEqual([{ source: 'a quoted message by mallory' }]);
});

/** The card that stands once the first one no longer does. */
async function nextCard(thread: string) {
  await house.card(thread, 'superseded');
  return house.card(thread);
}

/** The process dies after the old request was closed and before the new one is asked. */
async function killedBetween(approvalId: string, values: Record<string, string>) {
  const { start } = house.durable;
  house.durable.start = async () => {
    throw new Error('killed');
  };
  await expect(edit(approvalId, bob, values)).rejects.toThrow('killed');
  house.durable.start = start;
  expect((await house.store.approvals.get(approvalId))?.state).toBe('superseded');
}

test('sent twice it is asked once, also when the process died between withdrawing and asking', async () => {
  const { thread, card } = await asked();
  await killedBetween(card.id, { amount: '4' });
  await Promise.all([edit(card.id, bob, { amount: '4' }), edit(card.id, bob, { amount: '4' })]);
  const next = await nextCard(thread);
  expect(next.plan.input).toEqual({ amount: 4 });
  const runs = await house.services.runs.list({ limit: 20 });
  expect(runs.filter((run) => run.jobKey === `edit:${card.id}`)).toHaveLength(1);
  const closed = (await house.store.audit.byRun(card.runId)).filter((row) => row.kind === 'closed');
  expect(closed.map((row) => row.facts)).toEqual([{ state: 'superseded', edited: true }]);
});

test('another submission of the same window by the same person is no repetition: it is refused and told what stands', async () => {
  const { thread, card } = await asked();
  await edit(card.id, bob, { amount: '4' });
  const next = await nextCard(thread);
  expect(await edit(card.id, bob, { amount: '5' })).toEqual({
    state: 'refused',
    words: expect.stringMatching(/already superseded: .*“Add 4”, pending .*Your change was not taken: edit that one/),
  });
  expect((await house.store.approvals.get(next.id))?.state).toBe('pending');
  expect(await house.store.approvals.pending()).toHaveLength(1);
  await edit(next.id, carol, { amount: '6' });
  await edit(next.id, bob, { amount: '6' });
  await house.card(thread, 'superseded');
  await house.surface.until(
    () => house.surface.posts.some((post) => JSON.stringify(post.reply).includes('"Add 6"')),
    'the second edit',
  );
  // However often it was edited since, the card that stands is the one that is named.
  expect(await edit(card.id, bob, { amount: '5' })).toMatchObject({ words: expect.stringContaining('“Add 6”') });
});

test('after a crash in between, another submission of the same person waits for the first, which is not lost', async () => {
  const { thread, card } = await asked();
  await killedBetween(card.id, { amount: '4' });
  expect(await edit(card.id, bob, { amount: '5' })).toMatchObject({
    state: 'refused',
    words: expect.stringContaining('an edit took its place'),
  });
  expect(await edit(card.id, bob, { amount: '4' })).toMatchObject({ state: 'asked' });
  expect((await nextCard(thread)).plan.input).toEqual({ amount: 4 });
});

test('of two who send different edits at once one is asked, and the other is told', async () => {
  const { thread, card } = await asked();
  const answers = await Promise.all([edit(card.id, bob, { amount: '4' }), edit(card.id, alice, { amount: '5' })]);
  expect(answers.map((one) => one.state).sort()).toEqual(['asked', 'refused']);
  await nextCard(thread);
  expect(await house.store.approvals.pending()).toHaveLength(1);
});

test('values that do not fit are named by their field and change nothing', async () => {
  const { card } = await asked();
  expect(await edit(card.id, bob, { amount: '99' })).toMatchObject({
    state: 'wrong',
    errors: { amount: expect.any(String) },
  });
  expect(await edit(card.id, bob, { amount: 'many' })).toMatchObject({
    state: 'wrong',
    errors: { amount: 'must be a number' },
  });
  expect(await edit(card.id, bob, { amount: '3' })).toMatchObject({
    state: 'refused',
    words: expect.stringContaining('Nothing was changed'),
  });
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
});

test.each([
  ['somebody who neither asked nor may decide', carol],
  ['a guest', guest],
])('%s may not edit', async (_who, person) => {
  const { card } = await asked();
  expect((await house.door.edit(card.id, person)).state).toBe('refused');
  expect((await edit(card.id, person, { amount: '4' })).state).toBe('refused');
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
});

test('a request that was decided while the window was open is not edited', async () => {
  const { card } = await asked();
  expect((await house.door.edit(card.id, bob)).state).toBe('open');
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'deny', reason: 'no' });
  expect(await edit(card.id, bob, { amount: '4' })).toEqual({
    state: 'refused',
    words: 'Too late: this request is already denied.',
  });
});
