/** Memory that knows where a row comes from, what was made from it, and which index holds it. */
import { type Kysely, sql } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function memory(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  // The old index is dropped before its table changes shape; the new one is filled row by row, with the new words.
  for (const statement of kind === 'sqlite' ? dropSqlite : []) await sql.raw(statement).execute(db);
  for (const column of ['speaker', 'channel', 'origin', 'link', 'talk', 'subject', 'expires_at', 'version', 'indexed'])
    await db.schema.alterTable('memories').addColumn(column, 'text').execute();
  const filled: [string, string][] = [
    ['sources', '[]'],
    ['trust', 'said'],
    ['place', ''],
  ];
  for (const [column, value] of filled)
    await db.schema
      .alterTable('memories')
      .addColumn(column, 'text', (definition) => definition.notNull().defaultTo(value))
      .execute();
  await sql`update memories set words = '', trust = case when kind = 'fact' then 'kept' else 'said' end`.execute(db);
  const lookups: [string, string[]][] = [
    ['channel', ['channel', 'at']],
    ['origin', ['origin']],
    ['talk', ['talk', 'at']],
    ['subject', ['subject']],
    ['expiry', ['expires_at']],
    ['version', ['version']],
    ['indexed', ['indexed']],
  ];
  for (const [name, columns] of lookups)
    await db.schema.createIndex(`memories_by_${name}`).on('memories').columns(columns).execute();

  await db.schema
    .createTable('memory_sources')
    .addColumn('memory_id', 'text', (column) => column.notNull())
    .addColumn('source_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('memory_sources_key', ['source_id', 'memory_id'])
    .execute();
  await db.schema.createIndex('memory_sources_by_memory').on('memory_sources').column('memory_id').execute();
  await db.schema
    .createTable('memory_vectors')
    .addColumn('memory_id', 'text', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('vector', kind === 'sqlite' ? 'blob' : 'bytea', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('memory_removals')
    .addColumn('memory_id', 'text', (column) => column.primaryKey())
    .execute();
  for (const statement of kind === 'sqlite' ? createSqlite : []) await sql.raw(statement).execute(db);
}

const dropSqlite = [
  'drop trigger memories_added',
  'drop trigger memories_removed',
  'drop trigger memories_changed',
  'drop table memories_fts',
];

/** `place` holds the token of who may read and the kind, so that the index itself leaves out what is not for the asker. */
const createSqlite = [
  `create virtual table memories_fts using fts5 (place, words, content = 'memories', content_rowid = 'number',
     detail = column, tokenize = 'unicode61')`,
  `insert into memories_fts (memories_fts, rank) values ('secure-delete', 1)`,
  `create virtual table memories_vocabulary using fts5vocab (memories_fts, 'col')`,
  `insert into memories_fts (memories_fts) values ('rebuild')`,
  `create trigger memories_added after insert on memories begin
     insert into memories_fts (rowid, place, words) values (new.number, new.place, new.words);
   end`,
  `create trigger memories_removed after delete on memories begin
     insert into memories_fts (memories_fts, rowid, place, words) values ('delete', old.number, old.place, old.words);
   end`,
  `create trigger memories_changed after update of place, words on memories begin
     insert into memories_fts (memories_fts, rowid, place, words) values ('delete', old.number, old.place, old.words);
     insert into memories_fts (rowid, place, words) values (new.number, new.place, new.words);
   end`,
];
