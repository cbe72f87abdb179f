/** Connecting what stands outside (a repository) to a channel, so that those who read there can ask about it; and taking it away. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import type { Source } from '../../core/collections.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';

const named = z.strictObject({ repository: z.string().trim().min(3).max(300) });
const shown = z.strictObject({ name: z.string(), read: z.string(), by: z.string(), since: z.string() });

export function collectionActions(services: () => Services): Action[] {
  const connect = defineAction({
    name: 'sophia_index',
    description:
      'connects a repository to this channel: its files, issues and pull requests are remembered, now and as they change',
    effect: 'write',
    usage: 'index <repository>',
    example: '/sophia index acme/web',
    input: named,
    output: z.strictObject({ connected: z.string() }),
    async plan({ repository }, context) {
      const { name, about } = await sourceOf(services()).find(repository, context.signal);
      const everybody = context.place.audience.endsWith(':public');
      return {
        target: `memory:${name}`,
        summary: `Remember what stands in ${repository} and what changes there`,
        details: [
          { label: 'Repository', value: about },
          {
            label: 'Who may be told',
            value: everybody
              ? 'everybody in this workspace but guests: this channel is public'
              : 'who reads this channel',
          },
        ],
        undo: `unindex ${repository}`,
        preconditions: [],
        resolved: { name, at: context.now().toISOString() },
      };
    },
    async run(plan, context) {
      const name = String(plan.resolved?.name);
      const at = String(plan.resolved?.at);
      await services().collections.connect({ name, channel: channelOf(context), by: context.requester.id, at });
      return { connected: name };
    },
    // The same again only has it read anew.
    reconcile: async () => ({ state: 'not done' }),
  });

  const disconnect = defineAction({
    name: 'sophia_unindex',
    description: 'disconnects a repository from this channel and forgets what was remembered of it here',
    effect: 'write',
    worksFrozen: true,
    usage: 'unindex <repository>',
    example: '/sophia unindex acme/web',
    input: named,
    output: z.strictObject({ forgotten: z.number() }),
    async plan({ repository }, context) {
      const channel = channelOf(context);
      const all = await services().collections.list({ channel });
      const wanted = repository.toLowerCase();
      const one = all.find(({ name }) => name === wanted || name.endsWith(`:${wanted}`));
      if (!one)
        throw new SophiaError('not_found', `${repository} is not connected here.`, {
          hint: all.length > 0 ? `Connected: ${all.map(({ name }) => name).join(', ')}.` : 'Nothing is.',
        });
      return {
        target: `memory:${one.name}`,
        summary: `Forget what stands in ${one.name}, in this channel`,
        details: [],
        undo: `index ${repository}`,
        preconditions: [],
        resolved: { name: one.name },
      };
    },
    async run(plan, context) {
      const { collections, memory } = services();
      const channel = channelOf(context);
      const name = String(plan.resolved?.name);
      await collections.disconnect({ name, channel });
      const forgotten = await memory.forget({ originPrefix: `${name}/`, channel });
      await memory.scrub();
      return { forgotten };
    },
    reconcile: async () => ({ state: 'not done' }),
  });

  const list = defineAction({
    name: 'sophia_list_indexed',
    description: 'lists the repositories connected to this channel, and how far each was read',
    effect: 'read',
    usage: 'indexed',
    example: '/sophia indexed',
    input: z.strictObject({}),
    output: z.strictObject({ indexed: z.array(shown) }),
    async run(_input, context) {
      const all = await services().collections.list({ channel: channelOf(context) });
      return {
        indexed: all.map(({ name, state, by, at }) => ({
          name,
          read: state === null ? 'being read' : `as of ${state.slice(0, 7)}`,
          by,
          since: at.slice(0, 10),
        })),
      };
    },
  });

  return [connect, disconnect, list];
}

/** There is one system so far; with a second, the words have to say which. */
function sourceOf({ sources, missing }: Services): Source {
  const [source] = sources.values();
  if (source) return source;
  throw new SophiaError('not_configured', missing.get('github_') ?? 'Nothing that has repositories is connected.');
}

function channelOf({ place }: LookContext): string {
  return place.thread.split(':').slice(0, 3).join(':');
}
