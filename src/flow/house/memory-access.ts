/** Whose eyes a deed of memory has: the asker's rights, and those of everybody who reads its answer. */
import type { LookContext } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import type { Access, MemoryRow } from '../../core/memory.ts';
import { parseThreadId } from '../../core/thread.ts';
import { stillOpen } from '../still-open.ts';

export async function accessOf(services: Services, { requester, place }: LookContext): Promise<Access> {
  const { surface, team, channel } = parseThreadId(place.thread);
  return services
    .surface(surface)
    .access(requester.id, { channel: `${surface}:${team}:${channel}`, audience: place.audience });
}

/** Those that may be told there, as their places are now. */
export async function tellable<Row extends MemoryRow>(
  services: Services,
  { place }: LookContext,
  rows: Row[],
): Promise<Row[]> {
  return stillOpen(services, services.surface(parseThreadId(place.thread).surface), rows);
}
