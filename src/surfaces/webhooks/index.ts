/** Webhooks: signed requests of outside systems, each at a path of its own; what is not genuine is refused and changes nothing. */
import type { Notice, Notices } from '../../core/collections.ts';
import type { Log } from '../../core/connector.ts';

export type Webhooks = {
  /** Whether somebody may post there. */
  listens(path: string): boolean;
  /** The status to answer with. */
  receive(path: string, headers: Record<string, string | undefined>, body: Buffer): Promise<number>;
};

export function createWebhooks(options: {
  notices: Notices[];
  take(notice: Notice): Promise<void>;
  log: Log;
}): Webhooks {
  const { take, log } = options;
  const byPath = new Map(options.notices.map((one) => [one.path, one]));
  return {
    listens: (path) => byPath.has(path),
    async receive(path, headers, body) {
      const told = byPath.get(path)?.read(headers, body) ?? null;
      if (!told) {
        log.warn({ path }, 'A webhook whose signature does not fit was refused.');
        return 401;
      }
      // Answered once it is kept: a sender that hears of a failure shows it, and can be told to send it again.
      if (told.notice) await take(told.notice);
      return 202;
    },
  };
}
