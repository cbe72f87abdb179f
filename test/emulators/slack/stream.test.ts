/** Streams through the SDK's own streamer: growth, tasks, conflicts, the five-minute death, and Stop. */
import { expect, test } from 'vitest';
import { clientFor, refusal, startApp, startSlack } from './world.ts';

test('a streamed answer grows in the thread and ends with its blocks', async () => {
  const slack = await startSlack();
  const client = clientFor(slack);
  const { ts } = await slack.say('U0ALICE', 'C0ENG', 'tell me');
  const streamer = client.chatStream({
    channel: 'C0ENG',
    thread_ts: ts,
    recipient_team_id: 'T0ACME',
    recipient_user_id: 'U0ALICE',
    buffer_size: 1,
  });
  await streamer.append({ chunks: [{ type: 'task_update', id: 't1', title: 'Look', status: 'in_progress' }] });
  await streamer.append({ markdown_text: '**Three** machines ' });
  await streamer.append({ chunks: [{ type: 'task_update', id: 't1', title: 'Look', status: 'complete' }] });
  expect(slack.thread('C0ENG', ts)[1]).toMatchObject({ streaming_state: 'in_progress' });
  await streamer.stop({ markdown_text: 'are up.', blocks: [{ type: 'divider' }] });

  expect(slack.thread('C0ENG', ts)[1]).toMatchObject({
    text: '**Three** machines are up.',
    streaming_state: 'completed',
    blocks: [
      { type: 'task_card', task_id: 't1', status: 'complete' },
      { type: 'markdown', text: '**Three** machines are up.' },
      { type: 'divider' },
    ],
  });
});

test('a stream needs a thread and, in a channel, its reader; a live one cannot be updated, a dead one not appended to', async () => {
  let now = Date.parse('2026-11-20T10:00:00Z');
  const slack = await startSlack({ clock: () => now });
  const { chat } = clientFor(slack);
  const { ts: thread_ts } = await slack.say('U0ALICE', 'C0ENG', 'tell me');
  const reader = { recipient_team_id: 'T0ACME', recipient_user_id: 'U0ALICE' };
  expect(await refusal(chat.startStream({ channel: 'C0ENG', thread_ts: '', ...reader }))).toBe('invalid_arguments');
  expect(await refusal(chat.startStream({ channel: 'C0ENG', thread_ts }))).toBe('missing_recipient_team_id');
  expect(await refusal(chat.startStream({ channel: 'C0ENG', thread_ts, recipient_team_id: 'T0ACME' }))).toBe(
    'missing_recipient_user_id',
  );
  const { ts = '' } = await chat.startStream({ channel: 'C0ENG', thread_ts, ...reader });
  expect(await refusal(chat.update({ channel: 'C0ENG', ts, text: 'x' }))).toBe('streaming_state_conflict');
  expect(await refusal(chat.appendStream({ channel: 'C0ENG', ts, markdown_text: 'x'.repeat(12_001) }))).toBe(
    'msg_too_long',
  );
  expect(await refusal(chat.appendStream({ channel: 'C0ENG', ts, chunks: [{ type: 'poem' }] as never }))).toBe(
    'invalid_chunks',
  );
  now += 5 * 60_000 + 1;
  expect(await refusal(chat.appendStream({ channel: 'C0ENG', ts, markdown_text: 'late' }))).toBe(
    'message_not_in_streaming_state',
  );
  expect((await chat.update({ channel: 'C0ENG', ts, text: 'the rest' })).ok).toBe(true);
});

test('Stop ends the stream, tells the app, and leaves the status to the app', async () => {
  const slack = await startSlack();
  await startApp(slack);
  const { chat, agents } = clientFor(slack);
  const { ts: thread_ts } = await slack.say('U0ALICE', 'D0ALICE', 'tell me');
  await expect(slack.stopSession('U0ALICE', 'D0ALICE', thread_ts)).rejects.toThrow('no Stop button');
  await agents.sessions.setStatus({ channel_id: 'D0ALICE', thread_ts, status: 'processing' });
  const { ts = '' } = await chat.startStream({ channel: 'D0ALICE', thread_ts });
  await slack.stopSession('U0ALICE', 'D0ALICE', thread_ts);
  expect(await refusal(chat.appendStream({ channel: 'D0ALICE', ts, markdown_text: 'more' }))).toBe('stopped_by_user');
  expect(slack.snapshot().sessions[0]?.status).toBe('processing');
  const sent = slack.deliveries.find(({ name }) => name === 'agent_session_stopped');
  expect(JSON.parse(sent?.body ?? '{}').event).toEqual({
    type: 'agent_session_stopped',
    channel: 'D0ALICE',
    user: 'U0ALICE',
    thread_ts,
    streaming_message_ts: [ts],
    event_ts: expect.any(String),
  });
});
