/** Each trap of ../shared/research/slack.md §1.5 that somebody fell into, in its order. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Live } from '../../../src/core/surface.ts';
import { eventBody, type House, openHouse, send } from './house.ts';

let house: House;
let thread: string;
let root: string;
beforeEach(async () => {
  // In earnest: she waits as long as Slack says.
  const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  house = await openHouse({ surface: { pause } });
  ({ ts: root } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia hello'));
  thread = `slack:T0ACME:C0ENG:${root}`;
});
afterEach(() => house.close());

const words = (markdown: string) => ({ kind: 'words' as const, markdown });
const calls = (method: string) => house.slack.calls.filter((call) => call.method === method);
const sources = readdirSync(resolve(import.meta.dirname, '../../../src/surfaces/slack'), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, '../../../src/surfaces/slack', file), 'utf8'))
  .join('\n');

test('one context shared by all threads: the Assistant class and its store are not used', () => {
  expect(sources).not.toMatch(/new Assistant\b|import .*\bAssistant\b|threadContextStore|app\.assistant/);
});

test('appends at once begin one stream', async () => {
  const live = house.sophia.surface.live?.(thread, 'slack:T0ACME:U0ALICE', 'a') as Live;
  for (const word of ['one ', 'two ', 'three ']) live.heard(word);
  live.step({ id: '1', title: 'look', state: 'running' });
  await live.end(words('one two three '));
  expect(calls('chat.startStream').length).toBeLessThanOrEqual(1);
});

test('a refusal by status is not tried again, and a post of doubtful end is looked for before it is sent again', async () => {
  house.slack.faults.failNext('chat.postMessage', 404, 9);
  await expect(house.sophia.surface.post(thread, words('one'), 'refused')).rejects.toThrow();
  expect(calls('chat.postMessage')).toHaveLength(1);
});

test('a pause for one call leaves posts to other channels alone', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0DEPLOYS', '@sophia hello');
  const posted = await house.sophia.surface.post(thread, words('one'), 'one');
  house.slack.faults.rateLimitNext('chat.update', 1);
  const order: string[] = [];
  const update = house.sophia.surface.update(posted, words('two')).then(() => order.push('update'));
  await house.sophia.surface
    .post(`slack:T0ACME:C0DEPLOYS:${ts}`, words('other'), 'other')
    .then(() => order.push('post'));
  await update;
  expect(order).toEqual(['post', 'update']);
});

test('a delivery that comes again is handled once', async () => {
  const event = { type: 'app_mention', user: 'U0BOB', text: '<@U0SOPHIA> hi', ts: '5.5', channel: 'C0ENG' };
  const body = eventBody(event, 'Ev-again');
  await send(house, body);
  await send(house, body, { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } });
  await vi.waitFor(async () => expect(await house.inbox.open()).toEqual([]));
  expect(house.door.received.filter(({ message }) => message.text === 'hi')).toHaveLength(1);
});

test('a request signed for next year is not taken', async () => {
  const body = eventBody({ type: 'app_mention', user: 'U0BOB', text: 'hi', ts: '6.6', channel: 'C0ENG' });
  const year = 365 * 24 * 3600;
  expect(await send(house, body, { timestamp: Math.floor(Date.now() / 1000) + year })).toBe(401);
  expect(await send(house, body, { timestamp: Math.floor(Date.now() / 1000) - 3600 })).toBe(401);
});

test('no conversations are kept in the process, and no second auth.test is made', () => {
  expect(sources).toContain('convoStore: false');
  expect(sources).toContain('tokenVerificationEnabled: false');
  expect(calls('auth.test')).toHaveLength(1);
});

test('the client never waits out a pause by itself, nor tries again by itself', () => {
  expect(sources.match(/retryConfig: \{ retries: 0 \}/g)?.length).toBe(
    sources.match(/new (?:App|WebClient)\(/g)?.length,
  );
  expect(sources.match(/rejectRateLimitedCalls: true/g)?.length).toBe(2);
});
