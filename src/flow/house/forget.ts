/** Forgetting: one's own, a thread, one memory, or a whole channel; what was made from it goes too, and no byte stays. */
import { z } from 'zod';
import { type Action, type DeedContext, defineAction, type LookContext } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Selection } from '../../core/memory.ts';

const counted = z.strictObject({ forgotten: z.number(), erased: z.number() });
const shortestId = 6;

export function forgetActions(services: () => Services): Action[] {
  const forget = defineAction({
    name: 'sophia_forget',
    description: 'forgets what is remembered of whoever asks (`me`), of this thread (`this`), or one memory by its id',
    effect: 'write',
    worksFrozen: true,
    usage: 'forget <what>',
    example: '/sophia forget me',
    input: z.strictObject({
      what: z
        .string()
        .regex(/^(?:me|this|[0-9a-f]{6,64})$/, 'me, this, channel, or the id of a memory as `memory` shows it'),
    }),
    output: counted,
    async plan({ what }, context) {
      const selection = await selectionOf(what, context);
      const words = { me: 'everything remembered of you', this: 'what is remembered of this thread' }[what];
      return {
        target: `memory:${context.requester.id}`,
        summary: `Forget ${words ?? `memory ${what}`}`,
        details:
          what === 'me'
            ? [{ label: 'Also', value: 'your words in the audit trail’s texts and in ended runs; ids and hashes stay' }]
            : [],
        undo: 'It cannot be brought back.',
        preconditions: [],
        resolved: { ...(selection.ids ? { ids: selection.ids } : {}) },
      };
    },
    async run(plan, context) {
      const { what } = plan.input;
      const ids = Array.isArray(plan.resolved?.ids) ? plan.resolved.ids.map(String) : undefined;
      return forgetAll(what === 'me', ids ? { ids } : selectionNamed(what, context), context);
    },
    // Forgetting again what is gone changes nothing.
    reconcile: async () => ({ state: 'not done' }),
  });

  const forgetChannel = defineAction({
    name: 'sophia_forget_channel',
    description: 'forgets everything remembered of this channel, whoever said it',
    effect: 'write',
    worksFrozen: true,
    usage: 'forget channel',
    example: '/sophia forget channel',
    input: z.strictObject({}),
    output: counted,
    plan: async (_input, context) => ({
      target: `memory:${channelOf(context)}`,
      summary: 'Forget everything remembered of this channel',
      details: [{ label: 'Channel', value: channelOf(context) }],
      undo: 'It cannot be brought back.',
      preconditions: [],
    }),
    run: async (_plan, context) => forgetAll(false, { channel: channelOf(context) }, context),
    reconcile: async () => ({ state: 'not done' }),
  });

  async function selectionOf(what: string, context: LookContext): Promise<Selection> {
    if (what === 'me' || what === 'this') return selectionNamed(what, context);
    // Only one's own: somebody else's words are theirs to forget.
    const own = (await services().memory.about(context.requester.id)).filter((row) => row.id.startsWith(what));
    const [one, other] = own;
    if (!one || other || what.length < shortestId)
      throw new SophiaError('not_found', `You have no memory ${what} of your own.`, {
        hint: '`memory` lists what is remembered of you.',
      });
    return { ids: [one.id] };
  }

  async function forgetAll(person: boolean, selection: Selection, context: DeedContext) {
    const { memory, erasure, durable, requester } = { ...services(), requester: context.requester };
    const forgotten = await memory.forget(selection);
    const texts = person ? await erasure.texts(requester.id) : { audit: 0, titles: 0, engineIds: [] };
    await durable.erase(texts.engineIds);
    await memory.scrub();
    return { forgotten, erased: texts.audit + texts.titles };
  }

  return [forgetChannel, forget];
}

function selectionNamed(what: string, context: LookContext): Selection {
  return what === 'me' ? { person: context.requester.id } : { thread: context.place.thread };
}

function channelOf({ place }: LookContext): string {
  return place.thread.split(':').slice(0, 3).join(':');
}
