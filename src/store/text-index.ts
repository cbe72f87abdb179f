/** The full-text index that lives with the record: it is as current as the record, and every replica shares it. */
import type { RecallIndex } from '../core/recall-index.ts';
import type { Sql, StoreKind } from './schema.ts';
import { createFindInPostgres } from './text-index-postgres.ts';
import { createFindInSqlite } from './text-index-sqlite.ts';

export function createTextIndex(db: Sql, kind: StoreKind): RecallIndex {
  const find = kind === 'sqlite' ? createFindInSqlite(db) : createFindInPostgres(db);
  return {
    name: kind === 'sqlite' ? 'fts5' : 'postgres',
    // The record's own columns are what is searched; they come and go with the row.
    put: async () => {},
    remove: async () => {},
    clear: async () => {},
    async find(query) {
      if (query.words.length === 0 || query.acls.length === 0 || query.limit < 1 || query.kinds?.length === 0)
        return [];
      return find(query);
    },
    async size() {
      const rows = db
        .selectFrom('memories')
        .select((row) => row.fn.countAll().as('count'))
        .where('words', '!=', '');
      return Number((await rows.executeTakeFirstOrThrow()).count);
    },
  };
}
