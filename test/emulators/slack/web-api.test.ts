/** The Web API as the real client sees it: refusals by name, threads, metadata, limits and faults. */
import { WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { expect, test } from 'vitest';
import { button, buttons, clientFor, refusal, startSlack } from './world.ts';

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });

async function raw(url: string, init: RequestInit): Promise<{ ok: boolean; error?: string }> {
  return (await fetch(url, { method: 'POST', ...init })).json() as Promise<{ ok: boolean; error?: string }>;
}

test('tokens, methods, content types and scopes are checked', async () => {
  const slack = await startSlack({ scopes: ['chat:write'] });
  const url = `${slack.apiUrl}auth.test`;
  expect(await raw(url, {})).toEqual({ ok: false, error: 'not_authed' });
  expect(await raw(url, { headers: { authorization: 'Bearer xoxb-wrong' } })).toEqual({
    ok: false,
    error: 'invalid_auth',
  });
  expect(await raw(url, { body: new URLSearchParams({ token: 'xoxb-emulated-sophia' }) })).toMatchObject({ ok: true });
  const authorization = 'Bearer xoxb-emulated-sophia';
  const json = 'application/json';
  expect(await raw(url, { body: '{', headers: { authorization, 'content-type': json } })).toMatchObject({
    error: 'invalid_json',
  });
  expect(await raw(url, { body: '[]', headers: { authorization, 'content-type': json } })).toMatchObject({
    error: 'json_not_object',
  });
  expect(await raw(url, { body: 'x', headers: { authorization, 'content-type': 'text/xml' } })).toMatchObject({
    error: 'invalid_post_type',
  });
  expect(await raw(`${slack.apiUrl}chat.shout`, { headers: { authorization } })).toMatchObject({
    error: 'unknown_method',
  });
  const client = clientFor(slack);
  const who = await client.auth.test();
  expect(who).toMatchObject({
    team_id: 'T0ACME',
    user_id: 'U0SOPHIA',
    bot_id: 'B0SOPHIA',
    response_metadata: { scopes: ['chat:write'] },
  });
  await expect(client.users.info({ user: 'U0BOB' })).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'users:read' },
  });
});

test('posting is refused where Slack refuses it, with Slack’s words', async () => {
  const slack = await startSlack({
    channels: [
      { id: 'C0IN', name: 'in', members: ['U0ALICE', 'U0SOPHIA'] },
      { id: 'C0OUT', name: 'out', members: ['U0ALICE'] },
      { id: 'G0HIDDEN', name: 'hidden', members: ['U0ALICE'], isPrivate: true },
    ],
  });
  const { chat } = clientFor(slack);
  expect(await refusal(chat.postMessage({ channel: 'C0NOSUCH', text: 'x' }))).toBe('channel_not_found');
  expect(await refusal(chat.postMessage({ channel: 'C0OUT', text: 'x' }))).toBe('not_in_channel');
  expect(await refusal(chat.postMessage({ channel: 'G0HIDDEN', text: 'x' }))).toBe('channel_not_found');
  expect(await refusal(chat.postMessage({ channel: 'C0IN', text: '' }))).toBe('no_text');
  expect(await refusal(chat.postMessage({ channel: 'C0IN', text: 'x', thread_ts: '1.000001' }))).toBe(
    'thread_not_found',
  );
  expect(await refusal(chat.postMessage({ channel: 'C0IN', markdown_text: 'x'.repeat(12_001) }))).toBe('msg_too_long');
  expect(await refusal(chat.postMessage({ channel: 'C0IN', text: 'x', markdown_text: 'y' }))).toBe(
    'markdown_text_conflict',
  );
  const long = await chat.postMessage({ channel: 'C0IN', text: 'x'.repeat(40_001) });
  expect(long.message?.text).toHaveLength(40_000);
  expect(slack.messages('C0IN')).toHaveLength(1);
  const toPerson = await chat.postMessage({ channel: 'U0BOB', text: 'psst', unfurl_links: false });
  expect(toPerson.channel).toBe('D0BOB');
  expect(slack.messages('D0BOB')[0]).toMatchObject({ text: 'psst', unfurl_links: false });
});

test('wrong blocks are refused with every problem and a pointer to it', async () => {
  const slack = await startSlack();
  const { chat } = clientFor(slack);
  const blocks = [section('fine'), section('x'.repeat(3001)), { type: 'header', text: { type: 'mrkdwn', text: 'x' } }];
  await expect(chat.postMessage({ channel: 'C0ENG', text: 'x', blocks })).rejects.toMatchObject({
    data: {
      error: 'invalid_blocks',
      errors: [
        'must be less than 3001 characters [json-pointer:/blocks/1/text/text]',
        'must be one of: plain_text [json-pointer:/blocks/2/text/type]',
      ],
      response_metadata: {
        messages: [expect.stringContaining('[ERROR] must be less'), expect.stringContaining('[ERROR]')],
      },
    },
  });
  expect(slack.messages('C0ENG')).toEqual([]);
});

test('stored blocks have ids, as Slack fills them in', async () => {
  const slack = await startSlack();
  const { message } = await clientFor(slack).chat.postMessage({
    channel: 'C0ENG',
    text: 'x',
    blocks: [
      section('hi'),
      { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Go' } }] },
    ],
  });
  expect(message?.blocks).toMatchObject([
    { block_id: expect.any(String), text: { verbatim: false } },
    { block_id: expect.any(String), elements: [{ action_id: expect.any(String), text: { emoji: true } }] },
  ]);
});

test('only its own messages can an app change or delete', async () => {
  const slack = await startSlack();
  const { chat } = clientFor(slack);
  const { ts: theirs } = await slack.say('U0ALICE', 'C0ENG', 'mine');
  expect(await refusal(chat.update({ channel: 'C0ENG', ts: theirs, text: 'x' }))).toBe('cant_update_message');
  expect(await refusal(chat.delete({ channel: 'C0ENG', ts: theirs }))).toBe('cant_delete_message');
  expect(await refusal(chat.update({ channel: 'C0ENG', ts: '1.000001', text: 'x' }))).toBe('message_not_found');
  const { ts = '' } = await chat.postMessage({ channel: 'C0ENG', text: 'old', blocks: buttons(button('go', '1')) });

  await chat.update({ channel: 'C0ENG', ts, blocks: [section('new')], text: 'new' });
  expect(slack.messages('C0ENG')[1]).toMatchObject({ text: 'new', blocks: [{ type: 'section' }] });
  expect(slack.messages('C0ENG')[1]?.edited).toBeUndefined();
  await chat.update({ channel: 'C0ENG', ts, text: 'words only' });
  const updated = slack.messages('C0ENG')[1];
  expect(updated).toMatchObject({ text: 'words only', edited: { user: 'U0SOPHIA' } });
  expect(updated?.blocks).toBeUndefined();
  await chat.delete({ channel: 'C0ENG', ts });
  expect(slack.messages('C0ENG')).toHaveLength(1);
});

test('metadata comes back only when asked for, survives an update, and must be well formed', async () => {
  const slack = await startSlack();
  const client = clientFor(slack);
  const metadata = { event_type: 'sophia_send', event_payload: { send_id: 's-1' } };
  const { ts = '' } = await client.chat.postMessage({ channel: 'C0ENG', text: 'x', metadata });
  await client.chat.update({ channel: 'C0ENG', ts, text: 'y' } as Parameters<typeof client.chat.update>[0]);
  const plain = await client.conversations.history({ channel: 'C0ENG' });
  const whole = await client.conversations.replies({ channel: 'C0ENG', ts, include_all_metadata: true });
  expect(plain.messages?.[0]?.metadata).toBeUndefined();
  expect(whole.messages?.[0]?.metadata).toEqual(metadata);
  const bad = (value: unknown) =>
    client.apiCall('chat.postMessage', { channel: 'C0ENG', text: 'x', metadata: JSON.stringify(value) });
  expect(await refusal(bad({ event_type: 'x' }))).toBe('invalid_metadata_format');
  expect(await refusal(bad({ event_type: 'x', event_payload: { deep: { er: { still: 1 } } } }))).toBe(
    'invalid_metadata_schema',
  );
});

test('history and replies page, order and bound as Slack does', async () => {
  const slack = await startSlack();
  const { conversations } = clientFor(slack);
  const stamps: string[] = [];
  for (const text of ['one', 'two', 'three']) stamps.push((await slack.say('U0ALICE', 'C0ENG', text)).ts);
  const [one = '', two = '', three = ''] = stamps;
  await slack.say('U0BOB', 'C0ENG', 'reply', { thread: one });
  const texts = async (call: Promise<{ messages?: { text?: string }[] }>) =>
    (await call).messages?.map(({ text }) => text);

  expect(await texts(conversations.history({ channel: 'C0ENG' }))).toEqual(['three', 'two', 'one']);
  expect(await texts(conversations.history({ channel: 'C0ENG', oldest: one, latest: three }))).toEqual(['two']);
  expect(await texts(conversations.history({ channel: 'C0ENG', oldest: two, inclusive: true }))).toEqual([
    'three',
    'two',
  ]);
  expect(await texts(conversations.replies({ channel: 'C0ENG', ts: one }))).toEqual(['one', 'reply']);
  const first = await conversations.history({ channel: 'C0ENG', limit: 2 });
  expect(first.has_more).toBe(true);
  const cursor = first.response_metadata?.next_cursor ?? '';
  expect(await texts(conversations.history({ channel: 'C0ENG', limit: 2, cursor }))).toEqual(['one']);
  expect(await refusal(conversations.history({ channel: 'C0ENG', cursor: 'nonsense' }))).toBe('invalid_cursor');
  expect(await refusal(conversations.history({ channel: 'C0ENG', oldest: 'yesterday' }))).toBe('invalid_ts_oldest');
  expect(await refusal(conversations.replies({ channel: 'C0ENG', ts: '1.000001' }))).toBe('thread_not_found');
});

test('a reply cannot be a thread, and a deleted first message leaves a stone', async () => {
  const slack = await startSlack();
  const { chat } = clientFor(slack);
  const { ts: root = '' } = await chat.postMessage({ channel: 'C0ENG', text: 'root' });
  const { ts: reply = '' } = await chat.postMessage({ channel: 'C0ENG', text: 'reply', thread_ts: root });
  expect(await refusal(chat.postMessage({ channel: 'C0ENG', text: 'x', thread_ts: reply }))).toBe(
    'cannot_reply_to_message',
  );
  const { permalink } = await chat.getPermalink({ channel: 'C0ENG', message_ts: reply });
  expect(permalink).toBe(
    `https://acme.slack.com/archives/C0ENG/p${reply.replace('.', '')}?thread_ts=${root}&cid=C0ENG`,
  );
  await chat.delete({ channel: 'C0ENG', ts: root });
  expect(slack.messages('C0ENG')[0]).toMatchObject({ subtype: 'tombstone', reply_count: 1 });
  await chat.delete({ channel: 'C0ENG', ts: reply });
  expect(slack.messages('C0ENG')[0]?.reply_count).toBeUndefined();
});

test('people, groups and channels are as seeded, and other people’s rooms stay out of sight', async () => {
  const slack = await startSlack();
  const client = clientFor(slack);
  const alice = await client.users.info({ user: 'U0ALICE' });
  expect(alice.user).toMatchObject({
    name: 'alice',
    real_name: 'Alice Moreno',
    is_admin: true,
    is_bot: false,
    profile: { email: 'alice@acme.example' },
  });
  expect((await client.users.info({ user: 'U0SOPHIA' })).user).toMatchObject({
    is_bot: true,
    profile: { bot_id: 'B0SOPHIA' },
  });
  expect(await refusal(client.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found');
  expect((await client.users.list({})).members).toHaveLength(5);
  expect((await client.usergroups.users.list({ usergroup: 'S0RELEASE' })).users).toEqual(['U0ALICE', 'U0BOB']);
  expect(await refusal(client.usergroups.users.list({ usergroup: 'S0NOSUCH' }))).toBe('no_such_subteam');
  expect((await client.usergroups.list({})).usergroups?.[0]?.users).toBeUndefined();
  const types = 'public_channel,private_channel,im';
  const carols = await client.users.conversations({ user: 'U0CAROL', types });
  expect(carols.channels?.map(({ id }) => id).sort()).toEqual(['C0DEPLOYS', 'C0ENG', 'C0RANDOM', 'D0CAROL']);
  expect((await client.conversations.list({})).channels?.map(({ id }) => id)).toEqual([
    'C0ENG',
    'C0DEPLOYS',
    'C0RANDOM',
  ]);
  expect((await client.conversations.info({ channel: 'D0BOB' })).channel).toMatchObject({ is_im: true, user: 'U0BOB' });
  expect((await client.conversations.members({ channel: 'C0ENG' })).members).toContain('U0SOPHIA');
  expect((await client.conversations.open({ users: 'U0BOB' })).channel?.id).toBe('D0BOB');
  expect(await refusal(client.conversations.open({ users: 'U0NOBODY' }))).toBe('user_not_found');
  expect((await client.team.info({})).team).toMatchObject({ id: 'T0ACME', domain: 'acme' });
  expect((await client.bots.info({ bot: 'B0SOPHIA' })).bot).toMatchObject({ app_id: 'A0SOPHIA', user_id: 'U0SOPHIA' });
});

test('reactions count once per user', async () => {
  const slack = await startSlack();
  const { reactions } = clientFor(slack);
  const { ts } = await slack.say('U0ALICE', 'C0ENG', 'look');
  const eyes = { channel: 'C0ENG', timestamp: ts, name: 'eyes' };
  await reactions.add(eyes);
  expect(slack.messages('C0ENG')[0]?.reactions).toEqual([{ name: 'eyes', users: ['U0SOPHIA'], count: 1 }]);
  expect(await refusal(reactions.add(eyes))).toBe('already_reacted');
  await reactions.remove(eyes);
  expect(await refusal(reactions.remove(eyes))).toBe('no_reaction');
  expect(slack.messages('C0ENG')[0]?.reactions).toBeUndefined();
});

test('status, prompts and sessions show while the agent works', async () => {
  let now = Date.parse('2026-11-20T10:00:00Z');
  const slack = await startSlack({ clock: () => now });
  const { assistant, agents, chat } = clientFor(slack);
  const { ts } = await slack.say('U0ALICE', 'C0ENG', 'hello');
  const thread = { channel_id: 'C0ENG', thread_ts: ts };
  await assistant.threads.setStatus({ ...thread, status: 'is thinking…', loading_messages: ['reading'] });
  expect(slack.snapshot().typing).toEqual([
    { channel: 'C0ENG', thread: ts, status: 'is thinking…', loadingMessages: ['reading'] },
  ]);
  now += 120_000;
  expect(slack.snapshot().typing).toEqual([]);
  await assistant.threads.setStatus({ ...thread, status: 'again' });
  await chat.postMessage({ channel: 'C0ENG', thread_ts: ts, text: 'here' });
  expect(slack.snapshot().typing).toEqual([]);

  await agents.sessions.setStatus({ ...thread, status: 'processing', title: 'Hello' });
  await agents.sessions.setStatus({ ...thread, status: 'suspended', title: 'ignored' });
  expect(slack.snapshot().sessions).toEqual([{ channel: 'C0ENG', thread: ts, status: 'suspended', title: 'Hello' }]);
  await agents.sessions.rename({ ...thread, title: 'Greeting' });
  expect(slack.snapshot().sessions[0]?.title).toBe('Greeting');
  expect(await refusal(agents.sessions.setStatus({ ...thread, status: 'asleep' }))).toBe('invalid_arguments');
  expect(await refusal(agents.sessions.rename({ channel_id: 'C0DEPLOYS', thread_ts: ts, title: 'x' }))).toBe(
    'session_not_found',
  );

  const prompts = [{ title: 'Deploy', message: 'deploy web' }];
  await assistant.threads.setSuggestedPrompts({ channel_id: 'D0ALICE', prompts, thread_ts: ts });
  expect(slack.snapshot().prompts).toEqual([]);
  await assistant.threads.setSuggestedPrompts({ channel_id: 'D0ALICE', prompts });
  expect(slack.snapshot().prompts[0]?.prompts).toEqual(prompts);
});

test('files go up in Slack’s three steps', async () => {
  const slack = await startSlack();
  const client = clientFor(slack);
  await client.filesUploadV2({
    channel_id: 'C0ENG',
    filename: 'plan.txt',
    content: 'the whole plan',
    initial_comment: 'Full plan',
  });
  expect(slack.messages('C0ENG')[0]).toMatchObject({ text: 'Full plan', files: [{ name: 'plan.txt', size: 14 }] });
  const { file_id: id = '' } = await client.files.getUploadURLExternal({ filename: 'x', length: 1 });
  expect(await refusal(client.files.completeUploadExternal({ files: [{ id, title: 'x' }] }))).toBe(
    'file_upload_not_complete',
  );
});

test('faults: a lost answer was done, a slow or failing call is what it says, and the next call is well', async () => {
  const slack = await startSlack();
  const client = clientFor(slack);
  slack.faults.dropAnswerNext('chat.postMessage');
  await expect(client.chat.postMessage({ channel: 'C0ENG', text: 'did it arrive?' })).rejects.toBeInstanceOf(
    WebAPIRequestError,
  );
  expect(slack.messages('C0ENG').map(({ text }) => text)).toEqual(['did it arrive?']);

  slack.faults.failNext('chat.postMessage', 'internal_error');
  expect(await refusal(client.chat.postMessage({ channel: 'C0ENG', text: 'no' }))).toBe('internal_error');
  slack.faults.failNext('chat.postMessage', 503);
  await expect(client.chat.postMessage({ channel: 'C0ENG', text: 'no' })).rejects.toMatchObject({ statusCode: 503 });
  slack.faults.rateLimitNext('chat.postMessage', 7);
  const limited = client.chat.postMessage({ channel: 'C0ENG', text: 'no' });
  await expect(limited).rejects.toBeInstanceOf(WebAPIRateLimitedError);
  await expect(limited).rejects.toMatchObject({ retryAfter: 7 });
  expect(slack.messages('C0ENG')).toHaveLength(1);

  slack.faults.slowNext('auth.test', 30);
  const begun = performance.now();
  await client.auth.test();
  expect(performance.now() - begun).toBeGreaterThanOrEqual(29);
  await client.chat.postMessage({ channel: 'C0ENG', text: 'well again' });
  expect(slack.calls.filter(({ method }) => method === 'chat.postMessage').map(({ ok, error }) => error ?? ok)).toEqual(
    [true, 'internal_error', 'http_503', 'ratelimited', true],
  );
});

test('with limits on, posts to one channel are held to about one a second, others are free', async () => {
  let now = Date.parse('2026-11-20T10:00:00Z');
  const slack = await startSlack({ limits: true, clock: () => now });
  const { chat } = clientFor(slack);
  const post = (channel: string) => chat.postMessage({ channel, text: 'x' });
  for (let count = 0; count < 5; count++) await post('C0ENG');
  await expect(post('C0ENG')).rejects.toMatchObject({ retryAfter: 1 });
  await post('C0RANDOM');
  now += 1000;
  await post('C0ENG');
  await expect(post('C0ENG')).rejects.toBeInstanceOf(WebAPIRateLimitedError);
});

test('time stamps are unique and rise even when the clock stands still', async () => {
  const slack = await startSlack({ clock: () => 1_800_000_000_000 });
  const { chat } = clientFor(slack);
  const stamps = await Promise.all(
    Array.from({ length: 20 }, async () => (await chat.postMessage({ channel: 'C0ENG', text: 'x' })).ts ?? ''),
  );
  expect(new Set(stamps).size).toBe(20);
  expect(stamps.every((ts) => /^1800000000\.\d{6}$/.test(ts))).toBe(true);
});

test('the snapshot is plain JSON, and every change is told and numbered', async () => {
  const slack = await startSlack();
  const revisions: number[] = [];
  const stop = slack.subscribe((revision) => revisions.push(revision));
  await slack.say('U0ALICE', 'C0ENG', 'hello');
  await clientFor(slack).chat.postEphemeral({ channel: 'C0ENG', user: 'U0BOB', text: 'psst' });
  stop();
  await slack.say('U0ALICE', 'C0ENG', 'unheard');
  const snapshot = slack.snapshot();
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  expect(revisions.length).toBeGreaterThan(1);
  expect(revisions).toEqual([...revisions].sort((left, right) => left - right));
  expect(snapshot.revision).toBeGreaterThan(revisions.at(-1) ?? 0);
  await expect(slack.waitFor(() => false, 5)).rejects.toThrow('waited 5 ms in vain');
});
