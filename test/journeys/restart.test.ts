/** kill -9 and SIGTERM while a card waits or something was just said: nothing is lost, nothing is done or said twice. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { alice, bob, carol, deploys, done, eng, eventually, openStage, random, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  await stage.app.start();
  await stage.quiet();
});
afterAll(() => stage.close());

const since = (before: number[]) => stage.updates().map((count, index) => count - (before[index] ?? 0));

test('a card that waits when the app is killed works after the next start, once', async () => {
  const { driver, app } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy();
  await app.crash();
  await app.start();
  await Promise.all([stage.approve(bob, card), stage.approve(bob, card)]);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.votes(card.approvalId)).toHaveLength(1);
  expect(stage.count(place, /approval_approve/)).toBe(0);
  expect(stage.count(place, /Done:/)).toBe(1);
});

test('SIGTERM while a card waits ends the app by itself, and the card works after the next start', async () => {
  const { driver, app } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy();
  const begun = performance.now();
  await app.stop();
  // Only a process that did not end by itself is killed, after six seconds.
  expect(performance.now() - begun).toBeLessThan(5_500);
  await app.start();
  await stage.approve(bob, card);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
});

test('a yes that was counted just before kill -9 is carried out after the next start, once', async () => {
  const { driver, app, fly } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy();
  // Everything the approval rests on is read again first: that takes its time here.
  fly.faults.slow(1_500, { method: 'GET', path: /\/apps\/acme-web\/machines$/ });
  await stage.approve(bob, card);
  await eventually('the vote is counted', () => expect(stage.votes(card.approvalId)).toHaveLength(1));
  await app.crash();
  expect(since(before)).toEqual([0, 0, 0]);
  await app.start();
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
});

test('a mention acknowledged just before kill -9, when nothing else was done about it yet, is answered after the next start, once', async () => {
  const { driver, app, slack } = stage;
  // The first thing the app wants to know of a fresh channel; it hears it too late.
  slack.faults.slowNext('conversations.info', 1_500);
  const place = await driver.say(carol, random, '@sophia what is waiting to be merged in acme/web?');
  await slack.waitFor(() =>
    slack.deliveries.some(
      ({ name, body, status }) => name === 'app_mention' && body.includes(place.ts) && status === 200,
    ),
  );
  await app.crash();
  expect(stage.rows('SELECT id FROM runs WHERE job_key = ?', `slack:T0ACME:${random}:${place.ts}`)).toEqual([]);
  expect(stage.rows('SELECT id FROM inbox WHERE done_at IS NULL')).toHaveLength(1);

  await app.start();
  await driver.reply(place, ['#12']);
  await stage.quiet();
  expect(stage.thread(place)).toHaveLength(2);
  expect(stage.rows('SELECT id FROM inbox WHERE done_at IS NULL')).toEqual([]);
});

test('a slash command acknowledged just before kill -9 is answered after the next start, once', async () => {
  const { driver, app, slack } = stage;
  slack.faults.slowNext('conversations.info', 1_500);
  const before = slack.messages(eng).length;
  expect(await slack.slash(carol, eng, '/sophia', 'runs')).toEqual({ ok: true });
  await app.crash();
  expect(slack.messages(eng)).toHaveLength(before);

  await app.start();
  const root = await driver.until('The thread of the command', () => slack.messages(eng)[before]);
  const place = { channel: eng, ts: root.ts };
  await driver.reply(place, ['Runs']);
  await stage.quiet();
  expect(slack.messages(eng)).toHaveLength(before + 1);
  expect(stage.thread(place)).toHaveLength(2);
});

test('kill -9 while the model thinks: the question is answered after the next start, once', async () => {
  const { driver, app, world } = stage;
  world.openRouter.fail('slow', { delayMs: 1_500 });
  const earlier = world.openRouter.requests.length;
  const place = await driver.say(alice, eng, '@sophia is pull request 12 of acme/web ready?');
  await eventually('the model is asked', () => expect(world.openRouter.requests.length).toBe(earlier + 1));
  await app.crash();
  await app.start();
  await driver.reply(place, ['12']);
  await stage.quiet();
  expect(stage.thread(place)).toHaveLength(2);
});

test('kill -9 after an answer was posted and before Slack said so: it is not posted again', async () => {
  const { driver, app, slack } = stage;
  slack.faults.dropAnswerNext('chat.postMessage');
  const place = await driver.say(alice, deploys, '@sophia help');
  await driver.reply(place, ['deploy <service>']);
  await app.crash();
  await app.start();
  await stage.quiet();
  expect(stage.thread(place)).toHaveLength(2);
});

test('a card decided while Slack could not be told loses its buttons with the next start', async () => {
  const { driver, app, slack } = stage;
  const { card, place } = await stage.askToDeploy();
  slack.faults.keep({ kind: 'fail', error: 503 }, { on: /^chat\.update$/ });
  await driver.click(bob, card, 'approval_deny');
  const { id } = await driver.modal(bob, 'approval_deny');
  await slack.submitView(bob, id, { reason: 'not while Slack is ill' });
  await driver.reply(place, ['said no'], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.hasButtons(card)).toBe(true);
  await app.crash();
  slack.faults.clear();
  await app.start();
  await driver.becomes(card, ['Denied', 'not while Slack is ill']);
  expect(stage.hasButtons(card)).toBe(false);
});
