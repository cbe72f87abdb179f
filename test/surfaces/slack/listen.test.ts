/** Listening: what is said is kept as it happens, follows its edits, and goes with its deletion; places are looked at anew. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/index.ts';
import { openTestStore, type TestStore } from '../../store/open-test-store.ts';
import { eventBody, type House, openHouse, send } from './house.ts';

const everybodys = 'slack:T0ACME:public';
let store: TestStore;
let house: House;
let memory: ReturnType<typeof createMemory>;

beforeEach(async () => {
  store = await openTestStore();
  memory = createMemory({ rows: store.memories, index: store.textIndex });
  const listening = { memory, hears: true, redact: (text: string) => text.replaceAll('sk-live-SECRET', '[redacted]') };
  house = await openHouse({ surface: { listening } });
});
afterEach(async () => {
  await house.close();
  await store.close();
});

const heard = async (query: string, readable = [everybodys], audience = everybodys) =>
  (await memory.recall(query, { readable, audience }, { maxTokens: 1_000 })).map((row) => row.text);

test('what people say in a channel is found within a second, with who said it and where to read it', async () => {
  await house.slack.say('U0ALICE', 'C0ENG', 'the tunnel port is 5433, key sk-live-SECRET');
  const begun = performance.now();
  await expect.poll(() => heard('tunnel port'), { interval: 5 }).toEqual(['the tunnel port is 5433, key [redacted]']);
  expect(performance.now() - begun).toBeLessThan(1_000);
  const [row] = await memory.recall('tunnel', { readable: [everybodys], audience: everybodys }, { maxTokens: 100 });
  expect(row).toMatchObject({ person: 'slack:T0ACME:U0ALICE', channel: 'slack:T0ACME:C0ENG', tainted: true });
  expect(row?.speaker).toBeTruthy();
  expect(row?.link).toContain('/archives/C0ENG/p');
});

test('an edit takes the old words away, and a deletion all of them', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', 'the tunnel port is zebra');
  await expect.poll(() => heard('tunnel')).toHaveLength(1);
  await house.slack.reword('U0ALICE', 'C0ENG', ts, 'the tunnel port is walrus');
  await expect.poll(() => heard('tunnel')).toEqual(['the tunnel port is walrus']);
  expect(await heard('zebra')).toEqual([]);
  await house.slack.unsay('U0ALICE', 'C0ENG', ts);
  await expect.poll(() => heard('tunnel')).toEqual([]);
  expect(await store.memories.count()).toBe(0);
});

test('a message with replies that is deleted goes, and its replies stay', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', 'the tunnel port?');
  await house.slack.say('U0BOB', 'C0ENG', 'tunnel 5433', { thread: ts });
  await expect.poll(() => heard('tunnel')).toHaveLength(2);
  await house.slack.unsay('U0ALICE', 'C0ENG', ts);
  await expect.poll(() => heard('tunnel')).toEqual(['tunnel 5433']);
});

test('her own words and direct messages are not kept here', async () => {
  await house.slack.say('U0ALICE', 'C0ENG', 'first, a lighthouse');
  await expect.poll(() => heard('lighthouse')).toHaveLength(1);
  expect(await store.memories.count()).toBe(1);
});

test('a channel that is deleted takes its words along', async () => {
  await house.slack.say('U0ALICE', 'C0ENG', 'the tunnel port is 5433');
  await expect.poll(() => heard('tunnel')).toHaveLength(1);
  await send(house, eventBody({ type: 'channel_deleted', channel: 'C0ENG', event_ts: '1.2' }));
  await expect.poll(() => heard('tunnel')).toEqual([]);
});

test('a channel that turns private takes its words with it, at once', async () => {
  await house.slack.say('U0ALICE', 'C0ENG', 'the tunnel port is 5433');
  await expect.poll(() => heard('tunnel')).toHaveLength(1);
  await house.slack.change('C0ENG', { isPrivate: true });
  await expect.poll(() => heard('tunnel')).toEqual([]);
  const inside = 'slack:T0ACME:C0ENG';
  expect(await heard('tunnel', [inside], inside)).toEqual(['the tunnel port is 5433']);
});

test('without listening nothing is kept, and yet what was kept follows edits, deletions and channels that turn private', async () => {
  await house.close();
  house = await openHouse({ surface: { listening: { memory, hears: false, redact: (text) => text } } });
  const { slack } = house;
  await slack.say('U0ALICE', 'C0ENG', 'a lighthouse nobody asked about');
  const kept = async (text: string) => {
    const { ts } = await slack.say('U0ALICE', 'C0ENG', `<@U0SOPHIA> ${text}`);
    const channel = 'slack:T0ACME:C0ENG';
    const row = { acl: everybodys, kind: 'message' as const, text, person: 'slack:T0ACME:U0ALICE', channel };
    await memory.remember({
      ...row,
      thread: null,
      at: '2026-03-02T09:00:00.000Z',
      tainted: true,
      source: null,
      origin: `${channel}:${ts}`,
    });
    return ts;
  };
  const first = await kept('is the tunnel port zebra?');
  const second = await kept('is the tunnel port walrus?');
  await slack.reword('U0ALICE', 'C0ENG', first, '<@U0SOPHIA> is the tunnel port giraffe?');
  await expect.poll(() => heard('giraffe')).toEqual(['is the tunnel port giraffe?']);
  expect(await heard('zebra')).toEqual([]);
  await slack.unsay('U0ALICE', 'C0ENG', second);
  await expect.poll(() => heard('tunnel')).toEqual(['is the tunnel port giraffe?']);
  await slack.change('C0ENG', { isPrivate: true });
  await expect.poll(() => heard('tunnel')).toEqual([]);
  expect(await store.memories.count()).toBe(1);
});
