/** What is remembered, and the full-text search over it; the access tokens are checked inside the query. */
import { type RawBuilder, type Selectable, sql } from 'kysely';
import { SophiaError } from '../core/error.ts';
import type { MemoryRow, MemoryRows, Recollection } from '../core/memory.ts';
import type { Sql, StoreKind, Tables } from './schema.ts';
import { instant, storable } from './storable.ts';
import { score, wordsToFind, wordsToStore } from './words.ts';

type Row = Selectable<Tables['memories']>;

/** Rows the index proposes before they are scored. */
const fewestCandidates = 200;

export function createMemoryRows(db: Sql, kind: StoreKind): MemoryRows {
  const find = kind === 'sqlite' ? findInSqlite : findInPostgres;
  return {
    async put(row) {
      const values = toRow(row);
      await db
        .insertInto('memories')
        .values(values)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },

    async search(query, acls, limit) {
      const words = wordsToFind(query);
      if (words.length === 0 || acls.length === 0 || limit < 1) return [];
      const { rows } = await find(words, acls, Math.max(fewestCandidates, limit)).execute(db);
      const scores = score(
        rows.map((row) => row.text),
        words,
      );
      return rows
        .map((row, index) => ({ ...toMemory(row), score: scores[index] ?? 0 }))
        .sort(bestFirst)
        .slice(0, limit);
    },

    async forget({ id, person, thread }) {
      if (id === undefined && person === undefined && thread === undefined)
        throw new SophiaError('bad_input', 'Say what to forget: an id, a person or a thread.');
      let rows = db.deleteFrom('memories');
      if (id !== undefined) rows = rows.where('id', '=', id);
      if (person !== undefined) rows = rows.where('person', '=', person);
      if (thread !== undefined) rows = rows.where('thread', '=', thread);
      return (await rows.returning('id').execute()).length;
    },
  };
}

/** `words` are letters and digits only, so quoting them is all the escaping FTS5 needs. */
function findInSqlite(words: string[], acls: string[], limit: number): RawBuilder<Row> {
  const match = words.map((word) => `"${word}"`).join(' OR ');
  return sql<Row>`
    select memories.* from memories_fts join memories on memories.number = memories_fts.rowid
    where memories_fts match ${match} and memories.acl in (${sql.join(acls)})
    order by bm25(memories_fts), memories.at desc limit ${limit}`;
}

function findInPostgres(words: string[], acls: string[], limit: number): RawBuilder<Row> {
  const match = words.map((word) => `'${word}'`).join(' | ');
  return sql<Row>`
    select * from memories
    where words_index @@ ${match}::tsquery and acl in (${sql.join(acls)})
    order by ts_rank(words_index, ${match}::tsquery, 1) desc, at desc limit ${limit}`;
}

function bestFirst(one: Recollection, other: Recollection): number {
  if (one.score !== other.score) return other.score - one.score;
  if (one.at !== other.at) return one.at < other.at ? 1 : -1;
  return one.id < other.id ? -1 : 1;
}

function toRow(row: MemoryRow) {
  const { id, acl, kind, person, thread } = row;
  const text = storable(row.text);
  return {
    id,
    acl,
    kind,
    text,
    words: wordsToStore(text),
    person,
    thread,
    at: instant(row.at),
    tainted: row.tainted ? 1 : 0,
    source: row.source,
  };
}

function toMemory(row: Row): MemoryRow {
  return {
    id: row.id,
    acl: row.acl,
    kind: row.kind as MemoryRow['kind'],
    text: row.text,
    person: row.person,
    thread: row.thread,
    at: row.at,
    tainted: row.tainted === 1,
    source: row.source,
  };
}
