/** `scale acme-web to shared-cpu-2x`: another size for every machine of an app, one after the other, back when one is ill. */
import { z } from 'zod';
import { defineWorkflow } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import { memoryFor, parseSize, sizeRule, wrongMemory } from '../kit/machine-size.ts';
import { type Change, type Move, move, roll, rollingSteps } from './rolling.ts';
import { statusSeen } from './seen.ts';

const input = z.strictObject({
  app: z.string().min(1).describe('name of the Fly app, e.g. acme-web'),
  size: z
    .string()
    .refine((size) => parseSize(size) !== null, sizeRule)
    .describe('size by Fly’s name, e.g. shared-cpu-2x'),
  memory: z
    .int()
    .min(256)
    .max(131_072)
    .optional()
    .describe('memory in MB; default: as it is, within what the size takes'),
});
const output = z.object({
  app: z.string(),
  size: z.string(),
  machines: z.array(z.string()),
  rolled_back: z.array(z.string()),
  health: z.enum(['good', 'bad']).nullable(),
});

/** `shared-cpu-2x/1024`, as it travels in a move. */
const written = (size: string, memory: number) => `${size}/${memory}`;

const sizeChange: Change = {
  action: 'fly_resize_machine',
  input(app, { machine }, to, expected_instance) {
    const [size = '', memory] = to.split('/');
    return { app, machine, size, memory_mb: Number(memory), expected_instance };
  },
  shown: (what) => `${what.replace('/', ' with ')} MB`,
  have: 'have the new size',
  again: 'Ask again to finish, or ask for the old size to return.',
  mend: 'Too little memory shows in the log of the machine; ask for a larger size, or find out what else is wrong.',
};

export function resize() {
  return defineWorkflow({
    name: 'resize',
    description:
      'gives every machine of a Fly app another size of CPU and memory, checks the health of each, and goes back by itself',
    effect: 'write',
    varies: ['size', 'memory'],
    usage: 'scale <app> to <size> [memory <memory>]',
    example: '/sophia scale acme-web to shared-cpu-2x memory 1024',
    input,
    output,
    verdict: (raw) => output.parse(raw).health,

    async plan({ app, size, memory }, context) {
      const { machines } = statusSeen.parse(await context.look('fly_get_status', { app }));
      const nameless = machines.find((machine) => !machine.size);
      if (nameless)
        throw new SophiaError(
          'bad_input',
          `Machine ${nameless.id} of ${app} has a size that goes by no name (a GPU, perhaps).`,
          {
            hint: 'Change it with `fly machine update`.',
          },
        );
      const moves: Move[] = machines.flatMap((machine) => {
        const now = machine.size ?? { size: '', memory_mb: 0 };
        const next = written(size, memory ?? memoryFor(size, now.memory_mb));
        const from = written(now.size, now.memory_mb);
        if (from === next) return [];
        const asleep = machine.state !== undefined && machine.state !== 'started';
        const { id, region, instance_id } = machine;
        return [{ machine: id, region, instance_id, from, to: next, ...(asleep ? { asleep } : {}) }];
      });
      const wrong = moves.map((one) => wrongMemory(size, Number(one.to.split('/')[1]))).find((why) => why !== null);
      if (wrong) throw new SophiaError('bad_input', wrong);
      if (moves.length === 0)
        throw new SophiaError(
          'conflict',
          machines.length === 0 ? `${app} has no machine.` : `Every machine of ${app} has that size already.`,
        );
      const sizes = (which: 'from' | 'to') => [...new Set(moves.map((one) => sizeChange.shown(one[which])))].join(', ');
      const asleep = moves.filter((one) => one.asleep).length;
      return {
        target: `fly:${app}`,
        summary: `Scale ${moves.length === 1 ? 'one machine' : `${moves.length} machines`} of ${app} to ${sizes('to')}`,
        details: [
          { label: 'App', value: app },
          { label: 'Size now', value: sizes('from') },
          { label: 'Size next', value: sizes('to') },
          { label: 'Machines', value: moves.map((one) => `${one.region} ${one.machine}`).join(', ') },
          ...(asleep > 0 ? [{ label: 'Not running', value: `${asleep}; changed as they lie` }] : []),
          { label: 'Restarts', value: 'each machine in turn, the next only when the one before is healthy' },
          { label: 'Mind', value: 'a [[vm]] section in fly.toml puts its own size back with the next `fly deploy`' },
        ],
        steps: rollingSteps(app, moves, sizeChange),
        undo: `By itself when a machine does not become healthy; later by asking for ${sizes('from')}.`,
        preconditions: [{ name: 'machines', expected: moves.map((one) => [one.machine, one.instance_id, one.from]) }],
        resolved: { app, moves },
      };
    },

    async run(plan, context) {
      const { app, moves } = z.object({ app: z.string(), moves: z.array(move) }).parse(plan.resolved) as {
        app: string;
        moves: Move[];
      };
      const end = await roll(context, plan.summary, app, moves, sizeChange);
      if (!end.output) return { ...end, output: undefined };
      const { image: _, ...rest } = end.output;
      return { ...end, output: { ...rest, size: sizeChange.shown(moves[0]?.to ?? '') } };
    },
  });
}
