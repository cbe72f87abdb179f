/** Why nothing may be written now: a freeze, or a freeze that cannot be read. */
import type { Job } from '../core/job.ts';

/** Null when writes are free to go. Unreadable state counts as frozen. */
export async function frozen(job: Job): Promise<string | null> {
  try {
    const freeze = await job.services.freezes.current();
    return freeze && `Everything is frozen since ${freeze.since.slice(0, 16).replace('T', ' ')} UTC: ${freeze.reason}`;
  } catch (error) {
    job.services.log.error({ error: String(error) }, 'the freeze could not be read');
    return 'I cannot read whether things are frozen, so I treat them as frozen.';
  }
}
