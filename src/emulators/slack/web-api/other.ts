/** auth.test, api.test, apps.connections.open, reactions.* and files v2. */
import { isBag } from '../blocks/rule.ts';
import { fileInApi, mimetypeOf } from '../files.ts';
import { find, fromBot, post } from '../messages.ts';
import { newId, type World } from '../state.ts';
import type { JsonObject, SlackMessage } from '../types.ts';
import { inThread } from './chat.ts';
import { type Arguments, invalidArguments, joinedChannel, type Method, SlackRefusal } from './method.ts';

export const other: Record<string, Method> = {
  'api.test': {
    token: 'none',
    rate: 100,
    run(args) {
      const error = args.text('error');
      if (error) throw new SlackRefusal(error, { args: args.all });
      return { args: args.all };
    },
  },
  'auth.test': {
    rate: 100,
    run(_args, { world }) {
      const { team, bot } = world;
      return {
        url: `https://${team.domain}.slack.com/`,
        team: team.name,
        user: bot.name,
        team_id: team.id,
        user_id: bot.userId,
        bot_id: bot.botId,
        is_enterprise_install: false,
      };
    },
  },
  'apps.connections.open': {
    token: 'app',
    rate: 1,
    run: (_args, { sockets, origin }) => ({ url: sockets.address(origin) }),
  },
  'reactions.add': {
    scopes: ['reactions:write'],
    rate: 50,
    run(args, { world }) {
      const { message, name } = reaction(world, args);
      message.reactions ??= [];
      const known = message.reactions.find((each) => each.name === name);
      if (known?.users.includes(world.bot.userId)) throw new SlackRefusal('already_reacted');
      if (known) known.count = known.users.push(world.bot.userId);
      else message.reactions.push({ name, users: [world.bot.userId], count: 1 });
      world.changed();
      return {};
    },
  },
  'reactions.remove': {
    scopes: ['reactions:write'],
    rate: 20,
    run(args, { world }) {
      const { message, name } = reaction(world, args);
      const known = message.reactions?.find((each) => each.name === name);
      if (!known?.users.includes(world.bot.userId)) throw new SlackRefusal('no_reaction');
      known.users = known.users.filter((user) => user !== world.bot.userId);
      known.count = known.users.length;
      message.reactions = message.reactions?.filter((each) => each.count > 0) ?? [];
      if (message.reactions.length === 0) delete message.reactions;
      world.changed();
      return {};
    },
  },
  'files.getUploadURLExternal': {
    scopes: ['files:write'],
    rate: 100,
    run(args, { world, origin }) {
      const name = args.required('filename');
      const length = args.integer('length', 1, 1_000_000_000);
      if (length === undefined) throw invalidArguments('missing required field: length');
      const id = newId('F');
      world.files.set(id, {
        name,
        title: name,
        mimetype: mimetypeOf(name),
        length,
        content: null,
        user: world.bot.userId,
      });
      return { upload_url: `${origin}/upload/${id}`, file_id: id };
    },
  },
  'files.completeUploadExternal': {
    scopes: ['files:write'],
    rate: 100,
    run(args, { world, origin }) {
      const given = args.json('files');
      if (!Array.isArray(given) || given.length === 0) throw invalidArguments('missing required field: files');
      const files = given.map((entry): JsonObject => {
        const id = isBag(entry) ? String(entry.id) : '';
        const file = world.files.get(id);
        if (!file) throw new SlackRefusal('file_not_found');
        if (file.content === null) throw new SlackRefusal('file_upload_not_complete');
        if (isBag(entry) && typeof entry.title === 'string') file.title = entry.title;
        return fileInApi(world, id, origin);
      });
      const channelId = args.text('channel_id');
      if (channelId) {
        const channel = joinedChannel(world, channelId);
        const thread = args.text('thread_ts');
        const text = args.text('initial_comment') ?? '';
        post(world, channel, world.bot.userId, {
          ...fromBot(world),
          text,
          files,
          ...(thread ? inThread(channel, thread) : {}),
        });
      }
      return { files };
    },
  },
};

function reaction(world: World, args: Arguments): { message: SlackMessage; name: string } {
  const name = args.required('name').replaceAll(':', '');
  if (!/^[a-z0-9_+'-]+$/.test(name)) throw new SlackRefusal('invalid_name');
  const channel = joinedChannel(world, args.required('channel'));
  const message = find(channel, args.required('timestamp'));
  if (!message) throw new SlackRefusal('message_not_found');
  return { message, name };
}
