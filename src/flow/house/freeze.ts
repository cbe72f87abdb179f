/** Stopping all writes, and letting them go again. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import { surfaceOf } from './people.ts';

export function freezeActions(services: () => Services): Action[] {
  const now = () => services().now().toISOString();

  const freeze = defineAction({
    name: 'sophia_freeze',
    description: 'stops all writes until somebody thaws',
    effect: 'write',
    worksFrozen: true,
    usage: 'freeze [<reason...>]',
    example: '/sophia freeze database migration until 15:00',
    input: z.strictObject({ reason: z.string().max(500).default('no reason given') }),
    output: z.strictObject({ frozen: z.boolean() }),
    plan: async (input) => ({
      target: 'sophia:freeze',
      summary: `Freeze all writes: ${input.reason}`,
      details: [],
      undo: '/sophia thaw',
      preconditions: [],
    }),
    async run(plan, context) {
      const { input } = plan;
      await services().freezes.freeze({ by: context.requester.id, reason: input.reason, since: now() });
      return { frozen: true };
    },
    reconcile: async () =>
      (await services().freezes.current()) ? { state: 'done', output: { frozen: true } } : { state: 'not done' },
  });

  const thaw = defineAction({
    name: 'sophia_thaw',
    description: 'lets writes go again after a freeze',
    effect: 'write',
    worksFrozen: true,
    usage: 'thaw',
    example: '/sophia thaw',
    input: z.strictObject({}),
    output: z.strictObject({ frozen: z.boolean() }),
    async plan() {
      const current = await services().freezes.current();
      if (!current) throw new SophiaError('conflict', 'Nothing is frozen.');
      return {
        target: 'sophia:freeze',
        summary: 'Let writes go again',
        details: [
          { label: 'Frozen by', value: (await surfaceOf(services(), current.by).person(current.by)).name },
          { label: 'Since', value: current.since },
          { label: 'Reason', value: current.reason },
        ],
        undo: '/sophia freeze',
        preconditions: [{ name: 'freeze', expected: current }],
      };
    },
    async run() {
      await services().freezes.thaw();
      return { frozen: false };
    },
    reconcile: async () =>
      (await services().freezes.current()) ? { state: 'not done' } : { state: 'done', output: { frozen: false } },
  });

  return [freeze, thaw];
}
