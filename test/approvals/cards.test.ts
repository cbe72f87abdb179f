/** Every copy of a card ends up showing what is known, also when the surface was away, and says whose vote counts. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Approval } from '../../src/core/approval.ts';
import { SophiaError } from '../../src/core/error.ts';
import type { Reply } from '../../src/core/reply.ts';
import { redrawCards } from '../../src/flow/cards.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse, TestSurface } from '../flow/test-house.ts';

const dave = 'test:T1:dave';
const erin = 'test:T1:erin';
let house: TestHouse;
let now = new Date('2030-11-20T10:00:00.000Z');
afterEach(() => house.close());

async function open(policy?: string) {
  now = new Date('2030-11-20T10:00:00.000Z');
  const surface = new TestSurface();
  for (const id of [dave, erin]) surface.people.set(id, { id, name: id, kind: 'member' });
  const { actions, world } = counterActions();
  const rules = policy ? { policy: parsePolicy(`version: 1\nrules:\n  - ${policy}\n`), now: () => now } : {};
  house = await openTestHouse({ actions, surface, ...rules });
  return { surface, world };
}
const approve = (approvalId: string, person: string) => house.door.decide({ approvalId, person, verdict: 'approve' });
const deny = (approvalId: string, person: string) =>
  house.door.decide({ approvalId, person, verdict: 'deny', reason: 'no' });
/** What the message that shows this approval alone shows now. */
const drawn = (id: string): Approval | undefined =>
  house.surface.posts
    .map((post) => post.reply)
    .find((reply): reply is Extract<Reply, { kind: 'card' }> => reply.kind === 'card' && reply.approval.id === id)
    ?.approval;

/** Updates fail with this until the surface is back. */
function away(surface: TestSurface, error: () => Error) {
  const update = surface.update.bind(surface);
  const state = { tries: 0 };
  surface.update = async () => {
    state.tries++;
    throw error();
  };
  return { state, back: () => Object.assign(surface, { update }) };
}

test('a card decided while the surface was away is drawn once it is back, and then no more', async () => {
  const { surface } = await open();
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  const { back } = away(surface, () => new SophiaError('unavailable', 'Slack cannot be reached.'));
  await deny(card.id, bob);
  await house.answer(thread);
  expect(drawn(card.id)?.state).toBe('pending');
  expect(await house.store.approvals.stale()).toEqual(card.cards.length > 0 ? card.cards : [expect.anything()]);
  await redrawCards(house.services);
  expect(drawn(card.id)?.state).toBe('pending');
  back();
  await redrawCards(house.services);
  expect(drawn(card.id)?.state).toBe('denied');
  expect(await house.store.approvals.stale()).toEqual([]);
});

test('what was to be drawn is still known after a restart', async () => {
  const { surface } = await open();
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  const { back } = away(surface, () => new SophiaError('timeout', 'Slack gave no clear answer.'));
  await deny(card.id, bob);
  await house.answer(thread);
  const { directory } = house;
  await house.close(true);
  back();
  house = await openTestHouse({ actions: counterActions().actions, surface, directory });
  await redrawCards(house.services);
  expect(drawn(card.id)?.state).toBe('denied');
});

test('a card whose message is gone is not tried for ever', async () => {
  const { surface } = await open();
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  const { state } = away(surface, () => new SophiaError('not_found', 'The message is no longer there.'));
  await deny(card.id, bob);
  await house.answer(thread);
  await house.surface.until(() => state.tries > 0, 'a try');
  await redrawCards(house.services);
  const before = state.tries;
  await redrawCards(house.services);
  expect(state.tries).toBe(before);
  expect(await house.store.approvals.stale()).toEqual([]);
});

test('in the ordinary course nothing is left to be drawn', async () => {
  await open();
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  await approve(card.id, bob);
  await house.answer(thread);
  await house.card(thread, 'consumed');
  // Noted right after it was drawn.
  await vi.waitFor(async () => expect(await house.store.approvals.stale()).toEqual([]));
});

const oncall =
  '{ name: oncall, match: { action: counter_add_amount }, then: ask, approvers: ["group:@oncall", bob], quorum: 3, expires: 2h, remind: 15m }';

test('the card counts the votes of those who may still give one, and names who may', async () => {
  const { surface } = await open(oncall);
  surface.groups.set('@oncall', [carol, dave]);
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  await approve(card.id, carol);
  await approve(card.id, dave);
  expect(drawn(card.id)?.votes.map((vote) => vote.person)).toEqual([carol, dave]);
  surface.groups.set('@oncall', [carol, erin]);
  expect((await approve(card.id, erin)).words).toContain('1 more approval is needed');
  expect(drawn(card.id)?.votes.map((vote) => vote.person)).toEqual([carol, erin]);
  expect(drawn(card.id)?.rule.approvers.sort()).toEqual([bob, carol, erin].sort());
  // Whoever left the workspace counts no longer, though the group still names them.
  surface.people.set(carol, { id: carol, name: 'carol', kind: 'external' });
  expect((await approve(card.id, bob)).words).toContain('1 more approval is needed');
  expect(drawn(card.id)?.votes.map((vote) => vote.person)).toEqual([erin, bob]);
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
});

test('who joined the group since is reminded as well and stands on the card; who left is neither', async () => {
  const { surface } = await open(oncall);
  surface.groups.set('@oncall', [carol, erin]);
  const { thread } = await house.say('add 3');
  const card = await house.card(thread);
  await approve(card.id, carol);
  surface.groups.set('@oncall', [dave, erin]);
  now = new Date(now.getTime() + 16 * 60_000);
  await house.durable.wake(`approval:${card.id}`);
  const reminder = await house.surface.until(
    () => house.surface.posts.find((post) => post.sendId.includes('/remind/')),
    'the reminder',
  );
  expect(JSON.stringify(reminder.reply)).toContain('@dave @erin @bob: you are still asked');
  expect(drawn(card.id)).toMatchObject({ rule: { approvers: [dave, erin, bob] }, votes: [] });
});

type Together = Extract<Reply, { kind: 'approvals' }>;
const together = (thread: string) =>
  house.surface.posts.filter((post) => post.thread === thread && post.reply.kind === 'approvals');
const amounts = (thread: string) =>
  together(thread).map((post) => (post.reply as Together).approvals.map((one) => [one.plan.input.amount, one.state]));

/** Several questions in one thread, each with a target of its own. */
async function askedTogether(...asked: number[]) {
  const surface = new TestSurface();
  const { actions, world } = counterActions();
  house = await openTestHouse({
    surface,
    actions: actions.map((action) =>
      action.name === 'counter_add_amount'
        ? {
            ...action,
            plan: async (input: { amount: number }) => ({
              target: `counter:${input.amount}`,
              summary: `Add ${input.amount}`,
              details: [],
              preconditions: [],
            }),
          }
        : action,
    ) as typeof actions,
  });
  const thread = 'test:T1:C1:one-thread';
  const ids: string[] = [];
  const ask = async (amount: number) => {
    await house.say(`add ${amount}`, carol, 'command', { thread });
    const card = await house.surface.until(
      () =>
        house.surface.posts
          .map((post) => (post.reply.kind === 'card' ? post.reply.approval : null))
          .find((one) => one?.plan.input.amount === amount && one.state === 'pending'),
      `the card of ${amount}`,
    );
    ids.push(card.id);
    return card.id;
  };
  for (const amount of asked) await ask(amount);
  return { thread, ids, ask, world };
}

test('two open questions in a thread stand by themselves, three are also shown together, and a fourth joins them', async () => {
  const { thread, ids, ask } = await askedTogether(1, 2, 3);
  await house.surface.until(() => amounts(thread)[0]?.length === 3, 'the three together');
  // It was the third that made it.
  expect(together(thread)[0]?.sendId).toBe(`${ids[2]}/together`);
  await ask(4);
  await house.surface.until(() => amounts(thread)[0]?.length === 4, 'the fourth beside them');
  expect(together(thread)).toHaveLength(1);
});

test('each of those shown together is decided on its own, and the others stay open', async () => {
  const { thread, ids, world } = await askedTogether(1, 2, 3);
  await house.surface.until(() => amounts(thread)[0]?.length === 3, 'the three together');
  await approve(ids[1] ?? '', alice);
  await house.surface.until(() => world.writes.length === 1, 'the deed');
  await deny(ids[0] ?? '', bob);
  await house.surface.until(
    () =>
      JSON.stringify(amounts(thread)) ===
      JSON.stringify([
        [
          [1, 'denied'],
          [2, 'consumed'],
          [3, 'pending'],
        ],
      ]),
    'the list to show each',
  );
  expect(world.value).toBe(2);
  expect((await house.store.approvals.pending()).map((one) => one.id)).toEqual([ids[2]]);
});

test('that they could not be shown together holds nothing up', async () => {
  const { thread, ids, ask, world } = await askedTogether(1, 2);
  const post = house.surface.post.bind(house.surface);
  house.surface.post = async (place, reply, sendId, to) => {
    if (reply.kind === 'approvals') throw new SophiaError('unavailable', 'Slack cannot be reached.');
    return post(place, reply, sendId, to);
  };
  const third = await ask(3);
  await approve(third, alice);
  await house.surface.until(() => world.writes.length === 1, 'the deed');
  expect(together(thread)).toHaveLength(0);
  expect(ids).toHaveLength(3);
});
