/** Starts a workflow, follows its run to the end, and looks at the health of what it deployed to. */
import { z } from 'zod';
import type { WorkflowContext, WorkflowEnd } from '../core/action.ts';
import type { Outcome } from '../core/outcome.ts';
import type { ProgressStep } from '../core/reply.ts';
import { type Course, startOf } from './dispatch.ts';
import { imageSeen, runSeen } from './seen.ts';

export const followed = z.object({
  repo: z.string(),
  workflow: z.string(),
  run: z.number().nullable(),
  commit: z.string(),
  url: z.string(),
  healthy: z.array(z.string()),
  /** What the workflow's own end and the health afterwards came to; null when neither tells. */
  health: z.enum(['good', 'bad']).nullable(),
});
export type Followed = z.infer<typeof followed>;

const started = z.object({ run: z.number().nullable(), sha: z.string().nullable(), url: z.string() });
const watched = runSeen.extend({
  standing: z.string(),
  looked_at: z.string(),
  jobs: z.array(z.object({ name: z.string(), state: z.string(), ended: z.boolean() })),
});
type Watched = z.infer<typeof watched>;
const fleet = z.object({
  machines: z.array(
    z.object({ id: z.string(), region: z.string(), state: z.string(), image: imageSeen.pick({ revision: true }) }),
  ),
});
const verdict = z.object({ healthy: z.boolean(), reason: z.string() });

const lookSeconds = 60;
const healthSeconds = 180;
/** Looks that may fail in a row before it is given up. */
const mostMisses = 10;
const missMs = 30_000;
/** Below the thousand steps that one run may have. */
const mostLooks = 400;

const said = (outcome: Outcome): string => (outcome.state === 'done' ? outcome.summary : outcome.reason);
const hintOf = (outcome: Outcome) => ('hint' in outcome && outcome.hint ? { hint: outcome.hint } : {});

export async function follow(context: WorkflowContext, title: string, way: Course): Promise<WorkflowEnd<Followed>> {
  const { repo, workflow, commit } = way;
  const result: Followed = { repo, workflow, run: null, commit, url: '', healthy: [], health: null };
  const first: ProgressStep = { title: `Start ${workflow} on ${way.ref}`, state: 'running' };
  const last: ProgressStep[] = way.app ? [{ title: `Health of ${way.app}`, state: 'waiting' }] : [];
  const show = (jobs: ProgressStep[]) => context.progress(title, [first, ...jobs, ...last]);
  const failed = (reason: string, hint?: string): WorkflowEnd<Followed> => ({
    state: 'failed',
    reason,
    ...(hint ? { hint } : {}),
    output: result,
  });

  await show([]);
  const start = await context.act('github_dispatch_workflow', startOf(way));
  if (start.state !== 'done') {
    Object.assign(first, { state: 'failed', detail: said(start) });
    await show([]);
    // What nobody can tell has been put to people with the evidence already.
    const known = start.state === 'unknown' ? 'may have been started' : 'was not started';
    return { ...failed(`${workflow} ${known}: ${said(start)}`), ...hintOf(start) };
  }
  const { run, sha, url } = started.parse(start.output);
  Object.assign(result, { run, url });
  if (run === null)
    return failed(
      `GitHub took the start of ${workflow} and did not say which run it became.`,
      `Look: \`/sophia workflow runs in ${repo} of ${workflow}\`.`,
    );
  Object.assign(first, { state: 'done', detail: `run ${run}` });
  if (sha !== null && sha !== way.sha) {
    const stopped = await context.act('github_cancel_workflow', { repo, run });
    return failed(
      `${way.ref} moved as I started ${workflow}: run ${run} began at ${sha.slice(0, 7)}, not at the approved ${way.sha.slice(0, 7)}. ${
        stopped.state === 'done' ? 'I cancelled it.' : `Cancelling it did not work: ${said(stopped)}`
      }`,
      `Look at it, then ask again: ${url}`,
    );
  }

  const end = await toTheEnd(context, way, run, show);
  if (end.state !== 'ended') {
    await show([{ title: `Run ${run}`, state: 'failed', detail: end.reason }]);
    return failed(
      `${end.reason} Run ${run} goes on at GitHub.`,
      `Look: ${url}; \`/sophia cancel workflow ${run} in ${repo}\` ends it.`,
    );
  }
  if (end.run.state !== 'success') {
    // Somebody's cancelling says nothing of the commit.
    if (['failure', 'timed_out', 'startup_failure'].includes(end.run.state)) result.health = 'bad';
    const bad = end.run.jobs.filter((job) => job.state !== 'success' && job.state !== 'skipped').map((job) => job.name);
    return failed(
      `Run ${run} of ${workflow} ended as ${end.run.state}${bad.length > 0 ? ` (${bad.join(', ')})` : ''}. How far it came its log tells.`,
      `Why: \`/sophia workflow log ${run} in ${repo}\`. Back: \`/sophia rollback ${way.service} to ${way.environment}\`.`,
    );
  }
  return health(context, way, result, title, last, () => show(jobsShown(end.run)));
}

const jobsShown = (run: Watched): ProgressStep[] =>
  run.jobs.map((job) => ({
    title: job.name,
    state: !job.ended
      ? job.state === 'in_progress'
        ? 'running'
        : 'waiting'
      : job.state === 'success'
        ? 'done'
        : job.state === 'skipped'
          ? 'skipped'
          : 'failed',
    ...(job.state === 'success' ? {} : { detail: job.state.replaceAll('_', ' ') }),
  }));

type End = { state: 'ended'; run: Watched } | { state: 'given up'; reason: string };

async function toTheEnd(
  context: WorkflowContext,
  { repo, minutes }: Course,
  run: number,
  show: (jobs: ProgressStep[]) => Promise<void>,
): Promise<End> {
  let seen: Watched | null = null;
  let until: number | null = null;
  let misses = 0;
  for (let looks = 1; looks <= mostLooks; looks++) {
    const look: Outcome = await context.act('github_wait_run', {
      repo,
      run,
      timeout_seconds: lookSeconds,
      ...(seen ? { seen: (seen as Watched).standing } : {}),
    });
    // A stop: a person wants nothing more to be done here.
    if (look.state === 'refused') return { state: 'given up', reason: look.reason };
    if (look.state !== 'done') {
      if (++misses >= mostMisses) return { state: 'given up', reason: `I could not see how it stands: ${look.reason}` };
      await context.sleep(missMs);
      continue;
    }
    misses = 0;
    const now: Watched = watched.parse(look.output);
    if (now.standing !== seen?.standing) await show(jobsShown(now));
    if (now.ended) return { state: 'ended', run: now };
    seen = now;
    // By the clock of the looks: what a replay remembers, it counts the same.
    until ??= Date.parse(now.looked_at) + minutes * 60_000;
    if (Date.parse(now.looked_at) >= until)
      return { state: 'given up', reason: `It has not ended after ${minutes} minutes.` };
  }
  return { state: 'given up', reason: 'It has not ended after all the looks that one run of mine may take.' };
}

async function health(
  context: WorkflowContext,
  way: Course,
  result: Followed,
  title: string,
  [step]: ProgressStep[],
  show: () => Promise<void>,
): Promise<WorkflowEnd<Followed>> {
  const ran = `${title}: run ${result.run} succeeded`;
  if (!way.app || !step)
    return {
      state: 'done',
      output: { ...result, health: 'good' },
      summary: `${ran}. Nothing tells me more of its health.`,
    };
  const set = async (state: ProgressStep['state'], detail: string) => {
    Object.assign(step, { state, detail });
    await show();
  };
  await set('running', 'looking');
  const bad: string[] = [];
  const status = await context.act('fly_get_status', { app: way.app });
  const machines = status.state === 'done' ? fleet.parse(status.output).machines : [];
  if (status.state !== 'done') bad.push(said(status));
  else if (machines.length === 0) bad.push(`${way.app} has no machine`);
  for (const { id, region, image, state } of machines) {
    // Stopped on purpose (scaled to zero, a standby): a health check would only say so.
    if (state === 'stopped' || state === 'suspended') continue;
    const look = await context.act('fly_wait_healthy', { app: way.app, machine: id, timeout_seconds: healthSeconds });
    const well = look.state === 'done' ? verdict.parse(look.output) : { healthy: false, reason: said(look) };
    if (look.state === 'done' && !well.healthy) result.health = 'bad';
    if (!well.healthy) bad.push(`${region} ${id}: ${well.reason}`);
    else if (image.revision !== null && image.revision !== way.commit)
      bad.push(`${region} ${id} runs ${image.revision.slice(0, 7)}, not ${way.commit.slice(0, 7)}`);
    else result.healthy.push(id);
  }
  await set(bad.length > 0 ? 'failed' : 'done', bad[0] ?? `${result.healthy.length} healthy`);
  if (bad.length > 0)
    return {
      state: 'failed',
      reason: `Run ${result.run} of ${way.workflow} succeeded, but ${bad.join('; ')}.`,
      hint: `Back: \`/sophia rollback ${way.service} to ${way.environment}\`. Look: \`/sophia status ${way.app}\`.`,
      output: result,
    };
  result.health = 'good';
  const count = result.healthy.length;
  return { state: 'done', output: result, summary: `${ran}, ${count} machine${count === 1 ? '' : 's'} healthy.` };
}
