/** A mention reaches a real Bolt app, which answers and edits; forged, lost and repeated deliveries. */
import type { GenericMessageEvent } from '@slack/types';
import { expect, test } from 'vitest';
import { clientFor, secret, startApp, startSlack } from './world.ts';

test('a mention reaches Bolt, which answers in the thread and then edits its answer', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  app.event('app_mention', async ({ event, say, client }) => {
    const answer = await say({ text: 'looking…', thread_ts: event.ts });
    await client.chat.update({ channel: event.channel, ts: String(answer.ts), text: 'three machines are up' });
  });

  const { ts } = await slack.say('U0ALICE', 'C0ENG', '@sophia how is prod?');
  await slack.waitFor(() => slack.thread('C0ENG', ts).at(1)?.text === 'three machines are up');

  const [root, answer] = slack.thread('C0ENG', ts);
  expect(root).toMatchObject({
    text: '<@U0SOPHIA> how is prod?',
    user: 'U0ALICE',
    reply_count: 1,
    latest_reply: answer?.ts,
  });
  expect(answer).toMatchObject({
    user: 'U0SOPHIA',
    bot_id: 'B0SOPHIA',
    app_id: 'A0SOPHIA',
    thread_ts: ts,
    parent_user_id: 'U0ALICE',
    edited: { user: 'U0SOPHIA' },
  });
  expect(Number(answer?.ts)).toBeGreaterThan(Number(ts));
});

test('the event carries the whole envelope Slack documents, signed', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const bodies: unknown[] = [];
  app.event('app_mention', async ({ body }) => {
    bodies.push(body);
  });
  const { ts } = await slack.say(
    'U0BOB',
    'C0DEPLOYS',
    '<@U0SOPHIA> deploy & tell #eng about https://example.com/a?b=1&c=2',
  );
  await slack.waitFor(() => slack.deliveries[0]?.status === 200);

  expect(bodies).toEqual([
    {
      token: expect.any(String),
      team_id: 'T0ACME',
      context_team_id: 'T0ACME',
      context_enterprise_id: null,
      api_app_id: 'A0SOPHIA',
      type: 'event_callback',
      event_id: expect.stringMatching(/^Ev/),
      event_time: expect.any(Number),
      authorizations: [
        { enterprise_id: null, team_id: 'T0ACME', user_id: 'U0SOPHIA', is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
      event_context: expect.any(String),
      event: {
        type: 'app_mention',
        user: 'U0BOB',
        text: '<@U0SOPHIA> deploy &amp; tell <#C0ENG|eng> about <https://example.com/a?b=1&amp;c=2>',
        ts,
        event_ts: ts,
        channel: 'C0DEPLOYS',
        team: 'T0ACME',
        client_msg_id: expect.any(String),
        blocks: [expect.objectContaining({ type: 'rich_text' })],
      },
    },
  ]);
  expect(slack.deliveries[0]).toMatchObject({ kind: 'event', name: 'app_mention', attempt: 0, transport: 'http' });
});

test('in a direct message a mention is only a message, and the app also hears itself', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  app.message('ping', async ({ say }) => {
    await say('pong');
  });
  await slack.say('U0CAROL', 'D0CAROL', '<@U0SOPHIA> ping');
  await slack.waitFor(() => slack.deliveries.filter(({ status }) => status === 200).length === 2);

  const events = slack.deliveries.map(({ body }) => JSON.parse(body).event as GenericMessageEvent);
  expect(events.map(({ type, channel_type, user, bot_id }) => ({ type, channel_type, user, bot_id }))).toEqual([
    { type: 'message', channel_type: 'im', user: 'U0CAROL', bot_id: undefined },
    { type: 'message', channel_type: 'im', user: 'U0SOPHIA', bot_id: 'B0SOPHIA' },
  ]);
});

test('what the app did not subscribe to stays silent, and so does a channel the app is not in', async () => {
  const slack = await startSlack({
    channels: [
      { id: 'C0IN', name: 'in', members: ['U0ALICE', 'U0SOPHIA'] },
      { id: 'C0OUT', name: 'out', members: ['U0ALICE'] },
    ],
    subscriptions: ['app_mention', 'member_joined_channel'],
  });
  await startApp(slack);
  await slack.say('U0ALICE', 'C0IN', 'no mention here');
  await slack.say('U0ALICE', 'D0ALICE', 'a direct message');
  await slack.say('U0ALICE', 'C0OUT', '@sophia are you there?');
  await slack.join('U0BOB', 'C0OUT');
  await slack.join('U0BOB', 'C0IN');
  expect(slack.deliveries.map(({ name }) => name)).toEqual(['member_joined_channel']);
});

test('people cannot do what the client would not let them', async () => {
  const slack = await startSlack();
  await expect(slack.say('U0ALICE', 'D0BOB', 'hello')).rejects.toThrow('U0ALICE is not in D0BOB');
  await expect(slack.say('U0NOBODY', 'C0ENG', 'hello')).rejects.toThrow('nobody here is U0NOBODY');
  await expect(slack.say('U0ALICE', 'C0ENG', '   ')).rejects.toThrow('nothing to say');
  await expect(slack.say('U0ALICE', 'C0ENG', 'hello', { thread: '1.000001' })).rejects.toThrow('no thread');
});

test('Bolt refuses a forged signature, a wrong secret and a stale time stamp', async () => {
  const slack = await startSlack();
  const { app, url } = await startApp(slack);
  let heard = 0;
  app.event('app_mention', async () => {
    heard++;
  });
  await slack.say('U0ALICE', 'C0ENG', '@sophia hello');
  await slack.waitFor(() => slack.deliveries[0]?.status === 200);
  const body = slack.deliveries[0]?.body ?? '';
  const post = async (sent: string, headers: Record<string, string>) =>
    (await fetch(url, { method: 'POST', body: sent, headers: { 'content-type': 'application/json', ...headers } }))
      .status;

  const other = await startSlack({ signingSecret: `${secret}-wrong` });
  expect(await post(body, other.sign(body))).toBe(401);
  expect(await post(body.replace('U0ALICE', 'U0BOB'), slack.sign(body))).toBe(401);
  expect(await post(body, slack.sign(body, Date.now() / 1000 - 600))).toBe(401);
  expect(await post(body, {})).toBe(401);
  expect(heard).toBe(1);
  expect(await post(body, slack.sign(body))).toBe(200);
});

test('an event is delivered again after downtime, numbered and with the reason', async () => {
  const slack = await startSlack({ retryDelaysMs: [1, 5, 10] });
  const first = await startApp(slack);
  await first.stop();
  await slack.say('U0ALICE', 'C0ENG', '@sophia are you back?');
  await slack.waitFor(() => slack.deliveries.length >= 2);

  const heard: (number | undefined)[] = [];
  const second = await startApp(slack, first.port);
  second.app.event('app_mention', async ({ context }) => {
    heard.push(context.retryNum);
  });
  // The app may come back before or after the last try: both end well-defined.
  await slack.waitFor(() => slack.deliveries.at(-1)?.status === 200 || slack.deliveries.at(-1)?.attempt === 3);
  const attempts = slack.deliveries.map(({ attempt, headers, eventId }) => ({
    attempt,
    number: headers['x-slack-retry-num'],
    reason: headers['x-slack-retry-reason'],
    eventId,
  }));
  const { eventId } = attempts[0] ?? {};
  expect(attempts[0]).toEqual({ attempt: 0, number: undefined, reason: undefined, eventId });
  expect(attempts[1]).toEqual({ attempt: 1, number: '1', reason: 'connection_failed', eventId });
});

test('retries stop after the third, and when the app answers 2xx or asks for no retry', async () => {
  const { createServer } = await import('node:http');
  const slack = await startSlack({ retryDelaysMs: [0, 1, 2] });
  let answer: { status: number; headers: Record<string, string> } = { status: 500, headers: {} };
  const server = createServer((_request, response) => response.writeHead(answer.status, answer.headers).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  slack.setRequestUrl(`http://127.0.0.1:${address.port}/slack/events`);

  await slack.say('U0ALICE', 'C0ENG', '@sophia one');
  await slack.waitFor(() => slack.deliveries.at(-1)?.attempt === 3 && slack.deliveries.at(-1)?.status === 500);
  expect(slack.deliveries.map(({ headers }) => headers['x-slack-retry-reason'])).toEqual([
    undefined,
    'http_error',
    'http_error',
    'http_error',
  ]);
  answer = { status: 500, headers: { 'x-slack-no-retry': '1' } };
  await slack.say('U0ALICE', 'C0ENG', '@sophia two');
  await slack.waitFor(() => slack.deliveries.at(-1)?.status === 500 && slack.deliveries.length === 5);
  answer = { status: 200, headers: {} };
  await slack.say('U0ALICE', 'C0ENG', '@sophia three');
  await slack.waitFor(() => slack.deliveries.at(-1)?.status === 200);
  expect(slack.deliveries).toHaveLength(6);
  server.close();
});

test('a replay is the identical request, which Bolt hears a second time', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const heard: string[] = [];
  app.event('app_mention', async ({ body }) => {
    heard.push(body.event_id);
  });
  await slack.say('U0ALICE', 'C0ENG', '@sophia once');
  await slack.waitFor(() => slack.deliveries[0]?.status === 200);
  expect(await slack.replay(0)).toBe(200);
  expect(heard).toHaveLength(2);
  expect(heard[0]).toBe(heard[1]);
  expect(slack.deliveries[1]).toMatchObject({ kind: 'replay', body: slack.deliveries[0]?.body });
});

test('the address check sends a challenge; an address that is not the app fails it', async () => {
  const slack = await startSlack();
  expect(await slack.verifyRequestUrl()).toBe(false);
  await startApp(slack);
  expect(await slack.verifyRequestUrl()).toBe(true);
});

test('after removal the token is dead and the app was told', async () => {
  const slack = await startSlack();
  await startApp(slack);
  await slack.uninstall();
  await slack.waitFor(() => slack.deliveries.filter(({ status }) => status === 200).length === 2);
  expect(slack.deliveries.map(({ name }) => name).sort()).toEqual(['app_uninstalled', 'tokens_revoked']);
  await expect(clientFor(slack).auth.test()).rejects.toThrow('account_inactive');
});
