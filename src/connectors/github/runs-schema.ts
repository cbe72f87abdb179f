/** The words of GitHub Actions: workflows, runs, jobs, as they are asked for and as we show them. */
import { z } from 'zod';
import type { Hub } from './client.ts';
import { login, parts, sha } from './schema.ts';

export const workflowFile = z
  .string()
  .max(100)
  .regex(/^[\w-][\w.-]*\.ya?ml$/, 'must be the file name of a workflow, e.g. deploy.yml')
  .describe('file name of the workflow in .github/workflows, e.g. deploy.yml');
export const runId = z
  .int()
  .min(1)
  .max(Number.MAX_SAFE_INTEGER)
  .describe('number of the workflow run, as in its address or in `workflow runs in <repo>`');

export const workflowAnswer = z.object({
  id: z.number(),
  name: z.string(),
  path: z.string(),
  state: z.string(),
  html_url: z.string(),
});

const account = z.object({ login: z.string() }).nullish();
export const runAnswer = z.object({
  id: z.number(),
  name: z.string().nullish(),
  display_title: z.string(),
  event: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  head_branch: z.string().nullable(),
  head_sha: sha,
  path: z.string(),
  run_attempt: z.number().default(1),
  html_url: z.string(),
  created_at: z.string(),
  actor: account,
  triggering_actor: account,
});
export type RunAnswer = z.infer<typeof runAnswer>;

export const jobAnswer = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullish(),
});
export type JobAnswer = z.infer<typeof jobAnswer>;

export const runView = z.object({
  id: z.number(),
  workflow: z.string(),
  title: z.string(),
  event: z.string(),
  /** `success`, `failure`, … once it has ended; before that `queued`, `in_progress`, … */
  state: z.string(),
  ended: z.boolean(),
  branch: z.string().nullable(),
  sha: z.string(),
  attempt: z.number(),
  by: z.string(),
  at: z.string(),
  url: z.string(),
});
export type RunView = z.infer<typeof runView>;

export const jobView = z.object({
  name: z.string(),
  state: z.string(),
  ended: z.boolean(),
  url: z.string().nullable(),
});

export function viewRun(run: RunAnswer): RunView {
  const ended = run.status === 'completed';
  return {
    id: run.id,
    workflow: run.path.split('/').at(-1)?.split('@')[0] ?? run.path,
    title: run.display_title,
    event: run.event,
    state: (ended ? run.conclusion : run.status) ?? 'unknown',
    ended,
    branch: run.head_branch,
    sha: run.head_sha,
    attempt: run.run_attempt,
    by: login(run.triggering_actor ?? run.actor),
    at: run.created_at,
    url: run.html_url,
  };
}

export function viewJob(job: JobAnswer): z.infer<typeof jobView> {
  const ended = job.status === 'completed';
  return {
    name: job.name,
    state: (ended ? job.conclusion : job.status) ?? 'unknown',
    ended,
    url: job.html_url ?? null,
  };
}

export function runOf(hub: Hub, fullName: string, id: number): Promise<RunAnswer> {
  return hub.ask(runAnswer, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...parts(fullName), run_id: id });
}

/** Of the latest attempt. */
export async function jobsOf(hub: Hub, fullName: string, id: number): Promise<JobAnswer[]> {
  const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs';
  const asked = { ...parts(fullName), run_id: id, filter: 'latest' };
  return (await hub.pages(jobAnswer, route, asked, { most: 100, within: 'jobs' })).items;
}

export type RunFilter = { workflow?: string; branch?: string; status?: string; event?: string };

/** Newest first. */
export function runsOf(hub: Hub, fullName: string, { workflow, ...filter }: RunFilter, most: number) {
  const asked = {
    ...parts(fullName),
    ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
    ...(workflow ? { workflow_id: workflow } : {}),
  };
  const route = workflow
    ? 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs'
    : 'GET /repos/{owner}/{repo}/actions/runs';
  return hub.pages(runAnswer, route, asked, { most, within: 'workflow_runs' });
}

/** Conclusions that leave something to repeat. */
export const badEnds = new Set(['failure', 'timed_out', 'cancelled', 'startup_failure']);
