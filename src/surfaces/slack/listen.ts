/** Follows Slack in what is kept: edits, deletions, who may read along; and, where she listens, what is said in channels she was invited to. */
import { z } from 'zod';
import type { Memory } from '../../core/memory.ts';
import { formatThreadId } from '../../core/thread.ts';
import type { App } from './bolt.ts';
import type { People } from './people.ts';
import type { Places } from './places.ts';
import type { Self } from './receive.ts';
import { readText, timeOf } from './text.ts';

/** Where words are kept: the memory of the house, how live secrets are taken out first, and whether all that is said is kept. */
export type Listening = {
  memory: Pick<Memory, 'remember' | 'forget' | 'move'>;
  redact: (text: string) => string;
  hears: boolean;
};

const words = z.object({
  user: z.string(),
  text: z.string().default(''),
  ts: z.string(),
  thread_ts: z.string().optional(),
  team: z.string().optional(),
  user_team: z.string().optional(),
  bot_id: z.string().optional(),
  subtype: z.string().optional(),
});
const said = words.extend({ channel: z.string() });
const changed = z.object({ subtype: z.literal('message_changed'), channel: z.string(), message: words });
const deleted = z.object({
  subtype: z.literal('message_deleted'),
  channel: z.string(),
  deleted_ts: z.string().optional(),
  previous_message: z.object({ ts: z.string() }).optional(),
});
const converted = z.object({
  subtype: z.enum(['channel_convert_to_private', 'channel_convert_to_public']),
  channel: z.string(),
});
const somewhere = z.object({ channel: z.string() });
const somebody = z.object({ user: z.object({ id: z.string() }) });
const spoken = new Set([undefined, 'file_share', 'thread_broadcast']);

export function registerListening(options: {
  app: App;
  listening: Listening;
  self: Self;
  places: Places;
  people: People;
}): void {
  const { app, listening, self, places, people } = options;
  const { memory, redact, hears } = listening;
  const placeOf = (channel: string) => `slack:${self.team}:${channel}`;
  const nameOf = (channel: string, ts: string) => `${placeOf(channel)}:${ts}`;

  type Said = z.infer<typeof words>;
  const isOurs = (message: Said) => message.user === self.userId || message.bot_id !== undefined;
  // What is said to her is kept by the run that answers it.
  const toHer = (channel: string, message: Said) =>
    channel.startsWith('D') || message.text.includes(`<@${self.userId}`);

  async function heard(channel: string, message: Said): Promise<void> {
    if (hears && !isOurs(message) && !toHer(channel, message) && spoken.has(message.subtype))
      await keep(channel, message);
  }

  async function edited(channel: string, message: Said): Promise<void> {
    const origin = nameOf(channel, message.ts);
    // What is left of a deleted message that has replies.
    if (message.subtype === 'tombstone') return void (await memory.forget({ origin }));
    if (isOurs(message)) return;
    if (hears && !toHer(channel, message)) return heard(channel, message);
    // What a run kept of it follows the edit as well.
    if ((await memory.forget({ origin })) > 0) await keep(channel, message);
  }

  async function keep(channel: string, message: Said): Promise<void> {
    const origin = nameOf(channel, message.ts);
    const text = redact(readText(message.text, self.userId));
    // Somebody may have taken everything back.
    if (text.trim() === '') return void (await memory.forget({ origin }));
    await memory.remember({
      acl: await places.audience(channel),
      kind: 'message',
      text,
      person: `slack:${message.user_team ?? message.team ?? self.team}:${message.user}`,
      speaker: await people.nameOf(message.user),
      channel: placeOf(channel),
      thread: formatThreadId({ surface: 'slack', team: self.team, channel, root: message.thread_ts ?? message.ts }),
      origin,
      link: `https://slack.com/archives/${channel}/p${message.ts.replace('.', '')}`,
      at: timeOf(message.ts),
      tainted: true,
      source: null,
    });
  }

  /** Asked anew: what the channel was a minute ago no longer counts. */
  async function look(channel: string): Promise<void> {
    places.forget(channel);
    await memory.move(placeOf(channel), await places.audience(channel));
  }

  app.event('message', async ({ event }) => {
    const edit = changed.safeParse(event);
    if (edit.success) return edited(edit.data.channel, edit.data.message);
    const gone = deleted.safeParse(event);
    if (gone.success) {
      const ts = gone.data.deleted_ts ?? gone.data.previous_message?.ts;
      if (ts !== undefined) await memory.forget({ origin: nameOf(gone.data.channel, ts) });
      return;
    }
    const turned = converted.safeParse(event);
    if (turned.success) return look(turned.data.channel);
    const fresh = said.safeParse(event);
    if (fresh.success) await heard(fresh.data.channel, fresh.data);
  });
  for (const name of ['channel_shared', 'channel_unshared'] as const)
    app.event(name, async ({ event }) => look(somewhere.parse(event).channel));
  for (const name of ['channel_deleted', 'group_deleted'] as const)
    app.event(name, async ({ event }) => {
      const { channel } = somewhere.parse(event);
      places.forget(channel);
      await memory.forget({ channel: placeOf(channel) });
    });
  for (const name of ['member_joined_channel', 'member_left_channel'] as const)
    app.event(name, async ({ event }) => places.forget(somewhere.parse(event).channel));
  app.event('user_change', async ({ event }) => people.forget(somebody.parse(event).user.id));
}
