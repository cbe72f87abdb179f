/** Talk in threads: bare replies between two, changed and deleted words, other bots, and more than a person can say. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventBody, type House, openHouse, send } from './house.ts';

let house: House;
let root: string;
let thread: string;
beforeEach(async () => {
  house = await openHouse();
  ({ ts: root } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia what waits?'));
  thread = `slack:T0ACME:C0ENG:${root}`;
  await received(1);
  await house.sophia.surface.post(thread, { kind: 'words', markdown: 'Two.' }, 'answer');
  house.door.talks.set(thread, 'slack:T0ACME:U0ALICE');
});
afterEach(() => house.close());

async function received(count: number) {
  await vi.waitFor(() => expect(house.door.received.length).toBeGreaterThanOrEqual(count), 5000);
  return house.door.received;
}
/** Everything delivered so far was handled. */
const quiet = () => vi.waitFor(async () => expect(await house.inbox.open()).toEqual([]));

test('in a thread of one person and her, a reply needs no mention', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', 'and which is older?', { thread: root });
  expect((await received(2))[1]).toMatchObject({
    jobKey: `slack:T0ACME:C0ENG:${ts}`,
    message: { text: 'and which is older?', thread, kind: 'words', person: 'slack:T0ACME:U0ALICE' },
  });
});

test('a mention comes as two events and is one message', async () => {
  await house.slack.say('U0ALICE', 'C0ENG', '@sophia and which is older?', { thread: root });
  await received(2);
  await quiet();
  expect(house.door.received).toHaveLength(2);
});

test('once somebody else has spoken in the thread she waits to be named', async () => {
  await house.slack.say('U0BOB', 'C0ENG', 'I know!', { thread: root });
  await house.slack.say('U0ALICE', 'C0ENG', 'which is older, Bob?', { thread: root });
  await house.slack.say('U0ALICE', 'C0ENG', '@sophia you then', { thread: root });
  expect((await received(2))[1]?.message.text).toBe('you then');
  await quiet();
  expect(house.door.received).toHaveLength(2);
});

test('words outside threads, and in threads of others, are not hers', async () => {
  await house.slack.say('U0ALICE', 'C0ENG', 'good morning');
  const other = await house.slack.say('U0BOB', 'C0ENG', 'lunch?');
  await house.slack.say('U0ALICE', 'C0ENG', 'yes', { thread: other.ts });
  await quiet();
  expect(house.door.received).toHaveLength(1);
});

test('when Slack does not say who spoke there, she keeps quiet', async () => {
  house.slack.faults.failNext('conversations.replies', 'missing_scope');
  await house.slack.say('U0ALICE', 'C0ENG', 'and which is older?', { thread: root });
  await quiet();
  expect(house.door.received).toHaveLength(1);
});

test('changed words are told to the Door as a correction, not as a new message', async () => {
  await house.slack.reword('U0ALICE', 'C0ENG', root, '@sophia what waits in acme/web?');
  await vi.waitFor(() => expect(house.door.corrections).not.toEqual([]));
  expect(house.door.corrections).toEqual([
    {
      jobKey: `slack:T0ACME:C0ENG:${root}`,
      change: expect.any(String),
      message: expect.objectContaining({ text: 'what waits in acme/web?', thread }),
    },
  ]);
  await quiet();
  expect(house.door.received).toHaveLength(1);
});

test('a message that names her only after it was changed is a message to her', async () => {
  const { ts } = await house.slack.say('U0BOB', 'C0ENG', 'what waits in acme/web?');
  await quiet();
  expect(house.door.received).toHaveLength(1);
  await house.slack.reword('U0BOB', 'C0ENG', ts, '@sophia what waits in acme/web?');
  expect((await received(2))[1]).toMatchObject({
    jobKey: `slack:T0ACME:C0ENG:${ts}`,
    message: { text: 'what waits in acme/web?', person: 'slack:T0ACME:U0BOB' },
  });
});

test('a change that changes no words is nothing', async () => {
  const message = { user: 'U0ALICE', text: 'same', ts: root, edited: { ts: '2.2' } };
  const event = { type: 'message', subtype: 'message_changed', channel: 'C0ENG', message, previous_message: message };
  expect(await send(house, eventBody(event))).toBe(200);
  await quiet();
  expect(house.door.corrections).toEqual([]);
});

test('a deleted message is told to the Door', async () => {
  await house.slack.unsay('U0ALICE', 'C0ENG', root);
  await vi.waitFor(() => expect(house.door.takenBacks).not.toEqual([]));
  expect(house.door.takenBacks[0]).toMatchObject({ jobKey: `slack:T0ACME:C0ENG:${root}`, message: { thread } });
});

test('her own messages come back as events and are not even written down', async () => {
  const before = house.inbox.rows.size;
  await house.sophia.surface.post(thread, { kind: 'words', markdown: 'More.' }, 'more');
  await house.slack.waitFor(() =>
    house.slack.deliveries.some((one) => one.body.includes('More.') && one.status === 200),
  );
  expect(house.inbox.rows.size).toBe(before);
});

test('another bot gets no answer, in words or mentions', async () => {
  for (const type of ['message', 'app_mention'])
    await send(
      house,
      eventBody({
        type,
        user: 'U0OTHER',
        bot_id: 'B0OTHER',
        text: '<@U0SOPHIA> hello',
        ts: '9.9',
        thread_ts: root,
        channel: 'C0ENG',
      }),
    );
  await quiet();
  expect(house.door.received).toHaveLength(1);
});

test('whoever says more than a person could is told once, and then left unanswered for a while', async () => {
  for (let index = 0; index < 20; index++)
    await send(
      house,
      eventBody({
        type: 'app_mention',
        user: 'U0BOB',
        text: `<@U0SOPHIA> ping ${index}`,
        ts: `7.${index}`,
        channel: 'C0ENG',
      }),
    );
  await quiet();
  expect(house.door.received).toHaveLength(1 + 12);
  expect(house.slack.ephemerals('U0BOB').map(({ text }) => text)).toEqual([expect.stringContaining('a minute')]);
  // Nobody else is made to wait by that.
  await house.slack.say('U0CAROL', 'C0ENG', '@sophia hello');
  await received(14);
});
