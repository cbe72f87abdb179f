/** Remembering a fact for the people of a place. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';

export function memoryActions(services: () => Services): Action[] {
  const remember = defineAction({
    name: 'sophia_remember',
    description: 'remembers a fact for the people who can read this place',
    effect: 'write',
    usage: 'remember <text...>',
    example: '/sophia remember the staging database is read-only on Fridays',
    input: z.strictObject({ text: z.string().min(3).max(2000) }),
    output: z.strictObject({ remembered: z.boolean() }),
    plan: async (input, context) => ({
      target: `memory:${context.requester.id}`,
      summary: `Remember: ${input.text}`,
      details: [],
      preconditions: [],
      resolved: {
        at: context.now().toISOString(),
        source:
          context.heard
            .map((one) => one.source)
            .join(', ')
            .slice(0, 300) || null,
      },
    }),
    async run(plan, { requester, place }) {
      const { memory, redact } = services();
      const { input } = plan;
      // The time is the plan's, so that a second try is the same row.
      await memory.remember({
        acl: place.audience,
        kind: 'fact',
        text: redact(input.text),
        person: requester.id,
        thread: place.thread,
        channel: place.thread.split(':').slice(0, 3).join(':'),
        speaker: requester.name,
        trust: 'kept',
        at: String(plan.resolved?.at),
        tainted: true,
        source: typeof plan.resolved?.source === 'string' ? plan.resolved.source : null,
      });
      return { remembered: true };
    },
    reconcile: async () => ({ state: 'not done' }),
  });

  return [remember];
}
