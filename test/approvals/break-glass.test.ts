/** Break-glass: one named person, in the open, with a reason, on their own exact plan, and reviewed by somebody else. */
import { afterEach, expect, test } from 'vitest';
import { SophiaError } from '../../src/core/error.ts';
import type { Answer } from '../../src/core/model.ts';
import { remindReviews } from '../../src/flow/break-glass.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import {
  alice,
  bob,
  carol,
  counterActions,
  type HouseOptions,
  openTestHouse,
  type TestHouse,
} from '../flow/test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const document = (who = 'carol') =>
  parsePolicy(
    `version: 1\nbreak_glass: { who: [${who}], announce: C0OPS, review: [bob] }\nrules:\n  - { name: asks, match: { action: counter_add_amount }, then: ask, approvers: [bob] }\n`,
  );
const command = 'break-glass add 3 because the site is down and nobody answers';

async function opened(options: HouseOptions = {}) {
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions, policy: document(), ...options });
  return counter.world;
}
const say = (text: string, person = carol, place = {}) => house.say(text, person, 'command', place);
const click = (approvalId: string, person: string) => house.door.decide({ approvalId, person, verdict: 'approve' });
const announced = () => house.surface.posts.filter((post) => post.thread.startsWith('test:T1:C0OPS'));

async function broken(text = command) {
  const { thread } = await say(text);
  const card = await house.card(thread);
  await click(card.id, carol);
  return { thread, card };
}

test('the one named confirms their own plan; it is announced before it runs, told to the admins, and owed a review', async () => {
  const world = await opened();
  const { thread } = await say(command);
  const card = await house.card(thread);
  expect(card.rule).toMatchObject({
    name: 'break-glass',
    approvers: [carol],
    quorum: 1,
    glass: { reason: 'the site is down and nobody answers' },
  });
  expect(announced()).toHaveLength(0);
  expect(world.writes).toHaveLength(0);
  expect((await click(card.id, carol)).words).toContain('Approved');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.writes).toHaveLength(1);
  expect(announced()).toHaveLength(1);
  expect(JSON.stringify(announced()[0]?.reply)).toContain('the site is down');
  expect(
    house.surface.posts
      .filter((post) => post.sendId.includes('/glass/'))
      .map((post) => post.to)
      .sort(),
  ).toEqual([alice, bob]);
  const [review] = await house.store.reviews.unreviewed();
  expect(review).toMatchObject({ id: 'B1', person: carol, planHash: card.plan.hash });
  expect((await house.store.audit.search({}, 99)).map((row) => row.kind)).toContain('broke glass');
});

test.each([
  ['somebody who is not named', command, alice, 'Only carol may break the glass'],
  ['the rules of the house', 'break-glass freeze because I feel like it today', carol, 'not for my own rules'],
  ['a read of what is not there', 'break-glass fly to the moon because why ever not', carol, 'no command'],
])('%s: refused', async (_what, text, person, words) => {
  const world = await opened();
  const { thread } = await say(text, person);
  expect(JSON.stringify(await house.answer(thread))).toContain(words);
  expect(world.writes).toHaveLength(0);
});

test.each(['break-glass add 3', 'break-glass add 3 because now', 'break-glass because the site is down'])(
  '“%s” lacks its reason or its command',
  async (text) => {
    await opened();
    const { thread } = await say(text);
    expect(await house.answer(thread)).toMatchObject({ kind: 'words', tone: 'warning' });
    expect(await house.store.reviews.unreviewed()).toEqual([]);
  },
);

test('nobody else confirms it, and two clicks are one', async () => {
  const world = await opened();
  const { thread } = await say(command);
  const card = await house.card(thread);
  expect((await click(card.id, bob)).counted).toBe(false);
  await Promise.all([click(card.id, carol), click(card.id, carol)]);
  await house.answer(thread);
  expect(world.writes).toHaveLength(1);
  expect(announced()).toHaveLength(1);
});

test('what cannot be announced does not run', async () => {
  const world = await opened();
  house.surface.announce = async () => {
    throw new SophiaError('forbidden', 'I am not in #ops.');
  };
  const { thread } = await broken();
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('not in #ops') },
  });
  expect(world.writes).toHaveLength(0);
});

test('a policy that has come to refuse the deed, or to name somebody else, voids it', async () => {
  const world = await opened();
  const { thread } = await say(command);
  const card = await house.card(thread);
  house.setPolicy(document('alice'));
  expect((await click(card.id, carol)).counted).toBe(false);
  house.setPolicy(document());
  const { wake } = house.durable;
  house.durable.wake = async () => {};
  await click(card.id, carol);
  house.setPolicy(
    parsePolicy(
      `version: 1
break_glass: { who: [carol], announce: C0OPS }
rules:
  - { name: never, match: { action: counter_add_amount }, then: refuse, reason: not here }
`,
    ),
  );
  house.durable.wake = wake;
  await wake.call(house.durable, `approval:${card.id}`);
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'refused' } });
  expect(world.writes).toHaveLength(0);
});

test('what it rests on is still read again', async () => {
  const world = await opened();
  const { thread } = await say(command);
  const card = await house.card(thread);
  world.version = 2;
  await click(card.id, carol);
  await house.card(thread, 'void');
  expect(world.writes).toHaveLength(0);
});

test('a freeze does not hold it up, and holds up everybody else', async () => {
  const world = await opened();
  await house.answer((await say('freeze because of the release', bob)).thread);
  expect(await house.answer((await say('add 1', alice)).thread)).toMatchObject({
    outcome: { state: 'refused', code: 'frozen' },
  });
  const { thread } = await broken();
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.writes).toHaveLength(1);
});

test('somebody else’s open question steps aside and is told so; a deed under way does not', async () => {
  const world = await opened();
  const other = await say('add 9', alice);
  await house.card(other.thread);
  const { thread } = await broken();
  await house.card(other.thread, 'superseded');
  expect(JSON.stringify(house.surface.posts.filter((post) => post.thread === other.thread))).toContain(
    'broke the glass for',
  );
  await house.answer(thread);
  expect(world.value).toBe(3);
});

test('words of others in the run, a button, a schedule and the model do not break it', async () => {
  const answered: Answer = {
    state: 'answered',
    text: '',
    calls: [{ id: '1', name: 'break-glass add 3', input: {} }],
    model: 'm',
    usd: 0,
    inputTokens: 1,
    outputTokens: 1,
    milliseconds: 1,
    fallbacks: [],
  };
  let turn = 0;
  const world = await opened({ think: () => (turn++ === 0 ? answered : { ...answered, text: 'ok', calls: [] }) });
  const tainted = await say(command, carol, { taint: [{ source: 'a quoted message' }] });
  expect(await house.answer(tainted.thread)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('a quoted message') },
  });
  const button = await say(command, carol, { act: { action: 'counter_add_amount', input: { amount: 3 } } });
  expect((await house.card(button.thread)).rule.name).toBe('asks');
  await house
    .say('please break-glass add 3 because the site is down, would you', carol, 'words')
    .then(({ thread }) => house.answer(thread));
  expect(world.writes).toHaveLength(0);
  expect(await house.store.reviews.unreviewed()).toEqual([]);
});

test('somebody else reviews it, once; who broke it and who is not named may not', async () => {
  await opened();
  const { thread } = await broken();
  await house.answer(thread);
  const review = async (person: string, finding = 'justified, the site was down') =>
    house.answer((await say(`review B1 ${finding}`, person)).thread);
  expect(await review(carol)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('You broke this glass') },
  });
  expect(await review(bob)).toMatchObject({ outcome: { state: 'done' } });
  expect(await review(alice)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('was reviewed by') },
  });
  expect(await house.store.reviews.get('B1')).toMatchObject({
    reviewedBy: bob,
    finding: 'justified, the site was down',
  });
});

test('a review is asked for from the next workday on, once a day on however many replicas, until it is done', async () => {
  let now = new Date('2030-11-22T03:00:00.000Z');
  await opened({ now: () => now });
  const { thread } = await broken();
  await house.answer(thread);
  const tick = async (at: string) => {
    now = new Date(at);
    await Promise.all([remindReviews(house.services), remindReviews(house.services)]);
    return announced().length - 1;
  };
  expect(await tick('2030-11-24T12:00:00.000Z')).toBe(0);
  expect(await tick('2030-11-25T09:00:00.000Z')).toBe(1);
  expect(await tick('2030-11-25T20:00:00.000Z')).toBe(1);
  expect(await tick('2030-11-26T00:00:00.000Z')).toBe(2);
  await house.store.reviews.close('B1', bob, 'fine by me', now.toISOString());
  expect(await tick('2030-11-27T09:00:00.000Z')).toBe(2);
});
