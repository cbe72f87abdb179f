/** In how many rows a word of the full-text index stands, as far as anybody asks: counting stops at a bound. */
import { sql } from 'kysely';
import type { Sql } from './schema.ts';

const mostKept = 20_000;
const keepMs = 60_000;
/** A word that is rarer is quickly counted again, and may soon be less rare. */
const fewestKept = 500;

export function createCounts(db: Sql, most: number): (word: string, column: 'place' | 'words') => Promise<number> {
  const counts = new Map<string, { rows: number; until: number }>();
  return async (word, column) => {
    const match = `${column} : "${word}"`;
    const kept = counts.get(match);
    if (kept && kept.until > performance.now()) return kept.rows;
    const { rows } = await sql<{ rows: number }>`select count(*) as rows from
      (select 1 from memories_fts where memories_fts match ${match} limit ${most + 1})`.execute(db);
    const found = Number(rows[0]?.rows ?? 0);
    if (counts.size >= mostKept) counts.clear();
    if (column === 'place' || found > fewestKept) counts.set(match, { rows: found, until: performance.now() + keepMs });
    return found;
  };
}
