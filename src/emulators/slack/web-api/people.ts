/** users.*, usergroups.*, bots.info, team.info: who is here. */
import { botProfile } from '../messages.ts';
import type { World } from '../state.ts';
import type { JsonObject, SlackPerson } from '../types.ts';
import { describe, ofTypes, sees } from './conversations.ts';
import { type Method, page, SlackRefusal } from './method.ts';

export const people: Record<string, Method> = {
  'users.info': {
    scopes: ['users:read'],
    rate: 100,
    run(args, { world }) {
      const { locale = 'en-US' } = world.people.get(args.required('user')) ?? {};
      const asked = args.flag('include_locale') ? { locale } : {};
      return { user: { ...userObject(world, args.required('user')), ...asked } };
    },
  },
  'users.list': {
    scopes: ['users:read'],
    rate: 20,
    run(args, { world }) {
      const ids = ['USLACKBOT', ...world.people.keys(), world.bot.userId];
      const { items, next } = page(ids, args, 200);
      return { members: items.map((id) => userObject(world, id)), response_metadata: { next_cursor: next } };
    },
  },
  'users.conversations': {
    scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
    rate: 50,
    run(args, { world }) {
      const user = args.text('user') ?? world.bot.userId;
      if (user !== world.bot.userId && !world.people.has(user)) throw new SlackRefusal('user_not_found');
      // Of somebody else's channels an app sees the public ones and those it shares.
      const shared = ofTypes(world, args).filter(
        (channel) => channel.members.includes(user) && (channel.kind === 'channel' || sees(world, channel)),
      );
      const { items, next } = page(shared, args);
      return { channels: items.map((channel) => describe(world, channel)), response_metadata: { next_cursor: next } };
    },
  },
  'usergroups.list': {
    scopes: ['usergroups:read'],
    rate: 20,
    run(args, { world }) {
      const withUsers = args.flag('include_users') ?? false;
      const groups = world.settings.workspace.usergroups.map(({ id, handle, name, users }) => ({
        id,
        team_id: world.team.id,
        is_usergroup: true,
        name,
        handle,
        description: '',
        is_external: false,
        date_delete: 0,
        user_count: users.length,
        ...(withUsers ? { users: [...users] } : {}),
      }));
      return { usergroups: groups };
    },
  },
  'usergroups.users.list': {
    scopes: ['usergroups:read'],
    rate: 20,
    run(args, { world }) {
      const wanted = args.required('usergroup');
      const group = world.settings.workspace.usergroups.find(({ id }) => id === wanted);
      if (!group) throw new SlackRefusal('no_such_subteam');
      return { users: [...group.users] };
    },
  },
  'bots.info': {
    scopes: ['users:read'],
    rate: 50,
    run(args, { world }) {
      const bot = args.text('bot') ?? world.bot.botId;
      if (bot !== world.bot.botId) throw new SlackRefusal('bot_not_found');
      return { bot: botProfile(world) };
    },
  },
  'team.info': {
    scopes: ['team:read'],
    rate: 50,
    run(args, { world }) {
      const { id, name, domain } = world.team;
      const team = args.text('team') ?? id;
      if (team !== id) throw new SlackRefusal('team_not_found');
      return { team: { id, name, domain, url: `https://${domain}.slack.com/`, email_domain: '', icon: {} } };
    },
  },
};

function userObject(world: World, id: string): JsonObject {
  const { bot } = world;
  if (id === bot.userId) {
    const profile = {
      real_name: bot.name,
      display_name: bot.name,
      api_app_id: bot.appId,
      bot_id: bot.botId,
      always_active: true,
    };
    return { ...user(world, { id, name: bot.name, realName: bot.name, im: '' }), is_bot: true, profile };
  }
  // Slackbot is listed like a person and says it is no bot.
  if (id === 'USLACKBOT') return user(world, { id, name: 'slackbot', realName: 'Slackbot', im: '' });
  const person = world.people.get(id);
  if (!person) throw new SlackRefusal('user_not_found');
  return user(world, person);
}

function user(world: World, person: SlackPerson): JsonObject {
  const { id, name, realName, email, isAdmin = false, isGuest = false, timeZone = 'Etc/UTC' } = person;
  const home = person.home ?? world.team.id;
  const mayReadEmail = email !== undefined && world.settings.scopes.has('users:read.email');
  const [first = '', ...rest] = realName.split(' ');
  return {
    id,
    team_id: home,
    name,
    deleted: person.isDeleted === true,
    real_name: realName,
    tz: timeZone,
    tz_label: timeZone,
    tz_offset: 0,
    profile: {
      real_name: realName,
      real_name_normalized: realName,
      display_name: realName,
      display_name_normalized: realName,
      first_name: first,
      last_name: rest.join(' '),
      team: home,
      ...(mayReadEmail ? { email } : {}),
    },
    is_admin: isAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: isGuest,
    is_ultra_restricted: false,
    is_bot: false,
    ...(person.home ? { is_stranger: true } : {}),
    is_app_user: false,
    updated: 1_700_000_000,
  };
}
