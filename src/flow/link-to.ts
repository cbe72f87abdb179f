/** Where a thread or a message can be opened by people. */
import type { Services } from '../core/job.ts';
import { type MessageRef, parseThreadId, type ThreadId } from '../core/thread.ts';

export function rootOf(thread: ThreadId): MessageRef {
  return { thread, id: parseThreadId(thread).root };
}

/** Null for a place that is gone, or of a surface that does not answer: a link adds to what is said, its lack takes nothing away. */
export async function linkTo(services: Services, message: MessageRef): Promise<string | null> {
  try {
    return (await services.surface(parseThreadId(message.thread).surface).permalink(message)) || null;
  } catch (error) {
    services.log.info({ thread: message.thread, error: String(error) }, 'a place has no link');
    return null;
  }
}
