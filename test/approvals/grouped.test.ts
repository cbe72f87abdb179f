/** Several pending approvals in one message: those for the reader first, and the same state there as on each card. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/core/action.ts';
import type { Reply } from '../../src/core/reply.ts';
import { alice, bob, carol, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const light = defineAction({
  name: 'lights_turn_on',
  description: 'turns a light on',
  effect: 'write',
  usage: 'light <room>',
  input: z.strictObject({ room: z.string() }),
  output: z.object({}),
  plan: async ({ room }) => ({ target: `light:${room}`, summary: `Light in ${room}`, details: [], preconditions: [] }),
  run: async () => ({}),
});

async function waiting(...asked: [room: string, person: string, audience?: string][]) {
  house = await openTestHouse({ actions: [light], admins: [alice, bob] });
  const ids: string[] = [];
  for (const [room, person, audience] of asked) {
    const { thread } = await house.say(`light ${room}`, person, 'command', audience ? { audience } : {});
    ids.push((await house.card(thread)).id);
  }
  return ids;
}

type Listed = Extract<Reply, { kind: 'approvals' }>;
async function list(person: string) {
  const { thread } = await house.say('approvals', person);
  const reply = await house.answer(thread);
  return { thread, reply, rooms: reply.kind === 'approvals' ? reply.approvals.map((one) => one.plan.input.room) : [] };
}
const shown = (thread: string) =>
  house.surface.posts.find((post) => post.thread === thread && post.reply.kind === 'approvals')?.reply as
    | Listed
    | undefined;

test('what the reader may decide stands first', async () => {
  await waiting(['attic', alice], ['cellar', bob], ['den', carol]);
  expect((await list(alice)).rooms).toEqual(['cellar', 'den', 'attic']);
  expect((await list(bob)).rooms).toEqual(['attic', 'den', 'cellar']);
});

test('a decision on the card shows in the list, and the other way round', async () => {
  const [attic = '', den = ''] = await waiting(['attic', carol], ['den', carol]);
  const { thread } = await list(bob);
  const states = () => shown(thread)?.approvals.map((one) => one.state);
  await house.door.decide({ approvalId: attic, person: bob, verdict: 'deny', reason: 'dark is fine' });
  await house.surface.until(() => states()?.[0] === 'denied' && states()?.[1] === 'pending', 'the list to show it');
  await house.door.decide({ approvalId: den, person: alice, verdict: 'approve' });
  await house.surface.until(() => ['approved', 'consumed'].includes(states()?.[1] ?? ''), 'the list to show the other');
});

test('what was asked in a private place is not listed elsewhere, and nothing is said of it', async () => {
  await waiting(['attic', carol, 'test:T1:D9'], ['den', carol]);
  expect((await list(bob)).rooms).toEqual(['den']);
});

test('what was decided while the list was on its way is drawn as it is', async () => {
  const [attic = ''] = await waiting(['attic', carol], ['den', carol]);
  const post = house.surface.post.bind(house.surface);
  house.surface.post = async (thread, reply, sendId) => {
    if (reply.kind === 'approvals')
      await house.door.decide({ approvalId: attic, person: bob, verdict: 'deny', reason: 'x' });
    return post(thread, reply, sendId);
  };
  const { thread } = await house.say('approvals', bob);
  await house.surface.until(() => shown(thread)?.approvals.some((one) => one.state === 'denied'), 'the denial');
});

test('when nothing waits, that is said', async () => {
  await waiting();
  expect((await list(bob)).reply).toMatchObject({ kind: 'words', markdown: expect.stringContaining('Nothing waits') });
});
