/** Shows that Sophia is at work: best effort, never an error, never a reason to wait. */
import type { Log } from '../../core/connector.ts';
import type { SessionStatus } from '../../core/surface.ts';
import { parseThreadId, type ThreadId } from '../../core/thread.ts';
import type { Call } from './web.ts';

export type SetStatus = (thread: ThreadId, status: SessionStatus) => Promise<void>;

const words = { processing: 'is working on it…', suspended: 'is waiting for an approval…', active: '', closed: '' };
/** Answers after which asking again is pointless in this workspace. */
const forGood = new Set([
  'unknown_method',
  'missing_scope',
  'not_allowed_token_type',
  'feature_not_enabled',
  'http_404',
]);

/** `call` must not be the patient one: a status that is late is wrong. */
export function createStatus(call: Call, log: Log): SetStatus {
  const useless = new Set<string>();
  const told = new Set<string>();

  async function attempt(method: string, args: Record<string, unknown>): Promise<boolean> {
    if (useless.has(method)) return false;
    const answer = await call(method, args);
    if (answer.ok) return true;
    const reason = answer.failure.kind === 'refused' ? answer.failure.error : answer.failure.kind;
    if (forGood.has(reason)) useless.add(method);
    if (!told.has(`${method} ${reason}`)) log.debug({ method, reason }, 'Slack did not take the status.');
    told.add(`${method} ${reason}`);
    return false;
  }

  return async (thread, status) => {
    try {
      const { channel, root } = parseThreadId(thread);
      const place = { channel_id: channel, thread_ts: root };
      if (await attempt('agents.sessions.setStatus', { ...place, status })) return;
      await attempt('assistant.threads.setStatus', { ...place, status: words[status] });
    } catch (error) {
      log.debug({ error: error instanceof Error ? error.message : String(error) }, 'Slack did not take the status.');
    }
  };
}
