/** Socket Mode with Bolt's own receiver: tickets, envelopes, acknowledgements with an answer, reconnects. */
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { appToken, button, buttons, clientFor, refusal, startApp, startSlack, startSocketApp } from './world.ts';

test('events, commands, clicks and modals travel over the socket while one is connected', async () => {
  const slack = await startSlack();
  await startApp(slack);
  const clicked: string[] = [];
  await startSocketApp(slack, (app) => {
    app.event('app_mention', async ({ event, say }) => {
      await say({ text: 'over the socket', thread_ts: event.ts, blocks: buttons(button('go', '1')) });
    });
    app.command('/sophia', async ({ ack, client, command }) => {
      await client.views.open({
        trigger_id: command.trigger_id,
        view: {
          type: 'modal',
          callback_id: 'form',
          title: { type: 'plain_text', text: 'Form' },
          submit: { type: 'plain_text', text: 'Send' },
          blocks: [
            {
              type: 'input',
              block_id: 'b',
              label: { type: 'plain_text', text: 'Words' },
              element: { type: 'plain_text_input', action_id: 'a' },
            },
          ],
        },
      });
      await ack('opening');
    });
    app.view('form', async ({ ack }) => ack({ response_action: 'errors', errors: { b: 'not like this' } }));
    app.action('go', async ({ ack, body }) => {
      clicked.push(body.user.id);
      await ack();
    });
  });

  const { ts } = await slack.say('U0ALICE', 'C0ENG', '@sophia hello');
  await slack.waitFor(() => slack.thread('C0ENG', ts).length === 2);
  const answer = slack.thread('C0ENG', ts)[1];
  expect(await slack.click('U0BOB', 'C0ENG', answer?.ts ?? '', { actionId: 'go' })).toEqual({ ok: true });
  expect(clicked).toEqual(['U0BOB']);
  expect(await slack.slash('U0ALICE', 'C0ENG', '/sophia', 'x')).toEqual({ ok: true, ephemeral: 'opening' });
  const view = slack.view('U0ALICE');
  expect(await slack.submitView('U0ALICE', view?.id ?? '', { a: 'words' })).toEqual({
    outcome: 'errors',
    errors: { b: 'not like this' },
  });
  expect(new Set(slack.deliveries.map(({ transport }) => transport))).toEqual(new Set(['socket']));
});

test('when Slack asks, the client reconnects, and what came meanwhile is delivered again', async () => {
  const slack = await startSlack({ retryDelaysMs: [300, 600, 900] });
  const heard: string[] = [];
  await startSocketApp(slack, (app) => {
    app.event('app_mention', async ({ event }) => {
      heard.push(event.text);
    });
  });
  slack.disconnectSockets('refresh_requested');
  await slack.waitFor(({ connection }) => connection.sockets === 0);
  await slack.say('U0ALICE', 'C0ENG', '@sophia in the gap');
  await slack.waitFor(() => slack.deliveries[0]?.status === 'unreachable');
  await slack.waitFor(({ connection }) => connection.sockets === 1);
  await slack.waitFor(() => slack.deliveries.at(-1)?.status === 200);
  expect(heard).toEqual(['<@U0SOPHIA> in the gap']);
});

test('an app that never acknowledges gets the event again, numbered', async () => {
  const slack = await startSlack({ retryDelaysMs: [0], ackTimeoutMs: 30 });
  const { url = '' } = await clientFor(slack, appToken).apps.connections.open({});
  const received: { type: string; retry_attempt?: number; retry_reason?: string }[] = [];
  const socket = new WebSocket(url);
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  await slack.waitFor(({ connection }) => connection.sockets === 1);
  await slack.say('U0ALICE', 'C0ENG', '@sophia hello?');
  await slack.waitFor(() => slack.deliveries.at(-1)?.attempt === 1 && slack.deliveries.at(-1)?.status === 'timeout');
  expect(received[0]).toMatchObject({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0SOPHIA' } });
  expect(received.slice(1)).toMatchObject([
    { type: 'events_api', envelope_id: expect.any(String), accepts_response_payload: false, retry_attempt: 0 },
    { type: 'events_api', envelope_id: expect.any(String), retry_attempt: 1, retry_reason: 'http_timeout' },
  ]);
  socket.terminate();
});

test('a ticket works once, and only the app token buys one', async () => {
  const slack = await startSlack();
  expect(await refusal(clientFor(slack).apps.connections.open({}))).toBe('not_allowed_token_type');
  expect(await refusal(clientFor(slack, appToken).auth.test())).toBe('not_allowed_token_type');
  const { url = '' } = await clientFor(slack, appToken).apps.connections.open({});
  const first = new WebSocket(url);
  await slack.waitFor(({ connection }) => connection.sockets === 1);
  const second = new WebSocket(url);
  const refused = await new Promise<Error>((resolve) => second.once('error', resolve));
  expect(refused.message).toContain('401');
  first.terminate();
  await slack.waitFor(({ connection }) => connection.transport === 'none');
});
