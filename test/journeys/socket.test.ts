/** Over Socket Mode, with no address Slack could reach: the same commands, clicks and modals. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alice, bob, carol, deploys, done, eng, eventually, openStage, type Stage } from './stage.ts';

const appToken = 'xapp-1-A0SOPHIA-emulated';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    slack: { appToken },
    environment: { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: undefined },
  });
  stage.slack.setRequestUrl(null);
});
afterAll(() => stage.close());

test('a mention and a slash command are answered over the socket', async () => {
  const { driver, slack } = stage;
  await driver.reply(await driver.say(carol, eng, '@sophia prs acme/web'), ['12']);
  await driver.reply(await driver.command(alice, deploys, '/sophia runs'), ['Runs']);
  expect(slack.snapshot().connection).toMatchObject({ transport: 'socket', requestUrl: null });
  expect(slack.deliveries.length).toBeGreaterThan(1);
  // The last answer is itself an event, which may be under way still.
  await eventually('every delivery is answered', () =>
    expect(slack.deliveries.filter(({ transport, status }) => transport !== 'socket' || status !== 200)).toEqual([]),
  );
});

test('an approval is clicked over the socket and carried out once, also after the socket was cut in between', async () => {
  const { driver, slack } = stage;
  const { card, place } = await stage.askToDeploy();
  const seen = driver.whispers(alice);
  await stage.approve(alice, card);
  await driver.whisper(alice, ['asked for this yourself'], seen);
  slack.disconnectSockets('cut');
  await slack.waitFor((snapshot) => snapshot.connection.sockets === 0);
  // Slack's own client pauses five seconds before it connects again.
  await slack.waitFor((snapshot) => snapshot.connection.sockets > 0, 15_000);
  await Promise.all([stage.approve(bob, card), stage.approve(bob, card)]);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.updates()).toEqual([1, 1, 1]);
  expect(stage.votes(card.approvalId)).toHaveLength(1);
});

test('nothing listens for Slack’s requests over HTTP', async () => {
  const body = 'command=%2Fsophia&text=runs';
  const answer = await fetch(`${stage.app.url}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...stage.slack.sign(body) },
    body,
  });
  expect(answer.status).toBe(404);
});
