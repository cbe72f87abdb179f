/** Collections of the connected systems: kept in memory as they change, and how far a reading is said where it was asked for. */
import type { Notices, Source } from '../core/collections.ts';
import type { Connection, Log } from '../core/connector.ts';
import type { Memory } from '../core/memory.ts';
import type { Surface } from '../core/surface.ts';
import type { MessageRef } from '../core/thread.ts';
import { createCollectionKeeper } from '../memory/collections.ts';
import type { Store } from '../store/index.ts';
import { createWebhooks } from '../surfaces/webhooks/index.ts';

/** A notice can be lost while nobody listens: now and then all are looked at, which costs a few requests each. */
const lookAgainMs = 6 * 3_600_000;
const everyMs = 1_000;
const mostKept = 1_000;

export function connectCollections(
  store: Store,
  parts: {
    connections: Connection[];
    memory: Memory;
    surface: () => Surface;
    redact: (text: string) => string;
    log: Log;
    now: () => Date;
  },
) {
  const { connections, memory, surface, redact, log, now } = parts;
  const sources = new Map<string, Source>(
    connections.flatMap(({ source }) => (source ? [[source.system, source] as const] : [])),
  );
  const notices = connections.flatMap((one): Notices[] => (one.notices ? [one.notices] : []));
  const said = new Map<string, MessageRef>();
  const { collections } = store;
  const keeper = createCollectionKeeper({
    ...{ collections, sources, memory, redact, log, now, rows: store.memories },
    audience: (channel) => surface().audience(channel),
    async say(channel, key, markdown) {
      const known = said.get(key);
      if (known) return surface().update(known, { kind: 'words', markdown });
      if (said.size >= mostKept) said.clear();
      said.set(key, await surface().announce(channel, { kind: 'words', markdown }, key));
    },
  });
  return {
    sources,
    webhooks: createWebhooks({ notices, take: keeper.take, log }),
    upkeep: {
      everyMs,
      /** A round that fails is said and tried again. */
      round: () =>
        keeper.round().catch((error: unknown) => {
          log.warn({ error: String(error) }, 'collections could not be looked at');
          return false;
        }),
    },
    /** At the start, and now and then. */
    keepLooking(): () => void {
      const look = () => {
        collections
          .want(null)
          .catch((error: unknown) => log.warn({ error: String(error) }, 'collections could not be looked at'));
      };
      // On SQLite there is one process: what the last one was reading when it died is free.
      if (store.kind === 'sqlite')
        collections.free().catch((error: unknown) => log.warn({ error: String(error) }, 'readings could not be freed'));
      look();
      const timer = setInterval(look, lookAgainMs);
      return () => clearInterval(timer);
    },
  };
}
