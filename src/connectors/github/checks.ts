/** Reads of continuous integration: the checks of a commit, and why a job failed. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import type { Reply } from '../../core/reply.ts';
import type { GitHub, Hub } from './client.ts';
import { checksOf, resolveRef } from './facts.ts';
import { badEnds, type JobAnswer, jobsOf } from './runs-schema.ts';
import { parts, ref, repo } from './schema.ts';

const listed = z.object({
  repo: z.string(),
  sha: z.string(),
  state: z.enum(['passing', 'failing', 'pending', 'none']),
  summary: z.string(),
  checks: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['passing', 'failing', 'pending']),
      conclusion: z.string(),
      url: z.string().nullable(),
    }),
  ),
});

const run = z.object({ id: z.number(), name: z.string().nullish(), conclusion: z.string().nullish() });
export const logView = z.object({
  job: z.string(),
  workflow: z.string(),
  conclusion: z.string(),
  log: z.string(),
  complete: z.boolean(),
  url: z.string().nullable(),
});
const mostJobs = 5;
const mostRuns = 30;

function showChecks(output: z.infer<typeof listed>): Reply {
  return {
    kind: 'table',
    title: `Checks of ${output.sha.slice(0, 7)} in ${output.repo}: ${output.summary}`,
    columns: ['Check', 'State', 'Conclusion'],
    rows: output.checks.map((check) => [check.name, check.state, check.conclusion]),
  };
}

/** The end of a log, where failures stand, without time stamps, colours and group marks. */
export function readableLog(log: string, most: number): { log: string; complete: boolean } {
  const plain = log
    .replaceAll('\r\n', '\n')
    .replaceAll(/^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/gm, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
    .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
    .replaceAll(/^##\[(?:group|endgroup|section)\].*\n/gm, '')
    .trim();
  if (plain.length <= most) return { log: plain, complete: true };
  const tail = plain.slice(-most);
  return { log: tail.slice(tail.indexOf('\n') + 1), complete: false };
}

async function failedJobs(hub: Hub, fullName: string, sha: string) {
  const at = parts(fullName);
  const within = { most: mostRuns, within: 'workflow_runs' };
  const { items: runs } = await hub.pages(
    run,
    'GET /repos/{owner}/{repo}/actions/runs',
    { ...at, head_sha: sha },
    within,
  );
  // A run still going may hold a job that has failed already.
  const bad = runs.filter(({ conclusion }) => !conclusion || badEnds.has(conclusion));
  const jobs = await Promise.all(
    bad.map(async ({ id, name }) => {
      const found = await jobsOf(hub, fullName, id);
      return found.map((one) => ({ ...one, workflow: name ?? 'workflow' }));
    }),
  );
  return jobs.flat().filter(({ conclusion }) => badEnds.has(conclusion ?? ''));
}

/** The ends of the logs of the first few. */
export function jobLogs(
  hub: Hub,
  fullName: string,
  jobs: (JobAnswer & { workflow: string })[],
  most: number,
): Promise<z.infer<typeof logView>[]> {
  return Promise.all(
    jobs.slice(0, mostJobs).map(async (one) => {
      const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs';
      const log = await hub.text(route, { ...parts(fullName), job_id: one.id });
      return {
        job: one.name,
        workflow: one.workflow,
        conclusion: one.conclusion ?? 'unknown',
        ...readableLog(log, most),
        url: one.html_url ?? null,
      };
    }),
  );
}

export const checkActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_checks',
    description: 'the checks of a commit, branch or pull request: each with its state, and what they come to together',
    effect: 'read',
    taints: true,
    usage: 'checks <ref> in <repo>',
    example: '/sophia checks #13 in acme/web',
    input: z.strictObject({ repo, ref }),
    output: listed,
    show: (output) => showChecks(listed.parse(output)),
    verdict(output) {
      const { state } = listed.parse(output);
      return state === 'passing' ? 'good' : state === 'failing' ? 'bad' : null;
    },
    async run({ input }, { signal }) {
      const hub = github(signal);
      const { sha } = await resolveRef(hub, input.repo, input.ref);
      return { repo: input.repo, sha, ...(await checksOf(hub, input.repo, sha)) };
    },
  }),

  defineAction({
    name: 'github_get_job_log',
    description:
      'why checks fail: the end of the log of each failed GitHub Actions job of a commit, branch or pull request',
    effect: 'read',
    taints: true,
    input: z.strictObject({
      repo,
      ref,
      most_characters: z.int().min(100).max(50_000).default(8_000).describe('longest log to return, per job'),
    }),
    output: z.object({
      sha: z.string(),
      jobs: z.array(logView),
      failed_jobs: z.number(),
    }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const { sha } = await resolveRef(hub, input.repo, input.ref);
      const failed = await failedJobs(hub, input.repo, sha);
      const jobs = await jobLogs(hub, input.repo, failed, input.most_characters);
      return { sha, jobs, failed_jobs: failed.length };
    },
  }),
];
