/** Buttons, commands, modals, shortcuts and response addresses, against a real Bolt app. */
import type { BlockAction, ButtonAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { expect, test } from 'vitest';
import { button, buttons, clientFor, refusal, startApp, startSlack } from './world.ts';

const modal = (extra: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  callback_id: 'deny',
  private_metadata: 'approval-1',
  title: { type: 'plain_text', text: 'Why not?' },
  submit: { type: 'plain_text', text: 'Deny' },
  blocks: [
    {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'reason', min_length: 3 },
    },
    {
      type: 'input',
      block_id: 'kind',
      optional: true,
      label: { type: 'plain_text', text: 'Kind' },
      element: {
        type: 'static_select',
        action_id: 'kind',
        options: ['risk', 'timing'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
      },
    },
  ],
  ...extra,
});

test('a click carries the stored message and reaches the listener of that action only', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const seen: BlockAction<ButtonAction>[] = [];
  app.action<BlockAction<ButtonAction>>('approve', async ({ ack, body, client }) => {
    seen.push(body);
    await ack();
    await client.chat.update({ channel: 'C0DEPLOYS', ts: String(body.message?.ts), text: 'approved', blocks: [] });
  });
  const { ts = '' } = await clientFor(slack).chat.postMessage({
    channel: 'C0DEPLOYS',
    text: 'Deploy?',
    blocks: buttons(button('approve', 'a-1'), button('deny', 'a-1')),
  });

  expect(await slack.click('U0BOB', 'C0DEPLOYS', ts, { actionId: 'approve' })).toEqual({ ok: true });
  await slack.waitFor(() => slack.messages('C0DEPLOYS')[0]?.text === 'approved');

  const [body] = seen;
  expect(body).toMatchObject({
    type: 'block_actions',
    user: { id: 'U0BOB', username: 'bob', name: 'bob', team_id: 'T0ACME' },
    team: { id: 'T0ACME', domain: 'acme' },
    api_app_id: 'A0SOPHIA',
    container: { type: 'message', message_ts: ts, channel_id: 'C0DEPLOYS', is_ephemeral: false },
    channel: { id: 'C0DEPLOYS', name: 'deploys' },
    message: { ts, text: 'Deploy?', bot_id: 'B0SOPHIA' },
    state: { values: {} },
    actions: [{ type: 'button', action_id: 'approve', block_id: 'choice', value: 'a-1', text: { text: 'approve' } }],
  });
  expect(body?.response_url).toContain(slack.url);
  await expect(slack.click('U0BOB', 'C0DEPLOYS', ts, { actionId: 'approve' })).rejects.toThrow('there is no approve');
});

test('a button that is not there, or not with that value, cannot be clicked; nor by somebody outside', async () => {
  const slack = await startSlack({ channels: [{ id: 'C0IN', name: 'in', members: ['U0ALICE', 'U0SOPHIA'] }] });
  await startApp(slack);
  const { ts = '' } = await clientFor(slack).chat.postMessage({
    channel: 'C0IN',
    text: '?',
    blocks: buttons(button('approve', 'a-1')),
  });
  const { ts: words } = await slack.say('U0ALICE', 'C0IN', 'hello');
  await expect(slack.click('U0ALICE', 'C0IN', ts, { actionId: 'destroy' })).rejects.toThrow('there is no destroy');
  await expect(slack.click('U0ALICE', 'C0IN', ts, { actionId: 'approve', blockId: 'other' })).rejects.toThrow(
    'there is no',
  );
  await expect(slack.click('U0ALICE', 'C0IN', ts, { actionId: 'approve', value: 'a-2' })).rejects.toThrow(
    'has the value "a-2"',
  );
  await expect(slack.click('U0BOB', 'C0IN', ts, { actionId: 'approve' })).rejects.toThrow('U0BOB is not in C0IN');
  await expect(slack.click('U0ALICE', 'C0IN', words, { actionId: 'approve' })).rejects.toThrow("not the app's");
  expect(slack.deliveries.filter(({ kind }) => kind === 'block_actions')).toEqual([]);
});

test('a click is not retried: the person sees a warning on the message until the next one works', async () => {
  const slack = await startSlack({ retryDelaysMs: [0, 0, 0] });
  const { app, stop } = await startApp(slack);
  const { ts = '' } = await clientFor(slack).chat.postMessage({
    channel: 'C0ENG',
    text: '?',
    blocks: buttons(button('go', '1')),
  });
  const { port } = new URL(slack.snapshot().connection.requestUrl ?? '');
  await stop();
  expect(await slack.click('U0BOB', 'C0ENG', ts, { actionId: 'go' })).toEqual({ ok: false, error: 'dispatch_failed' });
  expect(slack.messages('C0ENG')[0]?.problem).toEqual({ person: 'U0BOB', text: expect.stringContaining('error') });
  const again = await startApp(slack, Number(port));
  again.app.action('go', async ({ ack }) => ack());
  expect(app).toBeDefined();
  expect(await slack.click('U0BOB', 'C0ENG', ts, { actionId: 'go' })).toEqual({ ok: true });
  expect(slack.messages('C0ENG')[0]?.problem).toBeUndefined();
  expect(slack.deliveries.filter(({ kind }) => kind === 'block_actions')).toHaveLength(2);
});

test('an app that takes longer than the limit fails the click with operation_timeout', async () => {
  const slack = await startSlack({ ackTimeoutMs: 40 });
  const { app } = await startApp(slack);
  app.action('slow', async () => {});
  const { ts = '' } = await clientFor(slack).chat.postMessage({
    channel: 'C0ENG',
    text: '?',
    blocks: buttons(button('slow', '1')),
  });
  expect(await slack.click('U0BOB', 'C0ENG', ts, { actionId: 'slow' })).toEqual({
    ok: false,
    error: 'operation_timeout',
  });
});

test('choices in a message carry the option and the state; what is not offered is refused', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const bodies: BlockAction[] = [];
  app.action('region', async ({ ack, body }) => {
    bodies.push(body as BlockAction);
    await ack();
  });
  const { ts = '' } = await clientFor(slack).chat.postMessage({
    channel: 'C0ENG',
    text: 'where?',
    blocks: [
      {
        type: 'actions',
        block_id: 'where',
        elements: [
          {
            type: 'static_select',
            action_id: 'region',
            options: ['iad', 'fra'].map((value) => ({ text: { type: 'plain_text' as const, text: value }, value })),
          },
        ],
      },
    ],
  });
  await expect(slack.click('U0BOB', 'C0ENG', ts, { actionId: 'region', value: 'mars' })).rejects.toThrow(
    'not among the options',
  );
  await slack.click('U0BOB', 'C0ENG', ts, { actionId: 'region', value: 'fra' });
  expect(bodies[0]?.actions[0]).toMatchObject({ type: 'static_select', selected_option: { value: 'fra' } });
  expect(bodies[0]?.state?.values.where?.region).toMatchObject({ selected_option: { value: 'fra' } });
});

test('whispers are seen by one person, are in no history, cannot be edited, and their buttons work', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const client = clientFor(slack);
  const bodies: BlockAction[] = [];
  app.action('undo', async ({ ack, body, respond }) => {
    bodies.push(body as BlockAction);
    await ack();
    await respond({ replace_original: true, text: 'undone' });
    await respond({ delete_original: true });
  });
  const { message_ts: ts = '' } = await client.chat.postEphemeral({
    channel: 'C0ENG',
    user: 'U0CAROL',
    text: 'only you',
    blocks: buttons(button('undo', 'x')),
  });
  expect(slack.ephemerals('U0CAROL').map(({ text }) => text)).toEqual(['only you']);
  expect(slack.ephemerals('U0BOB')).toEqual([]);
  expect((await client.conversations.history({ channel: 'C0ENG' })).messages).toEqual([]);
  expect(await refusal(client.chat.update({ channel: 'C0ENG', ts, text: 'changed' }))).toBe('message_not_found');
  await expect(slack.click('U0BOB', 'C0ENG', ts, { actionId: 'undo' })).rejects.toThrow('sees no message');

  await slack.click('U0CAROL', 'C0ENG', ts, { actionId: 'undo' });
  await slack.waitFor(({ ephemerals }) => ephemerals.U0CAROL?.length === 0);
  expect(bodies[0]?.container).toMatchObject({ is_ephemeral: true, message_ts: ts });
  expect(bodies[0]?.message).toBeUndefined();
  expect(await refusal(client.chat.postEphemeral({ channel: 'C0ENG', user: 'U0NOBODY', text: 'psst' }))).toBe(
    'user_not_in_channel',
  );
});

test('a slash command carries its form, shows the immediate answer to the asker, and fails in words', async () => {
  const slack = await startSlack();
  const { app, stop } = await startApp(slack);
  app.command('/sophia', async ({ ack, command }) => {
    await ack(command.text === 'help' ? `help for ${command.user_name} in ${command.channel_name}` : undefined);
  });
  expect(await slack.slash('U0ALICE', 'C0ENG', '/sophia', ' help ')).toEqual({
    ok: true,
    ephemeral: 'help for alice in eng',
  });
  expect(slack.ephemerals('U0ALICE').map(({ text }) => text)).toEqual(['help for alice in eng']);
  expect(await slack.slash('U0ALICE', 'D0ALICE', '/sophia', 'status')).toEqual({ ok: true });
  const form = Object.fromEntries(new URLSearchParams(slack.deliveries[1]?.body));
  expect(form).toMatchObject({
    command: '/sophia',
    text: 'status',
    team_id: 'T0ACME',
    team_domain: 'acme',
    channel_id: 'D0ALICE',
    channel_name: 'directmessage',
    user_id: 'U0ALICE',
    user_name: 'alice',
    api_app_id: 'A0SOPHIA',
    trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]{32}$/),
    response_url: expect.stringContaining('/respond/'),
  });

  expect(await slack.slash('U0ALICE', 'C0ENG', '/nosuch', '')).toMatchObject({
    ok: false,
    ephemeral: expect.stringContaining('not a valid command'),
  });
  await stop();
  expect(await slack.slash('U0ALICE', 'C0ENG', '/sophia', 'deploy')).toEqual({
    ok: false,
    ephemeral: '/sophia failed with the error "dispatch_failed"',
  });
  expect(slack.messages('C0ENG')).toEqual([]);
});

test('people and channels in a command arrive by their ids, as the manifest asks for', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const texts: string[] = [];
  app.command('/sophia', async ({ ack, command }) => {
    texts.push(command.text);
    await ack();
  });
  await slack.slash('U0BOB', 'C0ENG', '/sophia', 'tell @alice in "#eng", not @nobody or #nowhere & <b>');
  expect(texts).toEqual(['tell <@U0ALICE|alice> in "<#C0ENG|eng>", not @nobody or #nowhere & <b>']);
});

test('a command answered in the channel is a message; an invalid answer is an error the person sees', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  app.command('/sophia', async ({ ack, command }) => {
    if (command.text === 'loud') await ack({ response_type: 'in_channel', text: 'everybody!' });
    else await ack({ blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] });
  });
  expect(await slack.slash('U0BOB', 'C0ENG', '/sophia', 'loud')).toEqual({ ok: true, inChannel: 'everybody!' });
  expect(slack.messages('C0ENG').map(({ text, bot_id }) => ({ text, bot_id }))).toEqual([
    { text: 'everybody!', bot_id: 'B0SOPHIA' },
  ]);
  expect(await slack.slash('U0BOB', 'C0ENG', '/sophia', 'broken')).toMatchObject({
    ok: false,
    ephemeral: expect.stringContaining('invalid_command_response'),
  });
});

test('a response address works five times within thirty minutes', async () => {
  let now = Date.parse('2026-11-20T10:00:00Z');
  const slack = await startSlack({ clock: () => now });
  slack.setRequestUrl(null);
  await slack.slash('U0ALICE', 'C0ENG', '/sophia', 'one');
  await slack.slash('U0ALICE', 'C0ENG', '/sophia', 'two');
  const addresses = slack.deliveries.map(({ body }) => new URLSearchParams(body).get('response_url') ?? '');
  const respond = async (url: string | undefined, body: unknown) => {
    const response = await fetch(String(url), { method: 'POST', body: JSON.stringify(body) });
    const { error } = (await response.json()) as { error?: string };
    return [response.status, error];
  };
  const [first, second] = addresses;
  expect(await respond(first, { text: 'to you' })).toEqual([200, undefined]);
  expect(await respond(first, { text: 'to all', response_type: 'in_channel' })).toEqual([200, undefined]);
  expect(await respond(first, {})).toEqual([400, 'no_text']);
  expect(await respond(first, { blocks: [{ type: 'nonsense' }] })).toEqual([400, 'invalid_blocks']);
  expect(await respond(first, [])).toEqual([400, 'invalid_payload']);
  expect(await respond(first, { text: 'once too often' })).toEqual([404, 'used_url']);
  expect(await respond(`${first}x`, { text: 'guessed' })).toEqual([404, 'no_such_url']);
  expect(slack.ephemerals('U0ALICE').map(({ text }) => text)).toContain('to you');
  expect(slack.messages('C0ENG').map(({ text }) => text)).toEqual(['to all']);
  now += 30 * 60_000;
  expect(await respond(second, { text: 'too late' })).toEqual([404, 'expired_url']);
});

test('a trigger opens one modal, once, within three seconds', async () => {
  let now = Date.parse('2026-11-20T10:00:00Z');
  const slack = await startSlack({ clock: () => now });
  const client = clientFor(slack);
  const trigger = async () => {
    await slack.slash('U0ALICE', 'C0ENG', '/sophia', 'x');
    return new URLSearchParams(slack.deliveries.at(-1)?.body).get('trigger_id') ?? '';
  };
  const fresh = await trigger();
  now += 2999;
  await client.views.open({ trigger_id: fresh, view: modal() });
  expect(slack.view('U0ALICE')).toMatchObject({ callback_id: 'deny', title: { text: 'Why not?' } });
  expect(slack.view('U0BOB')).toBeNull();
  expect(await refusal(client.views.open({ trigger_id: fresh, view: modal() }))).toBe('exchanged_trigger_id');
  const late = await trigger();
  now += 3000;
  expect(await refusal(client.views.open({ trigger_id: late, view: modal() }))).toBe('expired_trigger_id');
  expect(await refusal(client.views.open({ trigger_id: 'made.up.id', view: modal() }))).toBe('invalid_trigger_id');
});

test('a modal round trip: client checks, errors from the app, update, push, close', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const bodies: unknown[] = [];
  app.command('/sophia', async ({ ack, command, client }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: modal() });
  });
  app.view('deny', async ({ ack, body, view }) => {
    bodies.push(body);
    const reason = view.state.values.why?.reason?.value;
    if (reason === 'because') await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
    else if (reason === 'push')
      await ack({ response_action: 'push', view: modal({ callback_id: 'sure', blocks: [{ type: 'divider' }] }) });
    else await ack();
  });
  app.view('sure', async ({ ack }) => ack({ response_action: 'clear' }));

  await slack.slash('U0BOB', 'C0ENG', '/sophia', 'deny');
  await slack.waitFor(({ views }) => views.U0BOB?.length === 1);
  const { id } = slack.view('U0BOB') ?? { id: '' };

  expect(await slack.submitView('U0BOB', id)).toEqual({
    outcome: 'errors',
    errors: { why: expect.stringContaining('required') },
  });
  expect(await slack.submitView('U0BOB', id, { reason: 'no' })).toMatchObject({
    errors: { why: expect.stringContaining('3 characters') },
  });
  expect(bodies).toEqual([]);
  await expect(slack.submitView('U0BOB', id, { nothing: 'x' })).rejects.toThrow('there is no input nothing');
  await expect(slack.submitView('U0ALICE', id, { reason: 'x' })).rejects.toThrow('not on top of the screen of U0ALICE');

  expect(await slack.submitView('U0BOB', id, { why: { reason: 'because' }, kind: 'risk' })).toEqual({
    outcome: 'errors',
    errors: { why: 'Say more.' },
  });
  expect(slack.view('U0BOB')?.errors).toEqual({ why: 'Say more.' });
  expect(bodies[0]).toMatchObject({
    type: 'view_submission',
    user: { id: 'U0BOB' },
    view: {
      id,
      callback_id: 'deny',
      private_metadata: 'approval-1',
      root_view_id: id,
      previous_view_id: null,
      state: {
        values: {
          why: { reason: { type: 'plain_text_input', value: 'because' } },
          kind: { kind: { type: 'static_select', selected_option: { value: 'risk' } } },
        },
      },
    },
  });

  const pushed = await slack.submitView('U0BOB', id, { reason: 'push' });
  expect(pushed.outcome).toBe('pushed');
  expect(slack.snapshot().views.U0BOB).toHaveLength(2);
  const top = slack.view('U0BOB');
  expect(top).toMatchObject({ callback_id: 'sure', previous_view_id: id, root_view_id: id });
  expect(await slack.submitView('U0BOB', top?.id ?? '')).toEqual({ outcome: 'closed' });
  expect(slack.view('U0BOB')).toBeNull();
});

test('views.update minds the hash, keeps what was typed, and views that are wrong are refused with a pointer', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  app.command('/sophia', async ({ ack, command, client }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: modal({ notify_on_close: true }) });
  });
  const closed: string[] = [];
  app.view({ callback_id: 'deny', type: 'view_closed' }, async ({ ack, view }) => {
    closed.push(view.id);
    await ack();
  });
  const client = clientFor(slack);
  await slack.slash('U0BOB', 'C0ENG', '/sophia', 'deny');
  await slack.waitFor(({ views }) => views.U0BOB?.length === 1);
  const before = slack.view('U0BOB');
  const viewId = before?.id ?? '';
  await client.views.update({
    view_id: viewId,
    hash: before?.hash ?? '',
    view: modal({ title: { type: 'plain_text', text: 'Really?' }, notify_on_close: true }),
  });
  expect(slack.view('U0BOB')).toMatchObject({ id: viewId, title: { text: 'Really?' } });
  expect(await refusal(client.views.update({ view_id: viewId, hash: before?.hash ?? '', view: modal() }))).toBe(
    'hash_conflict',
  );
  expect(await refusal(client.views.update({ view_id: 'V0NOSUCH', view: modal() }))).toBe('not_found');
  const wrong = client.views.update({
    view_id: viewId,
    view: modal({ title: { type: 'plain_text', text: 'x'.repeat(25) } }),
  });
  await expect(wrong).rejects.toMatchObject({
    data: {
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'] },
    },
  });
  await slack.closeView('U0BOB', viewId);
  expect(closed).toEqual([viewId]);
  expect(slack.view('U0BOB')).toBeNull();
});

test('buttons and inputs inside a modal send block_actions with the view, and may push onto it', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  const view = modal({ blocks: [...modal().blocks, ...buttons(button('more', '1'))] });
  app.command('/sophia', async ({ ack, command, client }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view });
  });
  const states: unknown[] = [];
  app.action<BlockAction>('more', async ({ ack, body, client }) => {
    states.push(body.view?.state.values.why?.reason?.value, body.container.type, body.response_url);
    await ack();
    await client.views.push({ trigger_id: body.trigger_id, view: modal({ callback_id: 'second' }) });
  });
  await slack.slash('U0BOB', 'C0ENG', '/sophia', 'x');
  await slack.waitFor(({ views }) => views.U0BOB?.length === 1);
  const { id = '' } = slack.view('U0BOB') ?? {};
  await expect(slack.clickView('U0BOB', id, { actionId: 'reason', value: 'x' })).rejects.toThrow(
    'until the form is submitted',
  );
  expect(await slack.clickView('U0BOB', id, { actionId: 'more' }, { reason: 'half typed' })).toEqual({ ok: true });
  await slack.waitFor(({ views }) => views.U0BOB?.length === 2);
  expect(states).toEqual(['half typed', 'view', undefined]);
  await expect(slack.clickView('U0BOB', id, { actionId: 'more' })).rejects.toThrow('not on top');
});

test('the Home tab is published per person and its buttons work', async () => {
  const slack = await startSlack();
  const { app } = await startApp(slack);
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: buttons(button('refresh', '1')) },
    });
  });
  let refreshed = 0;
  app.action('refresh', async ({ ack }) => {
    refreshed++;
    await ack();
  });
  await slack.openHome('U0ALICE');
  await slack.waitFor(({ homes }) => homes.U0ALICE !== null);
  expect(slack.home('U0BOB')).toBeNull();
  await slack.clickView('U0ALICE', slack.home('U0ALICE')?.id ?? '', { actionId: 'refresh' });
  expect(refreshed).toBe(1);
});

test('a message shortcut carries the message', async () => {
  const slack = await startSlack({ shortcuts: ['ask_sophia'] });
  const { app } = await startApp(slack);
  const seen: unknown[] = [];
  app.shortcut('ask_sophia', async ({ ack, shortcut }) => {
    seen.push(shortcut);
    await ack();
  });
  const { ts } = await slack.say('U0CAROL', 'C0ENG', 'prod is slow');
  expect(await slack.shortcut('U0ALICE', 'ask_sophia', 'C0ENG', ts)).toEqual({ ok: true });
  expect(seen[0]).toMatchObject({
    type: 'message_action',
    callback_id: 'ask_sophia',
    user: { id: 'U0ALICE' },
    channel: { id: 'C0ENG', name: 'eng' },
    message_ts: ts,
    message: { text: 'prod is slow', user: 'U0CAROL', ts },
    trigger_id: expect.any(String),
    response_url: expect.any(String),
  });
  await expect(slack.shortcut('U0ALICE', 'unknown', 'C0ENG', ts)).rejects.toThrow('no shortcut');
});
