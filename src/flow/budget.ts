/** Whether dollars are left for a deed. */
import type { Job } from '../core/job.ts';

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
