/** What is running, and ending it. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { RunInfo } from '../../core/run.ts';
import { maySee, titleOf } from '../visible.ts';
import { withdraw } from '../withdraw.ts';
import { mentionOf } from './people.ts';

export function runActions(services: () => Services): Action[] {
  const now = () => services().now().toISOString();
  const who = (person: string) => mentionOf(services(), person);

  const listRuns = defineAction({
    name: 'sophia_list_runs',
    description: 'lists what is running and what ran lately',
    effect: 'read',
    usage: 'runs',
    example: '/sophia runs',
    input: z.strictObject({}),
    output: z.strictObject({
      runs: z.array(
        z.strictObject({
          run: z.string(),
          what: z.string(),
          by: z.string(),
          state: z.string(),
          standing: z.string(),
          started: z.string(),
        }),
      ),
    }),
    async run(_, { requester, place }) {
      const { runs, policy } = services();
      const viewer = { person: requester.id, audience: place.audience };
      const live = await runs.list({ state: 'running', limit: 20 });
      const lately = (await runs.list({ limit: 10 })).filter((run) => run.state !== 'running');
      return {
        runs: [...live, ...lately].map((run) => ({
          run: run.id.slice(0, 8),
          what: titleOf(run, viewer, policy),
          by: who(run.requester),
          state: run.state,
          standing: maySee(run, viewer, policy) ? run.standing : '–',
          started: run.startedAt,
        })),
      };
    },
    show: (output) => {
      const { runs } = output as { runs: { [key: string]: string }[] };
      return {
        kind: 'table',
        title: 'Runs',
        columns: ['run', 'what', 'by', 'state', 'standing', 'started'],
        rows: runs.map((run) => [
          run.run ?? '',
          run.what ?? '',
          run.by ?? '',
          run.state ?? '',
          run.standing ?? '',
          run.started ?? '',
        ]),
        footer: 'End one with /sophia stop <run>.',
      };
    },
  });

  /** The run that begins so; without a word, the one that is at work in this thread. */
  async function findRun(short: string | undefined, context: LookContext) {
    const live = await services().runs.list({ state: 'running', limit: 200 });
    const here = (run: RunInfo) => run.thread === context.place.thread && run.id !== context.run;
    const found = live.filter(short === undefined ? here : (run) => run.id.startsWith(short));
    const [run, other] = found;
    if (!run)
      throw new SophiaError(
        'not_found',
        short === undefined ? 'Nothing is running in this thread.' : `No running run begins with “${short}”.`,
        { hint: '`/sophia runs` lists what runs; `/sophia stop <run>` ends it.' },
      );
    if (other)
      throw new SophiaError(
        'bad_input',
        `More than one run fits: ${found.map((one) => one.id.slice(0, 8)).join(', ')}.`,
        {
          hint: 'Say which: `/sophia stop <run>`.',
        },
      );
    return run;
  }

  const stopRun = defineAction({
    name: 'sophia_stop_run',
    description:
      'ends a run: pending questions are withdrawn, no further step begins, a write under way is let finish and reported',
    effect: 'write',
    worksFrozen: true,
    usage: 'stop [<run>]',
    example: '/sophia stop 1a2b3c4d',
    input: z.strictObject({
      run: z
        .string()
        .min(4)
        .optional()
        .describe('first characters of the run id; without it, what runs in this thread'),
    }),
    output: z.strictObject({ stopped: z.string() }),
    async plan(input, context) {
      const run = await findRun(input.run, context);
      const { policy } = services();
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const mine = run.requester === context.requester.id || policy.admins().includes(context.requester.id);
      if (!mine) throw new SophiaError('forbidden', `Only ${who(run.requester)} or an admin may stop this run.`);
      return {
        target: `run:${run.id}`,
        summary: `Stop “${titleOf(run, viewer, policy)}”`,
        details: maySee(run, viewer, policy) ? [{ label: 'Standing', value: run.standing }] : [],
        preconditions: [],
        resolved: { runId: run.id },
      };
    },
    async run(plan, context) {
      const runId = String(plan.resolved?.runId);
      await services().runs.end(runId, 'stopped', 'stopped by a person', now());
      await withdraw(services(), runId, 'The run was stopped.', context.requester.id);
      return { stopped: runId };
    },
    reconcile: async (plan) => {
      const run = await services().runs.get(String(plan.resolved?.runId));
      return run?.state === 'running' ? { state: 'not done' } : { state: 'done', output: { stopped: run?.id ?? '' } };
    },
  });

  return [listRuns, stopRun];
}
