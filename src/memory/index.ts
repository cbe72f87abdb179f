/** Memory: remembers rows under the token of their place, and recalls only what asker and audience may both read. */
import type { Access, Memory, NewMemory } from '../core/memory.ts';
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import { allowedTokens } from './access.ts';
import { pack } from './pack.ts';
import { type Latest, prepare } from './prepare.ts';
import { search } from './recall.ts';
import { wordsVersion } from './words.ts';

export type MemoryOptions = { rows: MemoryRows; index: RecallIndex; now?: () => Date };

export function createMemory({ rows, index, now = () => new Date() }: MemoryOptions): Memory {
  async function keep(given: NewMemory[]): Promise<string[]> {
    const latest: Latest = new Map();
    const made: StoredMemory[] = [];
    for (const one of given) {
      const row = await prepare(one, rows, latest);
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
      const found = await search(rows, index, { query, acls, now: now(), ...(kinds ? { kinds } : {}) });
      return pack(found, maxTokens);
    },

    async check(ids, access: Access) {
      const found = await rows.get(ids, allowedTokens(access), now().toISOString());
      return found.map(({ words: _words, ...row }) => ({ ...row, score: 0 }));
    },

    async forget(selection) {
      return (await rows.forget(selection)).length;
    },

    about: (person) => rows.about(person),

    async move(channel, acl) {
      return (await rows.move(channel, acl)).length;
    },
  };
}
