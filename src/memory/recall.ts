/** Memory: remembers rows under the token of their place, and recalls only what asker and audience may both read. */
import { SophiaError } from '../core/error.ts';
import { hashJson } from '../core/hash.ts';
import type { Memory, MemoryRows, Recollection } from '../core/memory.ts';
import { allowedTokens, isToken } from './access.ts';

const candidates = 50;
const halfLifeMs = 30 * 24 * 60 * 60 * 1000;

export function createMemory({ rows, now = () => new Date() }: { rows: MemoryRows; now?: () => Date }): Memory {
  return {
    async remember(row) {
      if (row.text.trim() === '') return;
      if (!isToken(row.acl)) throw new SophiaError('bad_input', `Not an access token: ${row.acl}`);
      const text = row.text.toWellFormed();
      const { acl, kind, person, thread, at } = row;
      // Made from the content: a step that is repeated after a crash remembers the same row once.
      await rows.put({ ...row, text, id: hashJson('memory', { acl, kind, person, thread, at, text }) });
    },

    async recall(query, access, maxCharacters) {
      const allowed = allowedTokens(access);
      if (allowed.length === 0) return [];
      const found = await rows.search(query, allowed, candidates);
      // The index is not the judge of access: every row is looked at once more.
      const mayBeSaid = found.filter((row) => allowed.includes(row.acl));
      return packed(mayBeSaid.map((row) => aged(row, now())).sort(bestFirst), maxCharacters);
    },
  };
}

/** Of two rows that fit the words alike, the younger one counts for up to twice as much. */
function aged(row: Recollection, now: Date): Recollection {
  const age = Math.max(0, now.getTime() - Date.parse(row.at));
  return { ...row, score: row.score * (0.5 + 0.5 * 0.5 ** (age / halfLifeMs)) };
}

function bestFirst(one: Recollection, other: Recollection): number {
  return other.score - one.score;
}

/** Whole rows only: one that does not fit makes room for a smaller one after it. */
function packed(rows: Recollection[], maxCharacters: number): Recollection[] {
  let room = maxCharacters;
  return rows.filter((row) => {
    if (row.text.length > room) return false;
    room -= row.text.length;
    return true;
  });
}
