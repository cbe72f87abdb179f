/** Whose eyes a deed of memory has: the asker's rights, and those of everybody who reads its answer. */
import type { LookContext } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import type { Access } from '../../core/memory.ts';
import { formatThreadId, parseThreadId } from '../../core/thread.ts';

export async function accessOf(services: Services, { requester, place }: LookContext): Promise<Access> {
  const { surface, team, channel, root } = parseThreadId(place.thread);
  const at = formatThreadId({ surface, team, channel, root }).split(':').slice(0, 3).join(':');
  const readable = await services.surface(surface).readable(requester.id, { channel: at, audience: place.audience });
  return { readable, audience: place.audience };
}
