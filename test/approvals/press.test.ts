/** A lasting button: a press while the one before is under way, or right after it ended, is that one, whatever the clock says. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import { alice, bob, carol, channel, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
let now = new Date();
let world: ReturnType<typeof counterActions>['world'];
afterEach(() => house.close());

async function open(at: string) {
  now = new Date(at);
  const counter = counterActions();
  world = counter.world;
  house = await openTestHouse({ actions: counter.actions, now: () => now, admins: [alice, bob] });
}
function press(person = carol, at = now, act: Message['act'] = { action: 'counter_add_amount', input: { amount: 1 } }) {
  const message: Message = {
    surface: 'test',
    channel,
    thread: 'test:T1:C1:digest',
    person,
    text: 'Add one',
    kind: 'command',
    act,
    audience: 'test:T1:public',
    at: at.toISOString(),
  };
  return house.door.press(message, `button:C1:m1:deed_0:${person}`);
}
const runs = () => house.services.runs.list({ limit: 50 });
const quiet = () => vi.waitFor(async () => expect((await runs()).every((run) => run.state !== 'running')).toBe(true));
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

test('two presses a second apart, across a minute, are one run', async () => {
  await open('2030-11-20T10:00:59.500Z');
  expect(await press()).toBe('begun');
  later(1);
  expect(await press()).toBe('under way');
  expect(await runs()).toHaveLength(1);
});

test('while what was asked waits for a yes, pressing again asks nothing new, however long that is', async () => {
  await open('2030-11-20T10:00:00.000Z');
  await press();
  const card = await house.card('test:T1:C1:digest');
  later(40 * 60);
  expect(await press()).toBe('under way');
  expect(await house.store.approvals.pending()).toHaveLength(1);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  await quiet();
  later(59);
  expect(await press()).toBe('under way');
  await quiet();
  expect(world.writes).toHaveLength(1);
  // Long after its end it is a wish of its own.
  later(2);
  expect(await press()).toBe('begun');
  expect(await runs()).toHaveLength(2);
});

test('a press delivered again much later is still the press it was', async () => {
  await open('2030-11-20T10:00:00.000Z');
  const act = { action: 'counter_get_value', input: {} };
  const pressed = now;
  await press(carol, pressed, act);
  await quiet();
  later(3600);
  expect(await press(carol, pressed, act)).toBe('under way');
  expect(await runs()).toHaveLength(1);
});

test('two at the same moment are one run, those of two people are two', async () => {
  await open('2030-11-20T10:00:00.000Z');
  const act = { action: 'counter_get_value', input: {} };
  await Promise.all([press(carol, now, act), press(carol, now, act), press(alice, now, act)]);
  expect((await runs()).map((run) => run.requester).sort()).toEqual([alice, carol].sort());
});

test('a press that was registered before a crash and never begun is begun when it comes again', async () => {
  await open('2030-11-20T10:00:00.000Z');
  const { start } = house.durable;
  const act = { action: 'counter_get_value', input: {} };
  house.durable.start = async () => {
    throw new Error('killed');
  };
  await expect(press(carol, now, act)).rejects.toThrow('killed');
  house.durable.start = start;
  await press(carol, now, act);
  await quiet();
  expect(await runs()).toHaveLength(1);
});
