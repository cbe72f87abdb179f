/** Memory: remembers rows under the token of their place, and recalls only what asker and audience may both read. */
import type { Log } from '../core/connector.ts';
import type { Embeddings } from '../core/embeddings.ts';
import type { Access, Memory, NewMemory } from '../core/memory.ts';
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import { withoutSecrets } from '../kit/secrets.ts';
import { allowedTokens, mayTell } from './access.ts';
import { createBecause } from './because.ts';
import { pack } from './pack.ts';
import { type Keep, type Latest, placeKindOf, prepare, searchWords } from './prepare.ts';
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
  const { rows, index, embeddings = null, log, now = () => new Date(), keep: keeping } = options;

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
      const row = await prepare(one, rows, { latest, ...(keeping ? { keep: keeping } : {}) });
      if (row) made.push(row);
    }
    await rows.put(made, wordsVersion);
    return made.map((row) => row.id);
  }

  return {
    async remember(row) {
      return (await keep([row]))[0] ?? null;
    },

    rememberAll: keep,

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
      const because = createBecause(query);
      return pack(found, maxTokens).map(({ words, ...row }) => ({ ...row, because: because(words) }));
    },

    async check(ids, access: Access) {
      const found = await rows.get(ids, allowedTokens(access), now().toISOString());
      return found.filter(mayTell(access)).map(({ words: _words, keepAs: _keepAs, ...row }) => ({ ...row, score: 0 }));
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

    async correct(id, text, by) {
      const [row] = await rows.find({ ids: [id] }, 1);
      if (!row) return false;
      const said = withoutSecrets(text.toWellFormed());
      return rows.correct(id, { text: said, words: searchWords({ ...row, text: said }) }, by, now().toISOString());
    },

    async move(channel, acl) {
      const place = keeping ? await placeKindOf(acl, channel, keeping) : 'private';
      return (await rows.move(channel, acl, place)).length;
    },
  };
}
