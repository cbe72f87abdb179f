/** assistant.threads.* and agents.sessions.*: what an agent shows while it works. */
import { isBag } from '../blocks/rule.ts';
import { find } from '../messages.ts';
import { sessionKey } from '../state.ts';
import { requireThread } from './chat.ts';
import { invalidArguments, joinedChannel, type Method, SlackRefusal } from './method.ts';

const typingLifeMs = 2 * 60_000;
const mostPrompts = 4;
const longestTitle = 200;

export const sessions: Record<string, Method> = {
  'assistant.threads.setStatus': {
    scopes: ['assistant:write', 'chat:write'],
    rate: 100,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel_id'));
      const thread = requireThread(args);
      const status = args.text('status');
      if (status === undefined) throw invalidArguments('missing required field: status');
      const messages = args.json('loading_messages') ?? [];
      if (!Array.isArray(messages) || messages.length > 10)
        throw invalidArguments('no more than 10 items allowed [json-pointer:/loading_messages]');
      const key = sessionKey(channel.id, thread);
      if (status === '') world.typing.delete(key);
      else
        world.typing.set(key, {
          channel: channel.id,
          thread,
          status,
          loadingMessages: messages.map(String),
          until: world.now() + typingLifeMs,
        });
      world.changed();
      return {};
    },
  },
  'assistant.threads.setSuggestedPrompts': {
    scopes: ['assistant:write'],
    rate: 50,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel_id'));
      const prompts = args.json('prompts');
      if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > mostPrompts)
        throw invalidArguments(`must provide 1 to ${mostPrompts} prompts [json-pointer:/prompts]`);
      const read = prompts.map((prompt) => {
        if (!isBag(prompt) || typeof prompt.title !== 'string' || typeof prompt.message !== 'string')
          throw invalidArguments('a prompt has a title and a message [json-pointer:/prompts]');
        return { title: prompt.title, message: prompt.message };
      });
      // With `agent_view`, a call that names a thread is answered with ok and does nothing.
      if (args.text('thread_ts') !== undefined) return {};
      world.prompts.set(channel.id, {
        channel: channel.id,
        thread: null,
        title: args.text('title') ?? null,
        prompts: read,
      });
      world.changed();
      return {};
    },
  },
  'assistant.threads.setTitle': {
    scopes: ['assistant:write'],
    rate: 50,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel_id'));
      const thread = requireThread(args);
      const title = args.required('title');
      const key = sessionKey(channel.id, thread);
      const session = world.sessions.get(key) ?? { channel: channel.id, thread, status: 'active' as const };
      world.sessions.set(key, { ...session, title });
      world.changed();
      return {};
    },
  },
  'agents.sessions.setStatus': {
    scopes: ['assistant:write', 'chat:write'],
    rate: 100,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel_id'));
      const thread = requireThread(args);
      const status = args.choice('status', 'active', 'processing', 'suspended', 'closed');
      const title = args.text('title');
      if ((title?.length ?? 0) > longestTitle)
        throw invalidArguments(`must be less than ${longestTitle + 1} characters [json-pointer:/title]`);
      const initiator = args.text('initiator_user_id');
      if (initiator && !channel.members.includes(initiator)) throw new SlackRefusal('user_not_in_channel');
      if (!find(channel, thread)) throw new SlackRefusal('thread_not_found');
      const key = sessionKey(channel.id, thread);
      const existing = world.sessions.get(key);
      // Title and initiator count only when the session begins.
      world.sessions.set(
        key,
        existing
          ? { ...existing, status }
          : { channel: channel.id, thread, status, ...(title ? { title } : {}), ...(initiator ? { initiator } : {}) },
      );
      world.changed();
      return {};
    },
  },
  'agents.sessions.rename': {
    scopes: ['assistant:write', 'chat:write'],
    rate: 50,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel_id'));
      const title = args.required('title');
      if (title.length > longestTitle)
        throw invalidArguments(`must be less than ${longestTitle + 1} characters [json-pointer:/title]`);
      const session = world.sessions.get(sessionKey(channel.id, requireThread(args)));
      if (!session) throw new SlackRefusal('session_not_found');
      session.title = title;
      world.changed();
      return {};
    },
  },
};
