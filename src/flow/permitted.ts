/** May this be done now: freeze, budget, and what the policy in force says. */
import type { Action } from '../core/action.ts';
import type { Job, Services } from '../core/job.ts';
import type { Plan } from '../core/plan.ts';
import type { Ruling } from '../core/reply.ts';
import type { ActionCall } from './call.ts';

/** Why nothing may be written now; null when writes are free to go. Unreadable state counts as frozen. */
export async function frozen(job: Job): Promise<string | null> {
  try {
    const freeze = await job.services.freezes.current();
    return freeze && `Everything is frozen since ${freeze.since.slice(0, 16).replace('T', ' ')} UTC: ${freeze.reason}`;
  } catch (error) {
    job.services.log.error({ error: String(error) }, 'the freeze could not be read');
    return 'I cannot read whether things are frozen, so I treat them as frozen.';
  }
}

/** Budgets count by the day in UTC. */
export function dayStart(now: Date): string {
  return `${now.toISOString().slice(0, 10)}T00:00:00.000Z`;
}

export async function overBudget(job: Job, usd: number): Promise<string | null> {
  if (usd === 0) return null;
  const { now, budgets, limits } = job.services;
  const spent = await budgets.spent({ since: dayStart(now()) });
  if (spent + usd <= limits.dayUsd) return null;
  return `It would cost $${usd.toFixed(2)}, and $${spent.toFixed(2)} of today's $${limits.dayUsd.toFixed(2)} is spent.`;
}

export function rule(job: Job, action: Action, plan: Plan): Ruling {
  const { target, environment } = plan;
  return job.services.policy.rule({
    action,
    plan: { target, ...(environment === undefined ? {} : { environment }) },
    requester: job.requester,
    channel: job.origin.message.channel,
    taint: job.taint,
  });
}

/** Frees what the deed held and wakes who waits for it; a workflow's steps leave its targets locked until it has ended. */
export async function release(job: Job, call: ActionCall): Promise<void> {
  if (call.grant) return;
  await freeTargets(job.services, job.run.id);
}

/** Frees all that a run holds. */
export async function freeTargets(services: Services, runId: string): Promise<void> {
  for (const target of await services.locks.release(runId)) await services.durable.wake(`target:${target}`);
}
