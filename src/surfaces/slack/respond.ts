/** Answers only the person who asked or clicked, through Slack's `response_url`, while it lives. */
import type { Log } from '../../core/connector.ts';
import { createFetch } from '../../kit/http.ts';
import type { Rendered } from './blocks.ts';
import { sendable } from './render/repair.ts';

/** False when it did not arrive: the address is dead or Slack is away. */
export type Respond = (url: string, message: Rendered, thread?: string) => Promise<boolean>;

export function createRespond(log: Log): Respond {
  const reach = createFetch({ name: 'Slack', deadlineMs: 5000, retries: 0 });
  return async (url, message, thread) => {
    try {
      const response = await reach(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          ...sendable(message),
          response_type: 'ephemeral',
          replace_original: false,
          ...(thread ? { thread_ts: thread } : {}),
        }),
        redirect: 'error',
      });
      await response.body?.cancel();
      if (!response.ok) log.debug({ status: response.status }, 'A response_url no longer takes answers.');
      return response.ok;
    } catch (error) {
      log.debug({ error: error instanceof Error ? error.message : String(error) }, 'A response_url did not answer.');
      return false;
    }
  };
}
