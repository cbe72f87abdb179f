/** What happens to channels and people: somebody leaves or is put out, a channel turns private or is shared, an account is closed. */
import { post } from '../messages.ts';
import type { ChannelChange } from '../types.ts';
import type { Stage } from './stage.ts';

export function leave({ world }: Stage, person: string, channelId: string): void {
  const channel = world.channelOf(person, channelId);
  channel.members = channel.members.filter((member) => member !== person);
  world.changed();
  world.emit('member_left_channel', {
    type: 'member_left_channel',
    user: person,
    channel: channelId,
    channel_type: channel.kind === 'private' ? 'G' : 'C',
    team: world.team.id,
    event_ts: world.nextTs(),
  });
}

/** `quietly`: the app hears nothing of it, as after an event that was lost. */
export function change(stage: Stage, channelId: string, to: ChannelChange, quietly: boolean): void {
  const { world } = stage;
  const channel = world.channel(channelId);
  const emit: typeof world.emit = (name, event) => {
    if (!quietly) world.emit(name, event);
  };
  if (to.isPrivate !== undefined) {
    channel.kind = to.isPrivate ? 'private' : 'channel';
    const subtype = to.isPrivate ? 'channel_convert_to_private' : 'channel_convert_to_public';
    const said = { user: channel.members[0] ?? '', text: 'made this channel another one', subtype };
    const group = to.isPrivate ? 'group' : 'channel';
    emit(`message.${group}s`, {
      type: 'message',
      channel: channelId,
      channel_type: group,
      ts: world.nextTs(),
      ...said,
    });
  }
  if (to.isShared !== undefined) {
    channel.isShared = to.isShared;
    const type = to.isShared ? 'channel_shared' : 'channel_unshared';
    emit(type, { type, channel: channelId, event_ts: world.nextTs(), connected_team_id: 'T0OTHER' });
  }
  world.changed();
}

export function deactivate({ world }: Stage, id: string): void {
  const person = world.person(id);
  world.people.set(id, { ...person, isDeleted: true });
  for (const channel of world.channels.values()) channel.members = channel.members.filter((member) => member !== id);
  world.changed();
  world.emit('user_change', {
    type: 'user_change',
    user: { id, team_id: person.home ?? world.team.id, name: person.name, deleted: true },
    event_ts: world.nextTs(),
  });
}

/** Somebody who is in a private channel brings another in. */
export function invite({ world }: Stage, person: string, channelId: string): void {
  world.person(person);
  const channel = world.channel(channelId);
  if (channel.members.includes(person)) return;
  channel.members.push(person);
  post(world, channel, person, { text: `<@${person}> has joined the channel`, subtype: 'channel_join' });
  world.emit('member_joined_channel', {
    type: 'member_joined_channel',
    user: person,
    channel: channelId,
    channel_type: channel.kind === 'private' ? 'G' : 'C',
    team: world.team.id,
    event_ts: world.nextTs(),
  });
}
