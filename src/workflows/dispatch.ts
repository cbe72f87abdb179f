/** Plans a deploy or a roll-back that a GitHub workflow does: what it is started with, at which commit, and what it did before. */
import { z } from 'zod';
import type { LookContext } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import type { PlanDraft, PlannedStep } from '../core/plan.ts';
import { commitSeen, type RunSeen, runsSeen } from './seen.ts';
import { type DispatchPlace, namesCommit, workflowTarget } from './services.ts';

/** What the steps are made of, fixed while planning. */
export const course = z.object({
  repo: z.string(),
  workflow: z.string(),
  ref: z.string(),
  /** Commit of `ref`: the workflow's own file is taken from there. */
  sha: z.string(),
  inputs: z.record(z.string(), z.string()),
  /** Commit that is deployed. */
  commit: z.string(),
  app: z.string().nullable(),
  minutes: z.number(),
  environment: z.string(),
  service: z.string(),
});
export type Course = z.infer<typeof course>;

const mostRuns = 50;

export async function pastRuns(context: LookContext, place: DispatchPlace): Promise<RunSeen[]> {
  const { repository: repo, dispatch } = place;
  const asked = { repo, workflow: dispatch.workflow, event: 'workflow_dispatch', limit: mostRuns };
  const { runs } = runsSeen.parse(await context.look('github_list_runs', asked));
  const word = new RegExp(`(?<![\\w-])${RegExp.escape(place.environment)}(?![\\w-])`, 'i');
  return place.shared ? runs.filter((run) => word.test(run.title)) : runs;
}

/** The commit a run deployed, by its title or by where it was started; null when neither tells. */
export async function commitOf(context: LookContext, place: DispatchPlace, run: RunSeen): Promise<string | null> {
  if (!namesCommit(place.dispatch.inputs)) return run.sha;
  const named = /\b([0-9a-f]{40}|[0-9a-f]{7})\b/.exec(run.title)?.[1];
  if (named === undefined) return null;
  if (named.length === 40) return named;
  return commitSeen.parse(await context.look('github_get_commit', { repo: place.repository, ref: named })).sha;
}

/** One deploy at a time: what two of them would leave behind nobody knows. */
export function refuseUnderWay(place: DispatchPlace, runs: RunSeen[]): void {
  const open = runs.find((run) => !run.ended);
  if (open)
    throw new SophiaError('conflict', `Run ${open.id} of ${place.dispatch.workflow} is under way: ${open.title}.`, {
      hint: `Wait until it has ended, or \`/sophia cancel workflow ${open.id} in ${place.repository}\`. ${open.url}`,
    });
}

type Wanted = { commit: string; ref: string };

/** `started`: the branch or tag to start the workflow on. */
export async function courseOf(
  context: LookContext,
  place: DispatchPlace,
  { commit, ref }: Wanted,
  started: string,
): Promise<Course> {
  const { dispatch, repository: repo } = place;
  const at = commitSeen.parse(await context.look('github_get_commit', { repo, ref: started }));
  if (started.startsWith('#') || at.sha.startsWith(started))
    throw new SophiaError('bad_input', `${dispatch.workflow} cannot be started on “${started}”.`, {
      hint: 'GitHub starts a workflow on a branch or a tag. See docs/connectors.md, “Deploys that a workflow does”, for how any commit can be deployed.',
    });
  const words: Record<string, string> = {
    '{sha}': commit,
    '{short}': commit.slice(0, 7),
    '{ref}': ref,
    '{environment}': place.environment,
  };
  const fill = (value: string) => value.replace(/\{(?:sha|short|ref|environment)\}/g, (word) => words[word] ?? word);
  const inputs = Object.fromEntries(Object.entries(dispatch.inputs).map(([name, value]) => [name, fill(value)]));
  return {
    repo,
    workflow: dispatch.workflow,
    ref: started,
    sha: at.sha,
    inputs,
    commit,
    app: place.app ?? null,
    minutes: dispatch.minutes,
    environment: place.environment,
    service: place.service,
  };
}

export const startOf = ({ repo, workflow, ref, sha, inputs }: Course): JsonObject => ({
  repo,
  workflow,
  ref,
  sha,
  inputs,
});

/** The steps an approval of it grants. */
export function courseSteps(wanted: Course): PlannedStep[] {
  return [
    {
      action: 'github_dispatch_workflow',
      input: startOf(wanted),
      summary: `start ${wanted.workflow} on ${wanted.ref} at ${wanted.sha.slice(0, 7)}`,
    },
    {
      action: 'github_cancel_workflow',
      input: { repo: wanted.repo },
      vary: { run: { any: true } },
      summary: `cancel that run of ${wanted.workflow}`,
      when: 'it began at another commit than approved',
    },
  ];
}

export function courseDraft(place: DispatchPlace, wanted: Course, runs: RunSeen[]) {
  const inputs = Object.entries(wanted.inputs).map(([name, value]) => `${name}=${value}`);
  return {
    target: workflowTarget(place.repository, wanted.workflow),
    environment: place.environment,
    repository: place.repository,
    steps: courseSteps(wanted),
    details: [
      {
        label: 'Done by',
        value: `${wanted.workflow} of ${place.repository}, started on ${wanted.ref} at ${wanted.sha.slice(0, 7)}`,
      },
      ...(inputs.length > 0 ? [{ label: 'Inputs', value: inputs.join(', ') }] : []),
      { label: 'Health', value: wanted.app ? `the machines of ${wanted.app}` : 'only the end of the workflow tells' },
    ],
    preconditions: [
      { name: 'start', expected: wanted.sha },
      { name: 'last run', expected: runs[0]?.id ?? null },
    ],
    resolved: wanted,
  } satisfies Partial<PlanDraft>;
}
