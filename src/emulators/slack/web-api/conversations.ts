/** conversations.*: what an app may learn of channels, their people and their history. */
import { find, inApi, isReply, repliesTo } from '../messages.ts';
import type { Channel, World } from '../state.ts';
import { newId } from '../state.ts';
import type { JsonObject, SlackMessage } from '../types.ts';
import { type Arguments, joinedChannel, type Method, page, SlackRefusal, visibleChannel } from './method.ts';

const reading = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const conversations: Record<string, Method> = {
  'conversations.info': {
    scopes: reading,
    rate: 50,
    run(args, { world }) {
      const channel = visibleChannel(world, args.required('channel'));
      requireScope(world, channel, 'read');
      const counted = args.flag('include_num_members') ? { num_members: channel.members.length } : {};
      return { channel: { ...describe(world, channel), ...counted } };
    },
  },
  'conversations.list': {
    scopes: reading,
    rate: 20,
    run(args, { world }) {
      const all = ofTypes(world, args).filter((channel) => channel.kind === 'channel' || sees(world, channel));
      const { items, next } = page(all, args);
      return { channels: items.map((channel) => describe(world, channel)), response_metadata: { next_cursor: next } };
    },
  },
  'conversations.history': {
    scopes: history,
    rate: 50,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel'));
      requireScope(world, channel, 'history');
      const shown = channel.messages.filter((message) => !isReply(message) || message.subtype === 'thread_broadcast');
      return pageOfMessages(world, args, within(shown, args).toReversed());
    },
  },
  'conversations.replies': {
    scopes: history,
    rate: 50,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel'));
      requireScope(world, channel, 'history');
      const root = find(channel, args.required('ts'));
      if (!root) throw new SlackRefusal('thread_not_found');
      const replies = isReply(root) ? [] : within(repliesTo(channel, root.ts), args);
      return pageOfMessages(world, args, [root, ...replies]);
    },
  },
  'conversations.members': {
    scopes: reading,
    rate: 100,
    run(args, { world }) {
      const channel = visibleChannel(world, args.required('channel'));
      requireScope(world, channel, 'read');
      const { items, next } = page(channel.members, args);
      return { members: items, response_metadata: { next_cursor: next } };
    },
  },
  'users.conversations': {
    scopes: reading,
    rate: 50,
    run(args, { world }) {
      const user = args.text('user') ?? world.bot.userId;
      // Of somebody else only what the caller is in too.
      const both = [user, world.bot.userId];
      const own = ofTypes(world, args).filter((channel) => both.every((one) => channel.members.includes(one)));
      const { items, next } = page(own, args);
      return { channels: items.map((channel) => describe(world, channel)), response_metadata: { next_cursor: next } };
    },
  },
  'conversations.open': {
    scopes: ['im:write', 'mpim:write'],
    rate: 50,
    run(args, { world }) {
      const existing = args.text('channel');
      const channel = existing ? visibleChannel(world, existing) : openWith(world, args);
      const whole = args.flag('return_im') ? describe(world, channel) : { id: channel.id };
      return { no_op: true, already_open: true, channel: whole };
    },
  },
};

function openWith(world: World, args: Arguments): Channel {
  const users = (args.text('users') ?? '')
    .split(',')
    .map((user) => user.trim())
    .filter(Boolean);
  if (users.length === 0) throw new SlackRefusal('users_list_not_supplied');
  if (users.length > 8) throw new SlackRefusal('too_many_users');
  if (users.some((user) => !world.people.has(user))) throw new SlackRefusal('user_not_found');
  const [first] = users;
  if (users.length === 1 && first) return world.channel(world.person(first).im);
  const members = [...new Set([...users, world.bot.userId])].sort();
  const same = [...world.channels.values()].find(
    (channel) => channel.name.startsWith('mpdm-') && [...channel.members].sort().join() === members.join(),
  );
  const names = users.map((user) => world.person(user).name).join('--');
  return same ?? world.addChannel({ id: newId('G'), name: `mpdm-${names}-1`, members, isPrivate: true });
}

export function sees(world: World, channel: Channel): boolean {
  return channel.members.includes(world.bot.userId);
}

/** The channels of the asked types; only public ones unless said otherwise. */
export function ofTypes(world: World, args: Arguments): Channel[] {
  const types = (args.text('types') ?? 'public_channel').split(',').map((type) => type.trim());
  const kinds: Record<string, (channel: Channel) => boolean> = {
    public_channel: ({ kind }) => kind === 'channel',
    private_channel: ({ kind, name }) => kind === 'private' && !name.startsWith('mpdm-'),
    mpim: ({ kind, name }) => kind === 'private' && name.startsWith('mpdm-'),
    im: ({ kind }) => kind === 'im',
  };
  if (types.some((type) => !Object.hasOwn(kinds, type))) throw new SlackRefusal('invalid_types');
  return [...world.channels.values()].filter((channel) => types.some((type) => kinds[type]?.(channel)));
}

function requireScope(world: World, channel: Channel, right: 'read' | 'history'): void {
  const needed = `${{ channel: 'channels', private: 'groups', im: 'im' }[channel.kind]}:${right}`;
  if (!world.settings.scopes.has(needed))
    throw new SlackRefusal('missing_scope', { needed, provided: [...world.settings.scopes].join(',') });
}

export function describe(world: World, channel: Channel): JsonObject {
  const { id, name, kind, members, topic, user } = channel;
  const common = {
    id,
    created: 1_700_000_000,
    is_archived: false,
    is_org_shared: false,
    context_team_id: world.team.id,
  };
  if (kind === 'im') return { ...common, is_im: true, user, is_user_deleted: false, priority: 0 };
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: kind === 'channel',
    is_group: kind === 'private',
    is_im: false,
    is_mpim: name.startsWith('mpdm-'),
    is_private: kind === 'private',
    is_general: false,
    is_shared: channel.isShared === true,
    is_ext_shared: channel.isShared === true,
    is_member: members.includes(world.bot.userId),
    creator: members[0] ?? '',
    topic: { value: topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    num_members: members.length,
  };
}

function within(messages: SlackMessage[], args: Arguments): SlackMessage[] {
  const oldest = stamp(args, 'oldest') ?? 0n;
  const latest = stamp(args, 'latest') ?? 10n ** 18n;
  const inclusive = args.flag('inclusive') ?? false;
  return messages.filter(({ ts }) => {
    const at = micros(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
}
function stamp(args: Arguments, key: 'oldest' | 'latest'): bigint | undefined {
  const value = args.text(key);
  if (value === undefined || value === '') return undefined;
  if (!/^\d+(\.\d{1,6})?$/.test(value)) throw new SlackRefusal(`invalid_ts_${key}`);
  return micros(value);
}
/** Time stamps compared to the microsecond: too many digits for a float. */
function micros(ts: string): bigint {
  const [seconds = '0', fraction = ''] = ts.split('.');
  return BigInt(seconds + fraction.padEnd(6, '0'));
}

function pageOfMessages(world: World, args: Arguments, messages: SlackMessage[]): JsonObject {
  const { items, next, more } = page(messages, args, 100, 999);
  const metadata = args.flag('include_all_metadata') ?? false;
  return {
    messages: items.map((message) => inApi(world, message, { metadata })),
    has_more: more,
    ...(more ? { response_metadata: { next_cursor: next } } : {}),
  };
}
