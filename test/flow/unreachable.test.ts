/** A channel that is closed to her while she works: what she has to say reaches the asker directly. */
import { afterEach, expect, test } from 'vitest';
import { SophiaError } from '../../src/core/error.ts';
import { runDue } from '../../src/flow/digest/run-due.ts';
import { alice, bob, counterActions, openTestHouse, type TestHouse, TestSurface } from './test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const gone = new SophiaError('forbidden', 'I am not in this channel.', { hint: 'Invite me with /invite @sophia.' });

class ClosedSurface extends TestSurface {
  closed = false;
  override async post(...args: Parameters<TestSurface['post']>) {
    if (this.closed && args[3] === undefined) throw gone;
    return super.post(...args);
  }
  override async open(...args: Parameters<TestSurface['open']>) {
    if (this.closed) throw gone;
    return super.open(...args);
  }
}

test('an answer goes to the asker when the thread is closed to her, and the run ends', async () => {
  const surface = new ClosedSurface();
  house = await openTestHouse({ actions: counterActions().actions, surface });
  surface.closed = true;
  await house.say('counter', alice);
  const told = await surface.until(() => surface.posts.find((post) => post.to === alice), 'a direct message');
  expect(JSON.stringify(told.reply)).toContain('value: 0');
});

test('the owner of a digest that could not be posted is told why, and what to do', async () => {
  let now = new Date('2026-11-20T08:59:30.000Z');
  const surface = new ClosedSurface();
  house = await openTestHouse({ actions: counterActions().actions, surface, now: () => now });
  const { thread } = await house.say('digest schedule daily every day at 9', alice);
  const card = await house.card(thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  await house.answer(thread);
  surface.closed = true;
  now = new Date('2026-11-20T09:00:00.000Z');
  await runDue(house.services);
  const told = await surface.until(() => surface.posts.find((post) => post.to === alice), 'a direct message');
  for (const want of ['could not be posted', 'not in this channel', '/invite', 'digest pause'])
    expect(JSON.stringify(told.reply)).toContain(want);
});

test('a card goes to the asker and the approvers directly, and is decided there', async () => {
  const surface = new ClosedSurface();
  house = await openTestHouse({ actions: counterActions().actions, surface });
  surface.closed = true;
  await house.say('add 3', alice);
  const card = await surface.until(
    () => surface.posts.find((post) => post.to === bob && post.reply.kind === 'card'),
    'the card of an approver',
  );
  expect(surface.posts.filter((post) => post.reply.kind === 'card').map((post) => post.to)).toContain(alice);
  const id = card.reply.kind === 'card' ? card.reply.approval.id : '';
  await house.door.decide({ approvalId: id, person: bob, verdict: 'approve' });
  const told = await surface.until(
    () => surface.posts.find((post) => post.to === alice && post.reply.kind === 'outcome'),
    'the outcome',
  );
  expect(told.reply).toMatchObject({ outcome: { state: 'done' } });
});
