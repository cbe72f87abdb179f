/** Forgetting: one's own, one memory, a thread, a channel, or somebody; what was made from it goes too, and no byte stays. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import type { Whose } from '../../core/erasure.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { MemoryRow, Selection } from '../../core/memory.ts';
import { parseThreadId } from '../../core/thread.ts';
import { mentionOf, surfaceOf } from './people.ts';

const counted = z.strictObject({ forgotten: z.number(), erased: z.number() });
const shortestId = 6;
const hint = 'me, this, thread, channel, person <person>, or the id of a memory as `memory` shows it';

export function forgetActions(services: () => Services): Action[] {
  const forget = defineAction({
    name: 'sophia_forget',
    description:
      'forgets what is remembered of whoever asks: all of it (`me`), their words in this thread (`this`), or one memory by its id',
    effect: 'write',
    worksFrozen: true,
    everyone: true,
    usage: 'forget <what>',
    example: '/sophia forget me',
    input: z.strictObject({
      what: z.string().regex(/^(?:me|this|[0-9a-f]{6,64})$/, hint),
    }),
    output: counted,
    async plan({ what }, context) {
      const one = what === 'me' || what === 'this' ? null : await ownMemory(services(), context.requester.id, what);
      const words = { me: 'everything remembered of you', this: 'your words in this thread' }[what];
      return {
        target: `memory:${context.requester.id}`,
        summary: `Forget ${words ?? `memory ${what}`}`,
        details:
          what === 'me'
            ? [{ label: 'Also', value: 'your words in the audit trail’s texts and in ended runs; ids and hashes stay' }]
            : [],
        undo: 'It cannot be brought back.',
        preconditions: [],
        resolved: one === null ? {} : { id: one.id },
      };
    },
    async run(plan, context) {
      const { what } = plan.input;
      const person = context.requester.id;
      if (what === 'me') return erase(services(), { person });
      const { thread } = context.place;
      if (what === 'this') return erase(services(), { thread, person });
      const one = await services().memory.about(person);
      const rows = one.filter((row) => row.id === plan.resolved?.id);
      return erase(services(), { ids: rows.map((row) => row.id) }, { rows });
    },
    // Forgetting again what is gone changes nothing.
    reconcile: async () => ({ state: 'not done' }),
  });

  const place = {
    effect: 'write',
    worksFrozen: true,
    input: z.strictObject({}),
    output: counted,
    reconcile: async () => ({ state: 'not done' as const }),
  } as const;

  const forgetChannel = defineAction({
    ...place,
    name: 'sophia_forget_channel',
    description: 'forgets everything remembered of this channel, whoever said it',
    usage: 'forget channel',
    example: '/sophia forget channel',
    plan: async (_input, context) => ({
      target: `memory:${channelOf(context)}`,
      summary: 'Forget everything remembered of this channel',
      details: [{ label: 'Channel', value: channelOf(context) }],
      undo: 'It cannot be brought back.',
      preconditions: [],
    }),
    async run(_plan, context) {
      const channel = channelOf(context);
      // Else it would come back with the next change.
      await services().collections.disconnect({ channel });
      return erase(services(), { channel });
    },
  });

  const forgetThread = defineAction({
    ...place,
    name: 'sophia_forget_thread',
    description: 'forgets everything remembered of this thread, whoever said it',
    usage: 'forget thread',
    example: '@sophia forget thread',
    plan: async (_input, { place: { thread } }) => ({
      target: `memory:${thread}`,
      summary: 'Forget everything remembered of this thread',
      details: [{ label: 'Thread', value: thread }],
      undo: 'It cannot be brought back.',
      preconditions: [],
    }),
    run: async (_plan, { place: { thread } }) => erase(services(), { thread }),
  });

  const forgetPerson = defineAction({
    name: 'sophia_forget_person',
    description:
      'forgets everything said by or about somebody: who left, who is a guest, or who asked for it elsewhere',
    effect: 'write',
    worksFrozen: true,
    usage: 'forget person <person>',
    example: '/sophia forget person @carol',
    input: z.strictObject({ person: z.string().min(2).max(60) }),
    output: counted,
    async plan({ person }, context) {
      const id = personIn(person, context.place.thread);
      const { memory, policy } = services();
      // Whether there is anything, and how much, is told to those in charge alone.
      if (!policy.admins().includes(context.requester.id))
        throw new SophiaError('forbidden', 'What is remembered of somebody else is theirs to have forgotten.', {
          hint: 'They type `forget me`. For who cannot, an admin asks.',
        });
      const rows = await memory.about(id);
      // A name that is nobody's would be forgotten with success.
      if (rows.length === 0) await surfaceOf(services(), id).person(id);
      return {
        target: `memory:${id}`,
        summary: `Forget everything remembered of ${mentionOf(services(), id)}`,
        details: [
          { label: 'Person', value: id },
          { label: 'Remembered', value: `${rows.length} rows by or about them` },
          { label: 'Also', value: 'their words in the audit trail’s texts and in ended runs; ids and hashes stay' },
        ],
        undo: 'It cannot be brought back.',
        preconditions: [],
        resolved: { person: id },
      };
    },
    run: async (plan) => erase(services(), { person: String(plan.resolved?.person) }),
    reconcile: async () => ({ state: 'not done' }),
  });

  // Those with a word of their own before `forget <what>`: the first that fits is taken.
  return [forgetChannel, forgetThread, forgetPerson, forget];
}

/** One memory of this person by the beginning of its id; somebody else's words are theirs. */
export async function ownMemory({ memory }: Services, person: string, id: string): Promise<MemoryRow> {
  const own = (await memory.about(person)).filter((row) => row.id.startsWith(id));
  const [one, other] = own;
  if (!one || other || id.length < shortestId)
    throw new SophiaError('not_found', `You have no memory ${id} of your own.`, {
      hint: '`memory` lists what is remembered of you.',
    });
  return one;
}

/** Rows, what was made from them, words beside them, and what ended runs held of them, of whoever asked: then every byte. */
async function erase(services: Services, selection: Selection, whose = selection as Whose) {
  const { memory, erasure, durable } = services;
  const forgotten = await memory.forget(selection);
  const erased = await erasure.texts(whose);
  await durable.erase(null);
  await memory.scrub();
  return { forgotten, erased };
}

/** `@carol` as the surface writes it, or her id. */
function personIn(words: string, thread: string): string {
  const short = /^(?:<@)?@?([A-Za-z0-9_]+)(?:\|[^>]*)?>?$/.exec(words)?.[1];
  if (short === undefined)
    throw new SophiaError('bad_input', `I cannot tell who “${words}” is.`, { hint: 'Type @ and pick them.' });
  const { surface, team } = parseThreadId(thread);
  return `${surface}:${team}:${short}`;
}

function channelOf({ place }: LookContext): string {
  return place.thread.split(':').slice(0, 3).join(':');
}
