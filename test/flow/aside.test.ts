/** What begins nothing is said to the one who typed it alone: help, slips of the keyboard, and that somebody is no member. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alice, channel, counterActions, guest, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse({ actions: counterActions().actions });
});
afterEach(() => house.close());

/** As Slack's slash command is: in a channel, in no thread. */
const typed = (text: string, person = alice) => house.say(text, person, 'command', { thread: null });
const runs = () => house.store.runs.list({ limit: 10 });

test.each([
  ['help', 'Everything else'],
  ['', 'help counter'],
  ['help add', 'adds to the counter'],
  ['conuter', '`/sophia counter`'],
  ['ad 3 to production', 'add 3 to production'],
  ['add', '<amount> is missing'],
])('“/sophia %s” is answered to the asker alone, and no thread is opened', async (text, said) => {
  await typed(text);
  expect(house.surface.whispers).toEqual([
    { thread: channel, person: alice, reply: expect.objectContaining({ markdown: expect.stringContaining(said) }) },
  ]);
  expect(await runs()).toEqual([]);
});

test('a stranger’s command is declined to them alone, whatever it is', async () => {
  for (const text of ['help', 'add 3', 'xyzzy']) await typed(text, guest);
  expect(house.surface.whispers).toEqual(
    Array.from({ length: 3 }, () => ({
      thread: channel,
      person: guest,
      reply: expect.objectContaining({ markdown: expect.stringContaining('full members') }),
    })),
  );
  expect(await runs()).toEqual([]);
});

test('a command that is one begins its run, also while nobody can say who asks', async () => {
  house.surface.people.delete(alice);
  await typed('counter');
  expect(house.surface.whispers).toEqual([]);
  expect(await runs()).toHaveLength(1);
});

test('while nobody can say who asks, not even help is given: it is asked for again', async () => {
  house.surface.people.delete(alice);
  await expect(typed('help')).rejects.toThrow('nobody');
  expect(house.surface.whispers).toEqual([]);
});

test('in a thread help is for everybody there', async () => {
  const { thread } = await house.say('help', alice, 'words');
  expect(await house.answer(thread)).toMatchObject({ markdown: expect.stringContaining('Everything else') });
  expect(house.surface.whispers).toEqual([]);
});
