/** Time travel in the playground: what is due comes, once, and the app that was dead makes up for it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SlackMessage } from '../../src/emulators/slack/index.ts';
import { createDriver, type Driver } from '../../src/playground/driver.ts';
import { type Playground, startPlayground } from '../../src/playground/host.ts';
import { wordsOf } from '../../src/playground/wording.ts';
import { alice, bob, deploys, eventually } from './stage.ts';

const day = 24 * 3_600_000;
let playground: Playground;
let driver: Driver;
let began = 0;

beforeAll(async () => {
  began = Date.now();
  playground = await startPlayground({
    port: 0,
    quiet: true,
    stepMs: 20,
    environment: { PATH: process.env.PATH },
    endOnSignals: false,
  });
  driver = createDriver(playground.world);
}, 60_000);
afterAll(async () => {
  await playground.close();
  expect(Date.now() - began).toBeLessThan(day);
});

async function deed(verb: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${playground.url}do/${verb}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-playground-token': playground.site.token },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

const digests = (): SlackMessage[] =>
  playground.world.slack
    .messages(deploys)
    .filter((message) => message.user === 'U0SOPHIA' && /^.*Team daily/.test(wordsOf(message, driver.nameOf)));
const lisbon = (at: number) => new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/Lisbon' });

test('a digest is scheduled, the clock jumps to the next workday at nine, and it comes once', async () => {
  const place = await driver.command(alice, deploys, '/sophia digest schedule daily every weekday at 9');
  await driver.click(bob, await driver.card(place), 'approval_approve');
  await driver.reply(place, ['Done:']);
  expect(digests()).toHaveLength(0);

  const pid = playground.app.pid;
  expect(await deed('travel', { person: alice, to: 'workday' })).toMatchObject({ ok: true });
  expect(lisbon(Date.now())).toMatch(/09:00:\d\d$/);
  expect(playground.app.state).toBe('running');
  expect(playground.app.pid).not.toBe(pid);
  await eventually('the digest comes', () => expect(digests()).toHaveLength(1));
  const [digest] = digests();
  expect(lisbon(Number(digest?.ts) * 1000)).toMatch(/ 09:00:\d\d$/);
  expect(lisbon(Number(digest?.ts) * 1000).slice(0, 10)).toBe(lisbon(Date.now()).slice(0, 10));
});

test('another hour brings no second one', async () => {
  await playground.travel.to(Date.now() + 3_600_000);
  // What comes after it in the same channel proves that the app had the time to.
  const place = await driver.command(alice, deploys, '/sophia digest list');
  await driver.reply(place, [], { after: place.ts });
  expect(digests()).toHaveLength(1);
});

test('what Slack signs carries the moved time, and the app takes it', () => {
  const last = playground.world.slack.deliveries.filter((delivery) => delivery.kind === 'command').at(-1);
  expect(last?.status).toBe(200);
  const signed = Number(last?.headers['x-slack-request-timestamp']) * 1000;
  expect(signed - began).toBeGreaterThan(3 * 3_600_000);
  expect(Math.abs(signed - Date.now())).toBeLessThan(60_000);
});

test('half an hour brings a reminder, an hour lets a card expire', async () => {
  await playground.world.commitToMain();
  const place = await driver.command(alice, deploys, '/sophia deploy web to production');
  const card = await driver.card(place);
  await deed('travel', { person: alice, to: 'half hour' });
  await driver.reply(place, ['are still asked', 'waits for approval']);
  await deed('travel', { person: alice, to: 'hour' });
  await driver.becomes(card, ['Expired']);
});

test('an app that was dead stays dead, and makes up for the digest once it is started', async () => {
  await playground.app.crash();
  await deed('travel', { person: alice, to: 'workday' });
  expect(playground.app.state).toBe('crashed');
  await playground.app.start();
  await eventually('the digest comes', () => expect(digests()).toHaveLength(2));
});

test('time does not go back, and nobody chooses another moment', async () => {
  const { ahead } = playground.travel;
  await playground.travel.to(Date.now() - day);
  expect(playground.travel.ahead).toBe(ahead);
  expect(await deed('travel', { person: alice, to: 'yesterday' })).toMatchObject({ ok: false });
});
