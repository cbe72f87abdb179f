/** Whose turn it is at a target: one run holds it, the others wait and are told. */
import type { Job } from '../core/job.ts';
import type { Lock } from '../core/locks.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import { takePlace } from './break-glass.ts';
import type { ActionCall } from './call.ts';
import { freeTargets } from './targets.ts';
import { titleOf } from './visible.ts';
import { refusal } from './written.ts';

/** A run has a thousand steps, and each turn is three: whoever waits longer than half an hour looks less often, and is woken all the same. */
const mostShortWaits = 40;

type Held = { state: 'busy'; holder: Lock } | { state: 'ended'; outcome: Outcome };

/** Takes the target; null when it is the run's own now. */
export async function hold(job: Job, call: ActionCall, target: string, plan?: Plan): Promise<Held | null> {
  const { services, run } = job;
  const lock = { target, runId: run.id, approvalId: null, since: services.now().toISOString() };
  const holder = await services.locks.take(lock);
  if (holder.runId !== run.id) return { state: 'busy', holder };
  // Who slept until a successor had ended the run must not keep what nobody would free again.
  const own = await services.runs.get(run.id);
  if (!own || own.state === 'running') return null;
  await freeTargets(services, run.id);
  return { state: 'ended', outcome: await refusal(job, call, 'stopped', 'This run has ended.', undefined, plan) };
}

/** Somebody else's plan holds the target: an own older question is superseded, anything else is waited for, visibly. */
export async function queue(job: Job, call: ActionCall, holder: Lock, turn: number): Promise<void> {
  const { run, services, surface, thread } = job;
  await run.step(`${call.ordinal} queue ${turn}`, async () => {
    const keeper = await services.runs.get(holder.runId);
    if (keeper && keeper.state !== 'running') return freeTargets(services, holder.runId);
    const pending = await services.approvals.pending({ runId: holder.runId });
    const mine = pending.find((approval) => approval.requester === job.requester.id);
    if (call.breakGlass !== undefined) await takePlace(job, holder.target, holder.runId);
    else if (mine) {
      await services.approvals.close(mine.id, 'superseded', 'The same person asked for this target anew.');
      await services.durable.wake(`approval:${mine.id}`);
    } else if (turn === 1) {
      const other = await services.runs.get(holder.runId);
      await surface.post(
        thread,
        {
          kind: 'words',
          tone: 'warning',
          people: other ? [other.requester] : [],
          markdown: `\`${holder.target}\` already has an open plan: “${other ? titleOf(other, { person: job.requester.id, audience: job.origin.message.audience }, services.policy) : 'another run'}” by ${surface.mention(other?.requester ?? '')}. I will go on when it has ended; \`/sophia stop ${holder.runId.slice(0, 8)}\` ends it.`,
        },
        `${run.id}/${call.ordinal}/queue`,
      );
    }
    await services.runs.setStanding(run.id, `waiting for ${holder.target}`);
  });
  // The wake-up can be missed between the look and the wait, so the wait is short and looks again.
  const longest = turn > mostShortWaits ? 900_000 : 60_000;
  const until = new Date(services.now().getTime() + Math.min(1000 * 2 ** turn, longest));
  await run.wait(`${call.ordinal} queued ${turn}`, `target:${holder.target}`, until);
}
