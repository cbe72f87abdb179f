/** Messages as Slack keeps them: posting, editing, deleting, threads, and the events each change sends to the app. */
import type { Channel, World } from './state.ts';
import type { JsonObject, SlackMessage } from './types.ts';

export type Draft = Pick<SlackMessage, 'text'> & Partial<SlackMessage>;

export function fromBot(world: World): Pick<SlackMessage, 'user' | 'bot_id' | 'app_id'> {
  const { userId, botId, appId } = world.bot;
  return { user: userId, bot_id: botId, app_id: appId };
}

export function post(world: World, channel: Channel, user: string, draft: Draft): SlackMessage {
  const message: SlackMessage = {
    type: 'message',
    channel: channel.id,
    ts: world.nextTs(),
    user,
    team: world.team.id,
    ...draft,
  };
  const root = message.thread_ts === undefined ? undefined : find(channel, message.thread_ts);
  if (root) message.parent_user_id = root.user;
  channel.messages.push(message);
  if (root) countReplies(channel, root);
  world.changed();
  tell(world, channel, message);
  return message;
}

export function edit(
  world: World,
  channel: Channel,
  message: SlackMessage,
  change: (message: SlackMessage) => void,
): void {
  const before = structuredClone(message);
  change(message);
  world.changed();
  world.emit(`message.${placeOf(channel)}`, {
    type: 'message',
    subtype: 'message_changed',
    message: inApi(world, message),
    previous_message: inApi(world, before),
    channel: channel.id,
    hidden: true,
    ts: world.nextTs(),
    event_ts: world.nextTs(),
    channel_type: typeOf(channel),
  });
}

export function remove(world: World, channel: Channel, message: SlackMessage): void {
  const before = structuredClone(message);
  if ((message.reply_count ?? 0) > 0) {
    // A thread outlives its first message.
    for (const key of ['blocks', 'attachments', 'metadata', 'edited', 'bot_id', 'app_id', 'files'] as const)
      delete message[key];
    Object.assign(message, { subtype: 'tombstone', text: 'This message was deleted.', user: 'USLACKBOT' });
  } else {
    channel.messages.splice(channel.messages.indexOf(message), 1);
    const root = message.thread_ts === undefined ? undefined : find(channel, message.thread_ts);
    if (root) countReplies(channel, root);
  }
  world.changed();
  world.emit(`message.${placeOf(channel)}`, {
    type: 'message',
    subtype: 'message_deleted',
    previous_message: inApi(world, before),
    deleted_ts: before.ts,
    channel: channel.id,
    hidden: true,
    ts: world.nextTs(),
    event_ts: world.nextTs(),
    channel_type: typeOf(channel),
  });
}

export function find(channel: Channel, ts: string): SlackMessage | undefined {
  return channel.messages.find((message) => message.ts === ts);
}
export function isReply(message: SlackMessage): boolean {
  return message.thread_ts !== undefined && message.thread_ts !== message.ts;
}
export function repliesTo(channel: Channel, ts: string): SlackMessage[] {
  return channel.messages.filter((message) => message.thread_ts === ts && message.ts !== ts);
}

function countReplies(channel: Channel, root: SlackMessage): void {
  const replies = repliesTo(channel, root.ts);
  const last = replies.at(-1);
  if (!last) {
    for (const key of ['thread_ts', 'reply_count', 'reply_users', 'latest_reply'] as const) delete root[key];
    return;
  }
  root.thread_ts = root.ts;
  root.reply_count = replies.length;
  root.reply_users = [...new Set(replies.map((reply) => reply.user))];
  root.latest_reply = last.ts;
}

/** The events a new message causes. In direct messages an app also hears itself; a mention there is only a message. */
function tell(world: World, channel: Channel, message: SlackMessage): void {
  const { userId } = world.bot;
  if (!channel.members.includes(userId)) return;
  const event: JsonObject = { ...inApi(world, message), channel: channel.id, event_ts: message.ts };
  world.emit(`message.${placeOf(channel)}`, { ...event, channel_type: typeOf(channel) });
  const mentions = new RegExp(`<@${userId}(\\|[^>]*)?>`).test(message.text);
  if (mentions && channel.kind !== 'im' && message.user !== userId)
    world.emit('app_mention', { ...event, type: 'app_mention' });
}

/** The name in `message.<place>` subscriptions. */
function placeOf(channel: Channel): string {
  return { channel: 'channels', private: 'groups', im: 'im' }[channel.kind];
}
export function typeOf(channel: Channel): string {
  return { channel: 'channel', private: 'group', im: 'im' }[channel.kind];
}

export function botProfile(world: World): JsonObject {
  const { botId, appId, name } = world.bot;
  return {
    id: botId,
    app_id: appId,
    user_id: world.bot.userId,
    name,
    icons: {},
    deleted: false,
    updated: 0,
    team_id: world.team.id,
  };
}

/** The message in the Web API's shape; `metadata` only when asked for. */
export function inApi(world: World, message: SlackMessage, options: { metadata?: boolean } = {}): JsonObject {
  const {
    channel: _,
    is_ephemeral: __,
    ephemeral_to: ___,
    problem: ____,
    task_display_mode: _____,
    ...rest
  } = structuredClone(message);
  if (!options.metadata) delete rest.metadata;
  const shown: JsonObject = JSON.parse(JSON.stringify(rest));
  if (message.bot_id) shown.bot_profile = botProfile(world);
  if (message.reply_users)
    Object.assign(shown, { reply_users_count: message.reply_users.length, is_locked: false, subscribed: false });
  return shown;
}
