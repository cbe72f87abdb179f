/** Reads of GitHub Actions: which workflows there are, what ran, why a run failed, and waiting for one to end. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Reply } from '../../core/reply.ts';
import { jobLogs, logView } from './checks.ts';
import type { GitHub, Hub } from './client.ts';
import {
  badEnds,
  jobsOf,
  jobView,
  runId,
  runOf,
  runsOf,
  runView,
  viewJob,
  viewRun,
  workflowAnswer,
  workflowFile,
} from './runs-schema.ts';
import { limit, parts, repo, words } from './schema.ts';

const workflowList = z.object({
  repo: z.string(),
  workflows: z.array(z.object({ file: z.string(), name: z.string(), state: z.string(), url: z.string() })),
});
const runList = z.object({ repo: z.string(), runs: z.array(runView), complete: z.boolean() });
const oneRun = runView.extend({ repo: z.string(), jobs: z.array(jobView) });
type OneRun = z.infer<typeof oneRun>;
const watched = oneRun.extend({
  /** Given back as `seen`, the wait ends when anything has become different. */
  standing: z.string(),
  looked_at: z.string(),
});

const firstPauseMs = 250;
const longestPauseMs = 10_000;

async function look(hub: Hub, fullName: string, id: number): Promise<OneRun> {
  const [run, jobs] = await Promise.all([runOf(hub, fullName, id), jobsOf(hub, fullName, id)]);
  return { repo: fullName, ...viewRun(run), jobs: jobs.map(viewJob) };
}

const standingOf = ({ state, attempt, jobs }: OneRun): string =>
  [`${attempt} ${state}`, ...jobs.map((job) => `${job.name} ${job.state}`)].join('; ');

function showRuns({ repo: fullName, runs, complete }: z.infer<typeof runList>): Reply {
  return {
    kind: 'table',
    title: `Workflow runs in ${fullName}`,
    columns: ['Run', 'Workflow', 'Title', 'State', 'Branch', 'By', 'Began'],
    rows: runs.map((run) => [
      String(run.id),
      run.workflow,
      run.title,
      run.attempt > 1 ? `${run.state} (attempt ${run.attempt})` : run.state,
      run.branch ?? '–',
      run.by,
      run.at.slice(0, 16).replace('T', ' '),
    ]),
    ...(complete ? {} : { footer: 'There may be more.' }),
  };
}

function showRun(run: OneRun): Reply {
  return {
    kind: 'table',
    title: `Run ${run.id} in ${run.repo}: ${run.title}, ${run.state}`,
    columns: ['Job', 'State'],
    rows: run.jobs.map((job) => [job.name, job.state]),
    footer: `${run.workflow} at ${run.sha.slice(0, 7)}${run.branch ? ` of ${run.branch}` : ''}, attempt ${run.attempt}, by ${run.by}`,
  };
}

export const runActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_workflows',
    description: 'lists the GitHub Actions workflows of a repository',
    effect: 'read',
    taints: true,
    usage: 'workflows in <repo>',
    example: '/sophia workflows in acme/web',
    input: z.strictObject({ repo }),
    output: workflowList,
    async run({ input }, { signal }) {
      const route = 'GET /repos/{owner}/{repo}/actions/workflows';
      const { items } = await github(signal).pages(workflowAnswer, route, parts(input.repo), { within: 'workflows' });
      const workflows = items.map(({ path, name, state, html_url: url }) => ({
        file: path.split('/').at(-1) ?? path,
        name,
        state,
        url,
      }));
      return { repo: input.repo, workflows };
    },
    show(output) {
      const { repo: fullName, workflows } = workflowList.parse(output);
      const rows = workflows.map(({ file, name, state }) => [file, name, state]);
      return { kind: 'table', title: `Workflows in ${fullName}`, columns: ['File', 'Name', 'State'], rows };
    },
  }),

  defineAction({
    name: 'github_list_runs',
    description: 'lists runs of GitHub Actions workflows, newest first',
    effect: 'read',
    taints: true,
    usage: 'workflow runs in <repo> [of <workflow>] [on <branch>]',
    example: '/sophia workflow runs in acme/web',
    input: z.strictObject({
      repo,
      workflow: workflowFile.optional(),
      branch: words(200).optional().describe('only runs of this branch or tag'),
      status: z
        .enum(['queued', 'in_progress', 'completed', 'success', 'failure', 'cancelled'])
        .optional()
        .describe('only runs that are so, or ended so'),
      event: z
        .enum(['push', 'pull_request', 'workflow_dispatch', 'schedule', 'release'])
        .optional()
        .describe('only runs that began so'),
      limit: limit(15, 100),
    }),
    output: runList,
    show: (output) => showRuns(runList.parse(output)),
    async run({ input }, { signal }) {
      const { repo: fullName, limit: most, workflow, branch, status, event } = input;
      const filter = {
        ...(workflow ? { workflow } : {}),
        ...(branch ? { branch } : {}),
        ...(status ? { status } : {}),
        ...(event ? { event } : {}),
      };
      const { items, complete } = await runsOf(github(signal), fullName, filter, most);
      return { repo: fullName, runs: items.map(viewRun), complete };
    },
  }),

  defineAction({
    name: 'github_get_run',
    description: 'one run of a GitHub Actions workflow: its state, commit, attempt and jobs',
    effect: 'read',
    taints: true,
    usage: 'workflow run <run> in <repo>',
    example: '/sophia workflow run 9000 in acme/web',
    input: z.strictObject({ repo, run: runId }),
    output: oneRun,
    show: (output) => showRun(oneRun.parse(output)),
    verdict(output) {
      const { state, ended } = oneRun.parse(output);
      if (!ended) return null;
      // Somebody's cancelling says nothing of what ran.
      return state === 'success' ? 'good' : badEnds.has(state) && state !== 'cancelled' ? 'bad' : null;
    },
    run: ({ input }, { signal }) => look(github(signal), input.repo, input.run),
  }),

  defineAction({
    name: 'github_get_run_log',
    description: 'why a workflow run failed: the end of the log of each job of it that failed',
    effect: 'read',
    taints: true,
    usage: 'workflow log <run> in <repo>',
    example: '/sophia workflow log 9000 in acme/web',
    input: z.strictObject({
      repo,
      run: runId,
      most_characters: z.int().min(100).max(50_000).default(4_000).describe('longest log to return, per job'),
    }),
    output: z.object({ run: z.number(), state: z.string(), jobs: z.array(logView), failed_jobs: z.number() }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const [run, jobs] = await Promise.all([runOf(hub, input.repo, input.run), jobsOf(hub, input.repo, input.run)]);
      const failed = jobs.filter(({ conclusion }) => badEnds.has(conclusion ?? ''));
      const named = failed.map((job) => ({ ...job, workflow: run.name ?? 'workflow' }));
      const logs = await jobLogs(hub, input.repo, named, input.most_characters);
      return { run: run.id, state: viewRun(run).state, jobs: logs, failed_jobs: failed.length };
    },
  }),

  defineAction({
    name: 'github_wait_run',
    description: 'waits until a workflow run has ended, or stands otherwise than it was seen, and says how it stands',
    effect: 'read',
    taints: true,
    input: z.strictObject({
      repo,
      run: runId,
      seen: z.string().max(10_000).optional().describe('`standing` of an earlier answer: wait only until that changes'),
      timeout_seconds: z.int().min(1).max(120).default(60).describe('longest wait in seconds'),
    }),
    output: watched,
    deadlineMs: 135_000,
    async run({ input }, { signal }) {
      const until = Date.now() + input.timeout_seconds * 1000;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
        const run = await look(github(signal), input.repo, input.run);
        const standing = standingOf(run);
        const left = until - Date.now();
        if (run.ended || (input.seen !== undefined && input.seen !== standing) || left <= 0)
          return { ...run, standing, looked_at: new Date().toISOString() };
        await pause(Math.min(pauseMs, left), undefined, { signal }).catch((cause: unknown) => {
          throw new SophiaError('timeout', 'The time for this step was over.', { cause });
        });
      }
    },
  }),
];
