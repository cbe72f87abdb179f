/** The emulated GitHub's webhook: tells one address what happened, signed as GitHub signs. */
import { createHmac, randomUUID } from 'node:crypto';

export type Hook = { url: string; secret: string };

/** GitHub itself waits ten seconds. */
const deadlineMs = 3_000;

export type Tell = (event: string, payload: Record<string, unknown>) => Promise<number | null>;

/** The status that was answered; null when nobody listened, which GitHub takes as it comes. */
export function hooksOver(hook: Hook | undefined, repository: string, url: string): Tell {
  return async (event, payload) => {
    if (!hook) return null;
    const about = { full_name: repository, default_branch: 'main', html_url: `${url}/${repository}`, private: true };
    const body = JSON.stringify({ ...payload, repository: about });
    const signature = `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`;
    try {
      const { status } = await fetch(hook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'GitHub-Hookshot/0000000',
          'x-github-event': event,
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': signature,
        },
        body,
        signal: AbortSignal.timeout(deadlineMs),
      });
      return status;
    } catch {
      return null;
    }
  };
}
