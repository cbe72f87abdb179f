/** Turns mentions, direct messages and `/sophia` into Messages and hands them to the Door; nothing else happens here. */
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import type { Door } from '../../core/door.ts';
import type { Message } from '../../core/message.ts';
import type { PersonId } from '../../core/person.ts';
import { formatThreadId, type ThreadId } from '../../core/thread.ts';
import { plain } from './blocks.ts';
import type { App } from './bolt.ts';
import type { CommandWindow } from './command-forms.ts';
import { attachmentsOf } from './files.ts';
import { createPairBudget } from './pair-budget.ts';
import type { Places } from './places.ts';
import type { PrivateAnswer } from './private-answer.ts';
import { commandText, readText, timeOf } from './text.ts';

export type Self = { team: string; userId: string; botId: string };

const spoken = z.object({
  channel: z.string(),
  channel_type: z.string().optional(),
  user: z.string(),
  text: z.string().default(''),
  ts: z.string(),
  thread_ts: z.string().optional(),
  user_team: z.string().optional(),
  team: z.string().optional(),
  subtype: z.string().optional(),
  bot_id: z.string().optional(),
  edited: z.unknown().optional(),
  files: z.unknown().optional(),
});
const changedSchema = z.object({
  subtype: z.literal('message_changed'),
  channel: z.string(),
  message: z.object({
    user: z.string(),
    text: z.string().default(''),
    ts: z.string(),
    thread_ts: z.string().optional(),
    team: z.string().optional(),
    user_team: z.string().optional(),
    bot_id: z.string().optional(),
    edited: z.object({ ts: z.string() }),
  }),
  previous_message: z.object({ text: z.string().default('') }).optional(),
});
const deletedSchema = z.object({
  subtype: z.literal('message_deleted'),
  channel: z.string(),
  event_ts: z.string(),
  previous_message: z.object({
    user: z.string(),
    text: z.string().default(''),
    ts: z.string(),
    thread_ts: z.string().optional(),
    team: z.string().optional(),
    user_team: z.string().optional(),
    bot_id: z.string().optional(),
  }),
});
const pressed = z.object({ channel: z.string(), user: z.string(), thread_ts: z.string(), event_ts: z.string() });
const typed = z.object({
  command: z.string(),
  text: z.string().default(''),
  team_id: z.string(),
  channel_id: z.string(),
  user_id: z.string(),
  response_url: z.string().optional(),
  trigger_id: z.string(),
});

/** People's words with an attachment, or sent to the channel as well; every other subtype is Slack's own bookkeeping. */
const spokenSubtypes = new Set(['file_share', 'thread_broadcast']);

export function registerMessages(options: {
  app: App;
  door: Door;
  self: Self;
  places: Places;
  answer: PrivateAnswer;
  /** Whether only this person and she have spoken in the thread. */
  talk: (thread: ThreadId, person: PersonId) => Promise<boolean>;
  window: CommandWindow;
  now: () => Date;
  log: Log;
}): void {
  const { app, door, self, places, answer, talk, window, now, log } = options;
  const pairs = createPairBudget();

  const jobKeyOf = (channel: string, ts: string) => `slack:${self.team}:${channel}:${ts}`;

  type Words = Pick<z.infer<typeof spoken>, 'channel' | 'user' | 'text' | 'ts' | 'thread_ts' | 'user_team' | 'team'> & {
    files?: unknown;
  };
  async function messageOf(said: Words): Promise<Message & { thread: string }> {
    const files = attachmentsOf(said.files);
    const text = readText(said.text, self.userId);
    return {
      surface: 'slack',
      channel: `slack:${self.team}:${said.channel}`,
      thread: formatThreadId({
        surface: 'slack',
        team: self.team,
        channel: said.channel,
        root: said.thread_ts ?? said.ts,
      }),
      person: `slack:${said.user_team ?? said.team ?? self.team}:${said.user}`,
      // A file alone is a question about it.
      text: text === '' && files.length > 0 ? 'What is in this?' : text,
      kind: 'words',
      audience: await places.audience(said.channel),
      ...(files.length > 0 ? { files } : {}),
      at: timeOf(said.ts),
    };
  }

  /** `mention`: she was named; a bare message counts in a direct message, and in a thread of hers with one person. */
  async function heard(event: unknown, mention: boolean): Promise<void> {
    const parsed = spoken.safeParse(event);
    // Without a person there is nobody to answer: bots, joins.
    if (!parsed.success) return;
    const said = parsed.data;
    const ours = said.user === self.userId || said.bot_id !== undefined || said.edited !== undefined;
    if (ours || (said.subtype !== undefined && !spokenSubtypes.has(said.subtype))) return;
    const direct = said.channel_type === 'im';
    // A mention comes as an event of its own.
    if (!mention && !direct && said.text.includes(`<@${self.userId}`)) return;
    if (!mention && !direct && !(await answersThread(said))) return;
    const budget = pairs.spend(`${said.channel} ${said.user}`, said.ts);
    if (budget !== 'within') {
      log.warn(
        { channel: said.channel, user: said.user },
        'Somebody says more than a person could; it goes unanswered.',
      );
      if (budget === 'just over') await tooMuch(said);
      return;
    }
    await door.receive(await messageOf(said), jobKeyOf(said.channel, said.ts));
  }

  async function answersThread(said: Words): Promise<boolean> {
    if (said.thread_ts === undefined) return false;
    const { thread, person } = await messageOf(said);
    return (await door.talksWith(thread, person)) && (await talk(thread, person));
  }

  async function tooMuch(said: Words): Promise<void> {
    const words = 'That is more than I can follow. I listen again in a minute; `/sophia` works meanwhile.';
    const place = { user: said.user, channel: said.channel, root: said.thread_ts ?? said.ts };
    await answer(place, { text: words, blocks: [plain(words)] });
  }

  async function changed(event: unknown): Promise<void> {
    const parsed = changedSchema.safeParse(event);
    if (!parsed.success) return;
    const { channel, message: now, previous_message: before } = parsed.data;
    // A link that unfolded changes a message as well.
    if (now.bot_id !== undefined || now.user === self.userId || now.text === before?.text) return;
    const message = await messageOf({ ...now, channel });
    const key = jobKeyOf(channel, now.ts);
    const names = (text: string) => text.includes(`<@${self.userId}`);
    await door.corrected(message, key, now.edited.ts);
    // Whoever forgot to name her puts it in afterwards; what was understood without it is known by its key.
    if (before && names(now.text) && !names(before.text) && !channel.startsWith('D')) await door.receive(message, key);
  }

  async function deleted(event: unknown): Promise<void> {
    const parsed = deletedSchema.safeParse(event);
    if (!parsed.success) return;
    const { channel, previous_message: before, event_ts: at } = parsed.data;
    if (before.bot_id !== undefined || before.user === self.userId) return;
    await door.takenBack(
      { ...(await messageOf({ ...before, channel })), at: timeOf(at) },
      jobKeyOf(channel, before.ts),
    );
  }

  app.event('app_mention', ({ event }) => heard(event, true));
  app.event('message', async ({ event }) => {
    const { subtype } = event as { subtype?: string };
    if (subtype === 'message_changed') return changed(event);
    if (subtype === 'message_deleted') return deleted(event);
    await heard(event, false);
  });

  app.command('/sophia', async ({ ack, body, context }) => {
    await ack();
    const command = typed.parse(body);
    const message: Message = {
      surface: 'slack',
      channel: `slack:${self.team}:${command.channel_id}`,
      thread: null,
      person: `slack:${command.team_id}:${command.user_id}`,
      text: commandText(command.text, self.userId),
      kind: 'command',
      audience: await places.audience(command.channel_id),
      ...(command.response_url ? { callback: command.response_url } : {}),
      at: now().toISOString(),
    };
    // A trigger lives for seconds: a command out of the inbox is answered in words.
    if (Number(context.attempt ?? 0) === 0 && (await window(message, command.trigger_id))) return;
    await door.receive(message, `slash:${command.trigger_id}`);
  });

  // Slack's own Stop button: the same command as a typed one, by whoever pressed it.
  app.event('agent_session_stopped', async ({ event }) => {
    const { channel, user, thread_ts: root, event_ts: at } = pressed.parse(event);
    const message: Message = {
      surface: 'slack',
      channel: `slack:${self.team}:${channel}`,
      thread: formatThreadId({ surface: 'slack', team: self.team, channel, root }),
      person: `slack:${self.team}:${user}`,
      text: 'stop',
      kind: 'command',
      audience: await places.audience(channel),
      at: timeOf(at),
    };
    await door.receive(message, `stop:${self.team}:${channel}:${at}`);
  });
  app.event('app_uninstalled', async () => log.error({}, 'Sophia was removed from the Slack workspace.'));
  app.event('tokens_revoked', async () => log.error({}, 'The Slack bot token was revoked.'));
}
