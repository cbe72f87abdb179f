/** Who has not decided is reminded, backups come in when it is their turn, and none of it happens twice. */
import { afterEach, expect, test } from 'vitest';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
let now = new Date('2030-11-20T10:00:00.000Z');
afterEach(() => house.close());

const policy = parsePolicy(
  `version: 1\nrules:\n  - { name: slow, match: { effect: write }, then: ask, approvers: [bob], expires: 2h, remind: 15m, backup: { approvers: [carol], after: 40m } }\n`,
);

async function asked(place = {}) {
  now = new Date('2030-11-20T10:00:00.000Z');
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions, policy, now: () => now });
  const { thread } = await house.say('add 1', alice, 'command', place);
  return { thread, card: await house.card(thread), world: counter.world };
}
const told = (what: string) => house.surface.posts.filter((post) => post.sendId.includes(`/${what}/`));
/** As its timer would, at that minute. */
async function at(minute: number, id: string, expected: number) {
  now = new Date(Date.parse('2030-11-20T10:00:00.000Z') + minute * 60_000);
  await house.durable.wake(`approval:${id}`);
  await house.surface.until(
    () => told('remind').length + told('backup').length >= expected,
    `${expected} reminders by minute ${minute}`,
  );
}
const approve = (approvalId: string, person: string) => house.door.decide({ approvalId, person, verdict: 'approve' });

test('reminded in the thread at each interval, three times at most, then no more', async () => {
  const { card, thread } = await asked();
  await at(15, card.id, 1);
  await at(30, card.id, 2);
  await at(41, card.id, 3);
  await at(45, card.id, 4);
  await at(119, card.id, 4);
  expect(told('remind').map((post) => post.thread)).toEqual([thread, thread, thread]);
  expect(JSON.stringify(told('remind')[0]?.reply)).toContain('@bob: you are still asked');
  // The backups are asked as well from their turn on.
  expect(JSON.stringify(told('remind')[2]?.reply)).toContain('@bob @carol');
  expect(told('backup')).toHaveLength(1);
});

test('a backup may not decide before their turn, and may after it', async () => {
  const { card, thread, world } = await asked();
  now = new Date('2030-11-20T10:39:59.000Z');
  expect((await approve(card.id, carol)).counted).toBe(false);
  now = new Date('2030-11-20T10:40:00.000Z');
  expect((await approve(card.id, carol)).words).toBe('Approved. I am starting now.');
  await house.answer(thread);
  expect(world.writes).toHaveLength(1);
});

test('in a private place each is told by direct message, with the card', async () => {
  const { card } = await asked({ audience: 'test:T1:D1' });
  await at(16, card.id, 1);
  await at(41, card.id, 4);
  const [backup] = told('backup');
  expect(backup?.to).toBe(carol);
  expect(backup?.reply).toMatchObject({ kind: 'card', note: expect.stringContaining('may decide now') });
});

test('what fell due while nobody ran is told once, not once for each time', async () => {
  const { card } = await asked();
  await at(39, card.id, 1);
  await at(46, card.id, 3);
  expect(told('remind')).toHaveLength(2);
});

test('after a restart nobody is told again, and the next is told in time', async () => {
  const { card } = await asked();
  await at(15, card.id, 1);
  const { directory, surface } = house;
  await house.close(true);
  house = await openTestHouse({ actions: counterActions().actions, policy, now: () => now, directory, surface });
  await at(16, card.id, 1);
  await at(30, card.id, 2);
  expect(told('remind')).toHaveLength(2);
});

test('who has voted is not reminded, and a decided card is not either', async () => {
  const { card, thread } = await asked();
  await approve(card.id, bob);
  await house.answer(thread);
  await house.durable.wake(`approval:${card.id}`);
  expect(told('remind')).toHaveLength(0);
});
