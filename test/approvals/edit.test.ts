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

test('sent twice it is asked once, also when the process died between withdrawing and asking', async () => {
  const { thread, card } = await asked();
  const { start } = house.durable;
  house.durable.start = async () => {
    throw new Error('killed');
  };
  await expect(edit(card.id, bob, { amount: '4' })).rejects.toThrow('killed');
  expect((await house.store.approvals.get(card.id))?.state).toBe('superseded');
  house.durable.start = start;
  await Promise.all([edit(card.id, bob, { amount: '4' }), edit(card.id, bob, { amount: '4' })]);
  await house.card(thread);
  const runs = await house.services.runs.list({ limit: 20 });
  expect(runs.filter((run) => run.jobKey === `edit:${card.id}`)).toHaveLength(1);
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
