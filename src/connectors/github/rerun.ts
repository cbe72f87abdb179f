/** Repeats a workflow run, whole or only its failed jobs, and cancels one. */
import { z } from 'zod';
import { defineAction, type PlainAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub } from './client.ts';
import { badEnds, jobsOf, type RunAnswer, runId, runOf, viewRun } from './runs-schema.ts';
import { parts, repo } from './schema.ts';

const input = z.strictObject({ repo, run: runId });
const output = z.object({
  repo: z.string(),
  run: z.number(),
  attempt: z.number(),
  state: z.string(),
  url: z.string(),
});
type Output = z.infer<typeof output>;
const resolved = z.object({ attempt: z.number(), url: z.string() });
const nothing = z.object({}).nullish();

const targetOf = (fullName: string, run: RunAnswer) => `github:${fullName}/actions/${viewRun(run).workflow}`;

function detailsOf(run: RunAnswer) {
  const { workflow, title, state, attempt, by } = viewRun(run);
  return [
    { label: 'Run', value: `${run.id} “${title}” of ${workflow}, by ${by}`, link: run.html_url },
    { label: 'Commit', value: `${run.head_sha}${run.head_branch ? ` of ${run.head_branch}` : ''}` },
    { label: 'State', value: attempt > 1 ? `${state}, attempt ${attempt}` : state },
  ];
}

const after = (fullName: string, run: RunAnswer): Output => ({
  repo: fullName,
  run: run.id,
  attempt: run.run_attempt,
  state: viewRun(run).state,
  url: run.html_url,
});

type Repeat = { name: string; usage: string; example: string; description: string; route: string; failedOnly: boolean };

function rerun(github: GitHub, { name, usage, example, description, route, failedOnly }: Repeat): PlainAction {
  return defineAction({
    name,
    description,
    effect: 'write',
    usage,
    example,
    input,
    output,

    async plan({ repo: fullName, run: id }, { signal }) {
      const hub = github(signal);
      const [run, jobs] = await Promise.all([runOf(hub, fullName, id), jobsOf(hub, fullName, id)]);
      const hint = `See ${run.html_url}`;
      if (run.status !== 'completed')
        throw new SophiaError('conflict', `Run ${id} has not ended: it is ${viewRun(run).state}.`, { hint });
      const failed = jobs.filter(({ conclusion }) => badEnds.has(conclusion ?? ''));
      if (failedOnly && failed.length === 0)
        throw new SophiaError('conflict', `No job of run ${id} failed.`, {
          hint: `\`rerun ${id} in ${fullName}\` repeats all.`,
        });
      const repeated = failedOnly ? failed : jobs;
      return {
        target: targetOf(fullName, run),
        repository: fullName,
        summary: `Repeat ${failedOnly ? 'the failed jobs of ' : ''}run ${id} “${run.display_title}” in ${fullName}`,
        details: [
          ...detailsOf(run),
          { label: 'Repeats', value: repeated.map((job) => job.name).join(', ') || 'all jobs' },
        ],
        undo: `\`cancel workflow ${id} in ${fullName}\` ends it while it lasts; what it did by then stays.`,
        links: [{ label: `Run ${id}`, url: run.html_url }],
        preconditions: [
          { name: 'attempt', expected: run.run_attempt },
          { name: 'state', expected: viewRun(run).state },
        ],
        resolved: { attempt: run.run_attempt, url: run.html_url },
      };
    },

    async run(plan, { signal }) {
      const { repo: fullName, run: id } = plan.input;
      const pinned = resolved.parse(plan.resolved);
      const hub = github(signal);
      const before = await runOf(hub, fullName, id);
      if (before.run_attempt !== pinned.attempt || before.status !== 'completed')
        throw new SophiaError('conflict', `Run ${id} was repeated by somebody else meanwhile.`, {
          hint: `See ${pinned.url}`,
        });
      await hub.ask(nothing, route, { ...parts(fullName), run_id: id });
      // Repeated, whatever a look at it afterwards brings.
      const now = await runOf(hub, fullName, id).catch(() => null);
      if (now && now.run_attempt > pinned.attempt) return after(fullName, now);
      return { repo: fullName, run: id, attempt: pinned.attempt + 1, state: 'queued', url: pinned.url };
    },

    async reconcile(plan, { signal }): Promise<Reconciliation> {
      const { repo: fullName, run: id } = plan.input;
      const run = await runOf(github(signal), fullName, id);
      // GitHub lets a repeat carry no mark: one that began after planning, whoever asked for it, is what was wanted.
      if (run.run_attempt <= resolved.parse(plan.resolved).attempt) return { state: 'not done' };
      return { state: 'done', output: after(fullName, run) };
    },
  });
}

export const rerunActions = (github: GitHub) => [
  rerun(github, {
    name: 'github_rerun_workflow',
    usage: 'rerun <run> in <repo>',
    example: '/sophia rerun 9000 in acme/web',
    description: 'repeats a workflow run that has ended, all of its jobs, at the same commit',
    route: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun',
    failedOnly: false,
  }),
  rerun(github, {
    name: 'github_rerun_failed_jobs',
    usage: 'rerun failed <run> in <repo>',
    example: '/sophia rerun failed 9000 in acme/web',
    description: 'repeats only the failed jobs of a workflow run that has ended, at the same commit',
    route: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs',
    failedOnly: true,
  }),

  defineAction({
    name: 'github_cancel_workflow',
    description: 'cancels a workflow run that has not ended yet',
    effect: 'write',
    usage: 'cancel workflow <run> in <repo>',
    example: '/sophia cancel workflow 9000 in acme/web',
    input,
    output,

    async plan({ repo: fullName, run: id }, { signal }) {
      const run = await runOf(github(signal), fullName, id);
      if (run.status === 'completed')
        throw new SophiaError('conflict', `Run ${id} has ended already: ${viewRun(run).state}.`, {
          hint: `See ${run.html_url}`,
        });
      return {
        target: targetOf(fullName, run),
        repository: fullName,
        summary: `Cancel run ${id} “${run.display_title}” in ${fullName}`,
        details: detailsOf(run),
        undo: `What it did by then stays; \`rerun ${id} in ${fullName}\` begins it anew.`,
        links: [{ label: `Run ${id}`, url: run.html_url }],
        preconditions: [
          { name: 'attempt', expected: run.run_attempt },
          { name: 'ended', expected: false },
        ],
        resolved: { attempt: run.run_attempt, url: run.html_url },
      };
    },

    async run(plan, { signal }) {
      const { repo: fullName, run: id } = plan.input;
      const pinned = resolved.parse(plan.resolved);
      const hub = github(signal);
      const before = await runOf(hub, fullName, id);
      if (before.run_attempt !== pinned.attempt)
        throw new SophiaError('conflict', `Run ${id} was repeated meanwhile: that is not what was to be cancelled.`, {
          hint: `See ${pinned.url}`,
        });
      await hub.ask(nothing, 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', {
        ...parts(fullName),
        run_id: id,
      });
      const now = await runOf(hub, fullName, id).catch(() => before);
      return after(fullName, now);
    },

    async reconcile(plan, { signal }): Promise<Reconciliation> {
      const { repo: fullName, run: id } = plan.input;
      const run = await runOf(github(signal), fullName, id);
      if (run.run_attempt === resolved.parse(plan.resolved).attempt && run.conclusion === 'cancelled')
        return { state: 'done', output: after(fullName, run) };
      // Still going, or ended by itself: cancelling again harms nothing, and GitHub refuses what has ended.
      if (run.run_attempt === resolved.parse(plan.resolved).attempt) return { state: 'not done' };
      return {
        state: 'unknown',
        evidence: `Run ${id} is at attempt ${run.run_attempt} now (${viewRun(run).state}); whether the one before was cancelled its page tells: ${run.html_url}`,
      };
    },
  }),
];
