/** The whole world as plain JSON, for the page and for tests that wait for something to appear. */
import { isReply, repliesTo } from './messages.ts';
import type { Channel, World } from './state.ts';
import type { SlackChannelView, SlackSnapshot, SlackThread } from './types.ts';

export function snapshotOf(world: World, connection: SlackSnapshot['connection']): SlackSnapshot {
  const { team, bot, usergroups } = world.settings.workspace;
  const people = [...world.people.values()];
  const now = world.now();
  const byPerson = <Value>(value: (id: string) => Value) => Object.fromEntries(people.map(({ id }) => [id, value(id)]));
  return structuredClone({
    revision: world.revision,
    team,
    bot,
    people,
    usergroups,
    channels: [...world.channels.values()].map(viewOfChannel),
    ephemerals: byPerson((id) => world.ephemerals.get(id) ?? []),
    views: byPerson((id) => world.views.get(id) ?? []),
    homes: byPerson((id) => world.homes.get(id) ?? null),
    sessions: [...world.sessions.values()],
    typing: [...world.typing.values()]
      .filter(({ until }) => until > now)
      .map(({ channel, thread, status, loadingMessages }) => ({ channel, thread, status, loadingMessages })),
    prompts: [...world.prompts.values()],
    connection,
  });
}

export function threadsOf(channel: Channel): SlackThread[] {
  return channel.messages
    .filter((message) => !isReply(message) || message.subtype === 'thread_broadcast')
    .map((message) => ({ ...message, replies: isReply(message) ? [] : repliesTo(channel, message.ts) }));
}

function viewOfChannel(channel: Channel): SlackChannelView {
  const { id, name, kind, members, topic, user } = channel;
  return { id, name, kind, members, topic, ...(user === null ? {} : { user }), messages: threadsOf(channel) };
}
