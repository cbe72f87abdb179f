/** Memory: remembers rows under the token of their place, and recalls only what asker and audience may both read. */
import type { Log } from '../core/connector.ts';
import type { Embeddings } from '../core/embeddings.ts';
import type { Access, Memory, NewMemory } from '../core/memory.ts';
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import { allowedTokens, mayTell } from './access.ts';
import { pack } from './pack.ts';
import { type Keep, type Latest, prepare } from './prepare.ts';
import { search } from './recall.ts';
import { wordsVersion } from './words.ts';

export type MemoryOptions = {
  rows: MemoryRows;
  index: RecallIndex;
  embeddings?: Embeddings | null;
  log?: Log;
  now?: () => Date;
  keep?: Keep;
};

const mostHeld = 200;

export function createMemory(options: MemoryOptions): Memory {
  const { rows, index, embeddings = null, log, now = () => new Date(), keep: days } = options;

  /** Without its meaning a question is still found by its words. */
  async function meaningOf(query: string): Promise<number[] | undefined> {
    if (!embeddings) return undefined;
    try {
      return (await embeddings.embed([query]))[0];
    } catch (error) {
      log?.warn({ error: String(error) }, 'Recall goes by words alone: the embeddings model does not answer.');
      return undefined;
    }
  }

  async function keep(given: NewMemory[]): Promise<string[]> {
    const latest: Latest = new Map();
    const made: StoredMemory[] = [];
    for (const one of given) {
      const row = await prepare(one, rows, { latest, ...(days ? { days } : {}) });
      if (row) made.push(row);
    }
    await rows.put(made, wordsVersion);
    return made.map((row) => row.id);
  }

  return {
    async remember(row) {
      return (await keep([row]))[0] ?? null;
    },

    async rememberAll(all) {
      await keep(all);
    },

    async recall(query, access, { maxTokens, kinds }) {
      const acls = allowedTokens(access);
      // What no one may read is not sent to a model either.
      const vector = acls.length > 0 ? await meaningOf(query) : undefined;
      const found = await search(rows, index, {
        query,
        acls,
        may: mayTell(access),
        narrow: access.only !== undefined,
        now: now(),
        ...(kinds ? { kinds } : {}),
        ...(vector && embeddings ? { meaning: { model: embeddings.model, vector } } : {}),
      });
      return pack(found, maxTokens);
    },

    async check(ids, access: Access) {
      const found = await rows.get(ids, allowedTokens(access), now().toISOString());
      return found.filter(mayTell(access)).map(({ words: _words, ...row }) => ({ ...row, score: 0 }));
    },

    async forget(selection) {
      return (await rows.forget(selection)).length;
    },

    scrub: () => rows.scrub(),

    async held(access) {
      const waiting = await rows.quarantined(allowedTokens(access), now().toISOString(), mostHeld);
      return waiting.filter(mayTell(access));
    },

    release: (id) => rows.release(id),

    about: (person) => rows.about(person),

    async move(channel, acl) {
      return (await rows.move(channel, acl)).length;
    },
  };
}
