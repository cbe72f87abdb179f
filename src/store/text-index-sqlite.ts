/** Candidates from FTS5: filtered by access in the index itself, found by the rarest words first so that a big house stays quick. */
import { sql } from 'kysely';
import type { IndexQuery } from '../core/recall-index.ts';
import { kindWord, tokenWord } from './memory-place.ts';
import type { Sql } from './schema.ts';

/** Beyond this many tokens the table's own column filters alone: a long expression costs more than it spares. */
const mostTokens = 20;
/** About as many rows are scored; with more than that to find, the commonest words are left to the re-scorer. */
const mostScored = 1_200;
/** A list of rows that may be read is walked with each search; a longer one costs more than it spares. */
const mostWalked = 20_000;
const fewestFound = 50;
const mostKeptCounts = 20_000;
const keepCountsMs = 60_000;

export function createFindInSqlite(db: Sql): (query: IndexQuery) => Promise<string[]> {
  const count = createCounts(db);

  return async ({ words, acls, kinds, limit }) => {
    const tokens = acls.length <= mostTokens ? acls.map(tokenWord) : [];
    const rows = tokens.length > 0 ? await total(tokens, 'place') : Number.POSITIVE_INFINITY;
    const rare = rows <= mostScored ? { words, rows: 0 } : await rarest(words);
    const searched = rare.words;
    if (searched.length === 0) return [];
    const said = [...(kinds ? [`place : (${anyOf(kinds.map(kindWord))})`] : []), `words : (${anyOf(searched)})`];
    const filtered = [`place : (${anyOf(tokens)})`, ...said].join(' AND ');
    if (rows <= mostWalked) return (await ranked(filtered, acls, limit, limit)).map((row) => row.id);
    // Most of the house is open to them: the index proposes more, of which the table's column takes out what is foreign.
    const found = await ranked(said.join(' AND '), acls, mostScored, limit);
    // More rows hold the words than were proposed, and others' crowded theirs out.
    const crowded = rare.rows > mostScored && found.length < Math.min(limit, fewestFound) && tokens.length > 0;
    return (crowded ? await ranked(filtered, acls, limit, limit) : found).map((row) => row.id);
  };

  /**
   * The best are chosen before the table is touched: a look at each match's row would cost more than the search. The plus keeps
   * the planner from reading all that is public by the index on tokens.
   */
  async function ranked(match: string, acls: string[], proposed: number, limit: number): Promise<{ id: string }[]> {
    const { rows } = await sql<{ id: string }>`
      select memories.id from
        (select rowid as number, rank as score from memories_fts
         where memories_fts match ${match} and rank match 'bm25(0.0, 1.0)' order by rank limit ${proposed}) as best
      join memories on memories.number = best.number
      where +memories.acl in (${sql.join(acls)}) order by best.score limit ${limit}`.execute(db);
    return rows;
  }

  /** At least one word, then as many as stay within the bound. */
  async function rarest(words: string[]): Promise<{ words: string[]; rows: number }> {
    const counted: { word: string; rows: number }[] = [];
    for (const word of words) {
      const rows = await count(word, 'words');
      if (rows > 0) counted.push({ word, rows });
    }
    counted.sort((one, other) => one.rows - other.rows);
    let sum = 0;
    const few = counted.filter(({ rows }, index) => {
      const takes = index === 0 || sum + rows <= mostScored;
      if (takes) sum += rows;
      return takes;
    });
    return { words: few.map(({ word }) => word), rows: sum };
  }

  async function total(words: string[], column: 'place' | 'words'): Promise<number> {
    let rows = 0;
    for (const word of words) rows += await count(word, column);
    return rows;
  }
}

/** In how many rows a word stands: counting a common one walks its whole list, so it is kept for a minute. */
function createCounts(db: Sql): (word: string, column: 'place' | 'words') => Promise<number> {
  const counts = new Map<string, { rows: number; until: number }>();
  return async (word, column) => {
    const key = `${column} ${word}`;
    const kept = counts.get(key);
    if (kept && kept.until > performance.now()) return kept.rows;
    const { rows } = await sql<{ doc: number }>`
      select doc from memories_vocabulary where term = ${word} and col = ${column}`.execute(db);
    const found = Number(rows[0]?.doc ?? 0);
    if (counts.size >= mostKeptCounts) counts.clear();
    // A small count is quick to take again, and grows quickly.
    if (found > 500) counts.set(key, { rows: found, until: performance.now() + keepCountsMs });
    return found;
  };
}

/** `words` are letters and digits only, so quoting them is all the escaping FTS5 needs. */
function anyOf(words: string[]): string {
  return words.map((word) => `"${word}"`).join(' OR ');
}
