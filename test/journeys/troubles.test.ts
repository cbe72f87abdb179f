/** Every trouble of Slack, GitHub and the model that the playground can make, against the real app: it is said plainly or overcome, and nothing happens twice. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { alice, bob, carol, deploys, eng, openStage, type Stage } from './stage.ts';

let stage: Stage;
const waiting = '@sophia what is waiting to be merged in acme/web?';

beforeAll(async () => {
  stage = await openStage({ timeoutMs: 40_000 });
}, 60_000);
afterAll(() => stage.close());
afterEach(async () => {
  stage.world.heal();
  expect(stage.world.view().troubles.map(({ on }) => on)).toEqual(['', '', '', '']);
  await stage.quiet();
});

function trouble(service: string, kind: string): void {
  expect(stage.world.setTrouble(service, kind)).toBe(true);
  expect(stage.world.view().troubles.find(({ name }) => name === service)?.on).toBe(kind);
}

const answersIn = (place: { channel: string; ts: string }) =>
  stage.thread(place).filter((message) => message.user === 'U0SOPHIA');

test('a trouble that does not exist is refused', () => {
  expect(stage.world.setTrouble('slack', 'melted')).toBe(false);
  expect(stage.world.setTrouble('teletext', 'down')).toBe(false);
});

test('Slack is slow: the answer comes', { timeout: 60_000 }, async () => {
  trouble('slack', 'slow');
  const place = await stage.driver.say(carol, eng, waiting);
  await stage.driver.reply(place, ['#12']);
});

test('Slack says “too many requests”: nothing is lost and nothing doubled', { timeout: 60_000 }, async () => {
  trouble('slack', 'limited');
  const { place, card } = await stage.askToDeploy();
  await stage.approve(bob, card);
  await stage.driver.reply(place, ['Done:']);
  await stage.quiet();
  expect(stage.count(place, /Done:/)).toBe(1);
  expect(stage.slack.calls.some((call) => call.error === 'ratelimited')).toBe(true);
});

test('Slack loses its answers: each message stands there once', { timeout: 60_000 }, async () => {
  trouble('slack', 'lost');
  const { place, card } = await stage.askToDeploy();
  await stage.approve(bob, card);
  await stage.driver.reply(place, ['Done:']);
  await stage.quiet();
  const texts = answersIn(place).map((message) => JSON.stringify([message.text, message.blocks]));
  expect(new Set(texts).size).toBe(texts.length);
  expect(stage.count(place, /Done:/)).toBe(1);
});

test('GitHub is down: that is said, and it works again afterwards', { timeout: 60_000 }, async () => {
  trouble('github', 'down');
  const place = await stage.driver.command(alice, deploys, '/sophia deploy web to production');
  await stage.driver.reply(place, [/GitHub/, /not reach|unavailable|does not answer|503|trouble/i]);
  stage.world.heal();
  const { place: again, card } = await stage.askToDeploy();
  expect(card.place).toEqual(again);
  await stage.driver.click(bob, card, 'approval_approve');
  await stage.driver.reply(again, ['Done:']);
});

test('GitHub is slow: the answer comes', { timeout: 60_000 }, async () => {
  trouble('github', 'slow');
  const place = await stage.driver.say(carol, eng, waiting);
  await stage.driver.reply(place, ['#12']);
});

test('the model is down: that is said, and commands go on working', { timeout: 60_000 }, async () => {
  trouble('model', 'down');
  const place = await stage.driver.say(carol, eng, waiting);
  await stage.driver.reply(place, [/no model/i]);
  const command = await stage.driver.command(alice, deploys, '/sophia runs');
  await stage.driver.reply(command, [], { after: command.ts });
});

test('the model takes long to begin: the answer comes', { timeout: 60_000 }, async () => {
  trouble('model', 'slow');
  const place = await stage.driver.say(carol, eng, waiting);
  await stage.driver.reply(place, ['#12']);
});

test('the model dies in mid-sentence: half an answer is not passed off as one', { timeout: 60_000 }, async () => {
  trouble('model', 'breaks');
  const place = await stage.driver.say(carol, eng, waiting);
  await stage.driver.reply(place, [/no model|could not|broke off|stopped/i]);
});
