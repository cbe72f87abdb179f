/** Has models measured because somebody wants it: so many tasks of the evaluation set, within dollars set aside for it. */
import { z } from 'zod';
import { type Action, defineAction, defineWorkflow } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { ProgressStep } from '../../core/reply.ts';
import type { Evaluation } from '../../core/routing.ts';
import { kinds } from './models-shown.ts';

const pair = z.strictObject({
  class: z.enum(kinds).describe('kind of question'),
  model: z.string().min(1).max(200).describe('id of the model'),
  tasks: z.int().min(1).max(100).describe('how many of its open tasks, at most'),
  usd: z.number().min(0).max(100).describe('dollars it may cost'),
});
const sitting = z.strictObject({ asked: z.int(), good: z.int(), usd: z.number(), stopped: z.string().nullable() });
const measured = z.strictObject({
  pairs: z.array(pair.pick({ class: true, model: true }).extend(sitting.shape)),
  usd: z.number(),
});

const tasksAPair = 20;
const sitMs = 240_000;

export function evaluationActions(services: () => Services): Action[] {
  const measureModel = defineAction({
    name: 'sophia_measure_model',
    description: 'gives one model open tasks of one kind from the evaluation set and notes which answers hold',
    effect: 'write',
    input: pair,
    output: sitting,
    deadlineMs: sitMs,
    async plan({ class: kind, model, tasks, usd }) {
      ready(services());
      return {
        target: `evaluation:${kind}:${model}`,
        summary: `Give ${model} ${tasks} tasks of ${kind}`,
        details: [{ label: 'At most', value: dollars(usd) }],
        preconditions: [],
      };
    },
    run: async ({ input }, { signal }) => ready(services()).sit(input, signal),
    // What is marked is not given again: going on is the same as beginning anew.
    reconcile: async () => ({ state: 'not done' }),
  });

  const evaluateModels = defineWorkflow({
    name: 'sophia_evaluate_models',
    description: 'measures models on the evaluation set now, of one kind, one model or all; it costs dollars',
    effect: 'write',
    usage: 'models evaluate [<what>] [up to <usd>]',
    example: '/sophia models evaluate coding up to 1',
    input: z.strictObject({
      what: z.string().min(1).max(200).default('all').describe('a kind of question, a model, or all'),
      usd: z.number().positive().max(100).default(1).describe('dollars it may cost at most'),
    }),
    output: measured,
    spent: (output) => measured.parse(output).usd,

    async plan({ what, usd }) {
      const { routing } = services();
      const kind = kinds.find((name) => name === what.toLowerCase()) ?? null;
      const wanted = kind === null && what.toLowerCase() !== 'all' ? (await routing.named(what))[0] : null;
      if (wanted === undefined)
        throw new SophiaError('not_found', `I know neither a kind of question nor a model called “${what}”.`, {
          hint: `Kinds are ${kinds.join(', ')}; \`/sophia models\` lists the models in use.`,
        });
      const open = await ready(services()).open({ kind, model: wanted, tasks: tasksAPair });
      if (open.length === 0)
        throw new SophiaError('conflict', 'All of its tasks are marked already.', {
          hint: '`/sophia models` shows what came of them. A collapse opens them again.',
        });
      // Each has its share, so that together they cannot pass what was agreed.
      const share = Math.floor((usd / open.length) * 10_000) / 10_000;
      const pairs = open.map((one) => ({ ...one, usd: Math.min(share, Math.ceil(one.usd * 10_000) / 10_000) }));
      const all = pairs.reduce((sum, one) => sum + one.usd, 0);
      return {
        target: 'sophia:evaluation',
        summary: `Measure ${listed(
          pairs.map(({ model }) => model),
          'models',
        )} on ${listed(
          pairs.map((one) => one.class),
          'kinds of question',
        )}`,
        details: [
          {
            label: 'Tasks',
            value: `${pairs.reduce((sum, one) => sum + one.tasks, 0)}, fewer if the dollars end before`,
          },
          { label: 'Asked for', value: `up to ${dollars(usd)}` },
        ],
        steps: pairs.map((input) => ({
          action: 'sophia_measure_model',
          input,
          summary: `${input.class}: ${input.tasks} tasks for ${input.model}, up to ${dollars(input.usd)}`,
        })),
        cost: { usd: Math.round(all * 10_000) / 10_000, note: 'at most' },
        undo: 'Marks stay and count.',
        preconditions: [],
        resolved: { pairs },
      };
    },

    async run(plan, context) {
      const pairs = z.array(pair).parse(plan.resolved?.pairs);
      const result: z.infer<typeof measured> = { pairs: [], usd: 0 };
      const steps: ProgressStep[] = pairs.map((one) => ({ title: `${one.class}: ${one.model}`, state: 'waiting' }));
      for (const [index, input] of pairs.entries()) {
        const step = steps[index] as ProgressStep;
        Object.assign(step, { state: 'running' });
        await context.progress(plan.summary, steps);
        const outcome = await context.act('sophia_measure_model', input);
        if (outcome.state === 'refused') return { state: 'failed', reason: outcome.reason, output: result };
        if (outcome.state !== 'done') {
          Object.assign(step, { state: 'failed', detail: outcome.reason });
          continue;
        }
        const { asked, good, usd, stopped } = sitting.parse(outcome.output);
        result.pairs.push({ class: input.class, model: input.model, asked, good, usd, stopped });
        result.usd += usd;
        const detail = `${good} of ${asked} good, ${dollars(usd)}${stopped ? `; ${stopped}` : ''}`;
        Object.assign(step, { state: asked > 0 ? 'done' : 'failed', detail });
      }
      await context.progress(plan.summary, steps);
      const asked = result.pairs.reduce((sum, one) => sum + one.asked, 0);
      if (asked === 0) return { state: 'failed', reason: 'No model could be measured.', output: result };
      return { state: 'done', output: result, summary: `${told(result)} \`/sophia models\` shows how they stand now.` };
    },
  });
  return [measureModel, evaluateModels];
}

function ready({ evaluation }: Services): Evaluation {
  if (evaluation) return evaluation;
  throw new SophiaError('not_configured', 'No model is set up, so there is none to measure.', {
    hint: 'docs/models.md tells how.',
  });
}

/** Best first within each kind. */
function told({ pairs, usd }: z.infer<typeof measured>): string {
  const lines = kinds.flatMap((kind) => {
    const own = pairs.filter((one) => one.class === kind && one.asked > 0);
    const share = (one: (typeof own)[number]) => one.good / one.asked;
    const best = own.toSorted((one, other) => share(other) - share(one));
    return best.length > 0
      ? [`${kind}: ${best.map(({ model, good, asked }) => `${model} ${good} of ${asked}`).join(', ')}.`]
      : [];
  });
  return `${lines.join(' ')} It cost ${dollars(usd)}.`;
}

function listed(all: readonly string[], what: string): string {
  const names = [...new Set(all)];
  return names.length > 3 ? `${names.length} ${what}` : names.join(', ');
}

const dollars = (usd: number) => `$${usd < 0.995 ? usd.toFixed(4) : usd.toFixed(2)}`;
