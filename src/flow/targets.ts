/** Frees the targets that deeds held. */
import type { Job, Services } from '../core/job.ts';
import type { ActionCall } from './call.ts';

/** Frees what the deed held and wakes who waits for it; a workflow's steps leave its targets locked until it has ended. */
export async function release(job: Job, call: ActionCall): Promise<void> {
  if (call.grant) return;
  await freeTargets(job.services, job.run.id);
}

/** Frees all that a run holds. */
export async function freeTargets(services: Services, runId: string): Promise<void> {
  for (const target of await services.locks.release(runId)) await services.durable.wake(`target:${target}`);
}
