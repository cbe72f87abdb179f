/** chat.*: posting, updating, deleting, whispering, permalinks. */
import { edit, find, fromBot, inApi, isReply, post, remove } from '../messages.ts';
import type { Channel, World } from '../state.ts';
import type { SlackMessage } from '../types.ts';
import { mostText, readContent, readLooks, readMetadata, requireContent } from './content.ts';
import {
  type Arguments,
  invalidArguments,
  joinedChannel,
  type Method,
  SlackRefusal,
  visibleChannel,
} from './method.ts';

export const chat: Record<string, Method> = {
  'chat.postMessage': {
    scopes: ['chat:write'],
    rate: 'channel',
    run(args, { world }) {
      const channel = addressed(world, args.required('channel'));
      const content = readContent(args);
      requireContent(content);
      const metadata = readMetadata(args);
      const thread = args.text('thread_ts');
      const message = post(world, channel, world.bot.userId, {
        ...fromBot(world),
        text: (content.text ?? '').slice(0, mostText),
        ...readLooks(args),
        ...(content.blocks?.length ? { blocks: content.blocks } : {}),
        ...(content.attachments?.length ? { attachments: content.attachments } : {}),
        ...(metadata ? { metadata } : {}),
        ...(thread ? inThread(channel, thread) : {}),
        ...(thread && args.flag('reply_broadcast') ? { subtype: 'thread_broadcast' as const } : {}),
      });
      stopTyping(world, channel.id, thread);
      return { channel: channel.id, ts: message.ts, message: inApi(world, message, { metadata: true }) };
    },
  },
  'chat.update': {
    scopes: ['chat:write'],
    rate: 50,
    run(args, { world }) {
      const { channel, message } = own(world, args, 'cant_update_message');
      if (message.streaming_state === 'in_progress') throw new SlackRefusal('streaming_state_conflict');
      const content = readContent(args);
      if (content.text === undefined && content.blocks === undefined && content.attachments === undefined)
        throw new SlackRefusal('no_text');
      if ((content.text?.length ?? 0) > mostText) throw new SlackRefusal('msg_too_long');
      const metadata = args.all.metadata === undefined ? undefined : readUpdatedMetadata(args);
      // Text without blocks takes the old blocks away; only then does the message show as edited.
      const blocks = content.blocks ?? (content.text === undefined ? message.blocks : undefined);
      const text = content.text ?? message.text;
      const attachments = content.attachments ?? message.attachments;
      requireContent({ text: content.text ?? '', blocks, attachments });
      edit(world, channel, message, (changing) => {
        changing.text = text;
        replace(changing, 'blocks', blocks?.length ? blocks : undefined);
        replace(changing, 'attachments', attachments?.length ? attachments : undefined);
        if (metadata === null) delete changing.metadata;
        else if (metadata) changing.metadata = metadata;
        if (!blocks?.length) changing.edited = { user: world.bot.userId, ts: world.nextTs() };
        delete changing.problem;
      });
      return { channel: channel.id, ts: message.ts, text, message: inApi(world, message, { metadata: true }) };
    },
  },
  'chat.delete': {
    scopes: ['chat:write'],
    rate: 50,
    run(args, { world }) {
      const { channel, message } = own(world, args, 'cant_delete_message');
      remove(world, channel, message);
      return { channel: channel.id, ts: message.ts };
    },
  },
  'chat.postEphemeral': {
    scopes: ['chat:write'],
    rate: 100,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel'));
      const person = args.required('user');
      if (!world.people.has(person) || !channel.members.includes(person)) throw new SlackRefusal('user_not_in_channel');
      const content = readContent(args);
      requireContent(content);
      const thread = args.text('thread_ts');
      const message = whisper(world, channel, person, {
        text: (content.text ?? '').slice(0, mostText),
        ...readLooks(args),
        ...(content.blocks?.length ? { blocks: content.blocks } : {}),
        ...(content.attachments?.length ? { attachments: content.attachments } : {}),
        ...(thread ? { thread_ts: thread } : {}),
      });
      return { message_ts: message.ts };
    },
  },
  'chat.getPermalink': {
    rate: 100,
    run(args, { world }) {
      const channel = visibleChannel(world, args.required('channel'));
      const message = find(channel, args.required('message_ts'));
      if (!message) throw new SlackRefusal('message_not_found');
      const thread = isReply(message) ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : '';
      const permalink = `https://${world.team.domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
      return { channel: channel.id, permalink };
    },
  },
};

/** A message only this person sees; it is in no history. */
export function whisper(
  world: World,
  channel: Channel,
  person: string,
  draft: Pick<SlackMessage, 'text'> & Partial<SlackMessage>,
): SlackMessage {
  const message: SlackMessage = {
    type: 'message',
    channel: channel.id,
    ts: world.nextTs(),
    team: world.team.id,
    ...fromBot(world),
    is_ephemeral: true,
    ephemeral_to: person,
    ...draft,
  };
  world.ephemerals.set(person, [...(world.ephemerals.get(person) ?? []), message]);
  world.changed();
  return message;
}

/** The first message of the thread; a reply cannot have replies of its own. */
export function inThread(channel: Channel, thread: string): { thread_ts: string } {
  const root = find(channel, thread);
  if (!root) throw new SlackRefusal('thread_not_found');
  if (isReply(root)) throw new SlackRefusal('cannot_reply_to_message');
  return { thread_ts: root.ts };
}

/** A channel id, `#name`, or a person (their direct messages). */
function addressed(world: World, target: string): Channel {
  const person = world.people.get(target);
  if (person) return world.channel(person.im);
  const name = target.replace(/^#/, '');
  const named = [...world.channels.values()].find((channel) => channel.kind !== 'im' && channel.name === name);
  return joinedChannel(world, named?.id ?? target);
}

function own(world: World, args: Arguments, refusal: string): { channel: Channel; message: SlackMessage } {
  const channel = visibleChannel(world, args.required('channel'));
  const message = find(channel, args.required('ts'));
  if (!message) throw new SlackRefusal('message_not_found');
  if (message.bot_id !== world.bot.botId) throw new SlackRefusal(refusal);
  return { channel, message };
}

/** Null: an empty object takes the old metadata away. */
function readUpdatedMetadata(args: Arguments): SlackMessage['metadata'] | null {
  const value = args.json('metadata', 'invalid_metadata_format');
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return null;
  return readMetadata(args);
}

function replace<Key extends 'blocks' | 'attachments'>(
  message: SlackMessage,
  key: Key,
  value: SlackMessage[Key],
): void {
  if (value === undefined) delete message[key];
  else message[key] = value;
}

export function stopTyping(world: World, channel: string, thread: string | undefined): void {
  if (thread && world.typing.delete(`${channel} ${thread}`)) world.changed();
}

export function requireThread(args: Arguments): string {
  const thread = args.text('thread_ts');
  if (!thread) throw invalidArguments('missing required field: thread_ts');
  return thread;
}
