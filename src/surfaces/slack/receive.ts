/** Turns mentions, direct messages and `/sophia` into Messages and hands them to the Door; nothing else happens here. */
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import type { Door } from '../../core/door.ts';
import type { Message } from '../../core/message.ts';
import { formatThreadId } from '../../core/thread.ts';
import type { App } from './bolt.ts';
import type { Places } from './places.ts';
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
  now: () => Date;
  log: Log;
}): void {
  const { app, door, self, places, now, log } = options;

  async function heard(event: unknown, direct: boolean): Promise<void> {
    const parsed = spoken.safeParse(event);
    // Without a person there is nobody to answer: bots, joins, deletions.
    if (!parsed.success) return;
    const said = parsed.data;
    const ours = said.user === self.userId || said.bot_id !== undefined || said.edited !== undefined;
    if (ours || (said.subtype !== undefined && !spokenSubtypes.has(said.subtype))) return;
    if (direct && said.channel_type !== 'im') return;
    const message: Message = {
      surface: 'slack',
      channel: `slack:${self.team}:${said.channel}`,
      thread: formatThreadId({
        surface: 'slack',
        team: self.team,
        channel: said.channel,
        root: said.thread_ts ?? said.ts,
      }),
      person: `slack:${said.user_team ?? said.team ?? self.team}:${said.user}`,
      text: readText(said.text, self.userId),
      kind: 'words',
      audience: await places.audience(said.channel),
      at: timeOf(said.ts),
    };
    await door.receive(message, `slack:${self.team}:${said.channel}:${said.ts}`);
  }

  app.event('app_mention', ({ event }) => heard(event, false));
  app.event('message', ({ event }) => heard(event, true));

  app.command('/sophia', async ({ ack, body }) => {
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
