/** How models stand, why one answered, and choosing one for oneself. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Candidate, Chosen } from '../../core/routing.ts';
import { kinds, percent, seconds, showModels, shownModels } from './models-shown.ts';

const reasoned = z.strictObject({ lines: z.array(z.string()) });
const chosen = z.strictObject({ model: z.string().nullable() });
/** Runs of the asker that are looked through for an answer of a model. */
const recentRuns = 20;

export function modelActions(services: () => Services): Action[] {
  const listModels = defineAction({
    name: 'sophia_show_models',
    description:
      'shows how the models stand: quality, cost, time, failures, share of the answers, and why each kind of question goes where it goes',
    effect: 'read',
    usage: 'models [of <kind>]',
    example: '/sophia models of coding',
    input: z.strictObject({ kind: z.enum(kinds).optional().describe('one kind of question; default: all') }),
    output: shownModels,
    async run({ input }) {
      const { routing } = services();
      const standings = await routing.standings();
      return {
        of: input.kind ?? null,
        standings: input.kind === undefined ? standings : standings.filter((one) => one.class === input.kind),
        warnings: routing.warnings(),
      };
    },
    show: showModels,
  });

  const explainModel = defineAction({
    name: 'sophia_explain_model',
    description: 'says why the last answer here came from the model it came from',
    effect: 'read',
    usage: 'why',
    example: '/sophia why',
    input: z.strictObject({}),
    output: reasoned,
    async run(_plan, { place, requester }) {
      const { routing, runs } = services();
      const here = await routing.why({ thread: place.thread });
      if (here) return { lines: linesOf(here) };
      // A command typed outside a thread is about what its asker heard last.
      for (const { id, requester: whose } of await runs.list({ limit: recentRuns })) {
        const answer = whose === requester.id ? await routing.why({ run: id }) : null;
        if (answer) return { lines: linesOf(answer) };
      }
      return { lines: ['No model has answered here yet.'] };
    },
    show: (raw) => ({ kind: 'words', markdown: reasoned.parse(raw).lines.join('\n') }),
  });

  const chooseModel = defineAction({
    name: 'sophia_choose_model',
    description: 'sets the model that answers your own questions; `auto` is whichever is best for each',
    // It changes nothing but what the asker hears, and only the asker may: a model is not told of it.
    effect: 'read',
    worksFrozen: true,
    usage: 'model <name...>',
    example: '/sophia model auto',
    input: z.strictObject({ name: z.string().min(1).max(100) }),
    output: chosen,
    async run({ input }, { requester }) {
      const { routing } = services();
      if (input.name.trim().toLowerCase() === 'auto') {
        await routing.prefer(requester.id, null);
        return { model: null };
      }
      const [model] = await routing.named(input.name);
      if (!model)
        throw new SophiaError('not_found', `I know no model called “${input.name}”.`, {
          hint: '`/sophia models` lists those in use.',
        });
      await routing.prefer(requester.id, model);
      return { model };
    },
    show(raw) {
      const { model } = chosen.parse(raw);
      const markdown =
        model === null
          ? 'From now on each of your questions goes to the model that is best for it.'
          : `From now on your questions go to ${model}; if it fails, to the next best. \`/sophia model auto\` ends that.`;
      return { kind: 'words', markdown };
    },
  });
  return [listModels, explainModel, chooseModel];
}

function linesOf(answer: Chosen): string[] {
  const { model, reason, usd, milliseconds, candidates, fallbacks, escalated, hedged } = answer;
  return [
    `**${model}** answered (${answer.class}): ${reason}. It took ${seconds(milliseconds)} and cost $${usd.toFixed(4)}.`,
    ...(escalated ? [`A second model was asked because of ${escalated}.`] : []),
    ...(hedged ? [`${hedged}.`] : []),
    ...fallbacks.map((fallback) => `Before it, ${fallback.model} ${fallback.reason}.`),
    ...(candidates.length > 0 ? ['', 'As they stood:'] : []),
    ...candidates.map(lineOf),
  ];
}

function lineOf({ model, quality, usd, seconds: time, score, out }: Candidate): string {
  const worth = `quality ${percent(quality)}, $${usd.toFixed(4)}, ${time.toFixed(1)} s: worth ${score.toFixed(3)}`;
  return `- ${model}: ${out ?? worth}`;
}
