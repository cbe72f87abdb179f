/** How models stand, why one answered, and choosing one for oneself. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Candidate, Chosen } from '../../core/routing.ts';

const standing = z.strictObject({
  class: z.string(),
  model: z.string(),
  quality: z.number(),
  graded: z.number(),
  answers: z.number(),
  share: z.number(),
  usd: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  failures: z.number(),
  current: z.boolean(),
  note: z.string(),
});
const shown = z.strictObject({ standings: z.array(standing) });
const reasoned = z.strictObject({ lines: z.array(z.string()) });
const chosen = z.strictObject({ model: z.string().nullable() });
/** Runs of the asker that are looked through for an answer of a model. */
const recentRuns = 20;

export function modelActions(services: () => Services): Action[] {
  const showModels = defineAction({
    name: 'sophia_show_models',
    description:
      'shows how the models stand: quality, cost, time, failures and share of the answers, by kind of question',
    effect: 'read',
    usage: 'models',
    example: '/sophia models',
    input: z.strictObject({}),
    output: shown,
    run: async () => ({ standings: await services().routing.standings() }),
    show: (raw) => ({
      kind: 'table',
      title: 'Models',
      columns: ['kind', 'model', 'quality', 'cost', 'p50 / p95', 'failures', 'share'],
      rows: shown
        .parse(raw)
        .standings.map((one) => [
          one.class,
          `${one.current ? '➤ ' : ''}${one.model}${one.note ? ` (${one.note})` : ''}`,
          one.graded < 1 ? '–' : `${percent(one.quality)} of ${Math.round(one.graded)}`,
          one.answers + one.graded < 1 ? '–' : `$${one.usd.toFixed(4)}`,
          one.p50Ms === null || one.p95Ms === null ? '–' : `${seconds(one.p50Ms)} / ${seconds(one.p95Ms)}`,
          one.answers < 1 ? '–' : percent(one.failures),
          bar(one.share),
        ]),
      footer:
        '➤ is asked next. Quality: graded tasks and judgements of answers, weighed with what is known of the model elsewhere. `why` tells of the last answer.',
    }),
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
  return [showModels, explainModel, chooseModel];
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

const percent = (share: number) => `${Math.round(share * 100)} %`;
const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
/** Five blocks: a chart that every client shows. */
const bar = (share: number) => `${'█'.repeat(Math.round(share * 5)).padEnd(5, '░')} ${percent(share)}`;
