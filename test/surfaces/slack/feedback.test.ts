/** Thumbs under an answer: counted by a click alone, with a few words for a bad one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';

let house: House;
let thread: string;
let ts: string;
beforeEach(async () => {
  house = await openHouse();
  const root = await house.slack.say('U0CAROL', 'C0ENG', 'what waits?');
  thread = `slack:T0ACME:C0ENG:${root.ts}`;
  const reply = { kind: 'words' as const, markdown: 'Two.', feedback: 'run-1' };
  ts = (await house.sophia.surface.post(thread, reply, 'answer')).id;
});
afterEach(() => house.close());

const press = (value: string) => house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'feedback', value });
const opinions = async (count: number) => {
  await house.slack.waitFor(() => house.door.opinions.length >= count);
  return house.door.opinions;
};

test('a good answer is noted, and the clicker is thanked alone', async () => {
  await press('good:run-1');
  expect(await opinions(1)).toEqual([{ run: 'run-1', person: 'slack:T0ACME:U0BOB', good: true }]);
  await house.slack.waitFor((world) => (world.ephemerals.U0BOB ?? []).length > 0);
  expect(house.slack.ephemerals('U0BOB')[0]?.text).toContain('Thank you');
});

test('a bad answer is noted at once, and the window asks why', async () => {
  await press('bad:run-1');
  expect(await opinions(1)).toMatchObject([{ good: false }]);
  await house.slack.waitFor(() => house.slack.view('U0BOB') !== null);
  await house.slack.submitView('U0BOB', house.slack.view('U0BOB')?.id ?? '', { note: 'The numbers are of last week.' });
  expect((await opinions(2))[1]).toEqual({
    run: 'run-1',
    person: 'slack:T0ACME:U0BOB',
    good: false,
    note: 'The numbers are of last week.',
  });
});
