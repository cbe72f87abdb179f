/** Frees the targets that deeds held. */
import type { Job, Services } from '../core/job.ts';
import type { ActionCall } from './call.ts';

/** Frees what the deed held and wakes who waits for it; a workflow's steps leave its targets locked until it has ended. */
export async function release(job: Job, call: ActionCall): Promise<void> {
  if (call.grant) return;
  await freeTargets(job.services, job.run.id);
}

/** Frees all that a run holds, or the one target. */
export async function freeTargets(services: Services, runId: string, only?: string): Promise<void> {
  const freed = only === undefined ? services.locks.release(runId) : services.locks.release(runId, only);
  for (const target of await freed) await services.durable.wake(`target:${target}`);
}
