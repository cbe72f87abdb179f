/** The first tables. */
import { type Kysely, sql } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function begin(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  await db.schema
    .createTable('runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('job_key', 'text', (column) => column.notNull().unique())
    .addColumn('engine_id', 'text')
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('requester', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('audience', 'text', (column) => column.notNull())
    .addColumn('thread', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('standing', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('ended_at', 'text')
    .execute();
  await db.schema.createIndex('runs_by_state').on('runs').columns(['state', 'started_at']).execute();

  await db.schema
    .createTable('approvals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('call', 'text', (column) => column.notNull())
    .addColumn('requester', 'text', (column) => column.notNull())
    .addColumn('thread', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('taint', 'text', (column) => column.notNull())
    .addColumn('model_note', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('state_reason', 'text')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('noticed', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
  // One open question per call; a void or expired one may be followed by another.
  await sql`create unique index approvals_open on approvals (run_id, call) where state in ('pending', 'approved')`.execute(
    db,
  );
  await db.schema.createIndex('approvals_by_state').on('approvals').columns(['state', 'noticed']).execute();

  await db.schema
    .createTable('approval_cards')
    .addColumn('approval_id', 'text', (column) => column.notNull().references('approvals.id').onDelete('cascade'))
    .addColumn('thread', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('approval_cards_key', ['approval_id', 'thread', 'message_id'])
    .execute();

  await db.schema
    .createTable('votes')
    .addColumn('approval_id', 'text', (column) => column.notNull().references('approvals.id').onDelete('cascade'))
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('votes_key', ['approval_id', 'person'])
    .execute();

  await db.schema
    .createTable('ledger')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('plan_hash', 'text', (column) => column.notNull())
    .addColumn('approval_id', 'text')
    .addColumn('grant_step', 'integer')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('write_deadline', 'text', (column) => column.notNull())
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('settled_at', 'text')
    .execute();
  // Nulls are distinct in a plain unique index: the approved action itself (no step) must be spent only once as well.
  await sql`create unique index ledger_grants on ledger (approval_id, coalesce(grant_step, -1))`.execute(db);
  await db.schema.createIndex('ledger_by_run').on('ledger').column('run_id').execute();

  await db.schema
    .createTable('locks')
    .addColumn('target', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('approval_id', 'text')
    .addColumn('since', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('audit')
    .addColumn('sequence', 'integer', (column) => column.primaryKey())
    .addColumn('reference', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('person', 'text')
    .addColumn('action', 'text')
    .addColumn('approval_id', 'text')
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('text_hashes', 'text', (column) => column.notNull())
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_by_run').on('audit').column('run_id').execute();
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into audit_head (id, sequence, hash) values (1, 0, '')`.execute(db);
  await db.schema
    .createTable('audit_texts')
    .addColumn('sequence', 'integer', (column) => column.notNull().references('audit.sequence'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('salt', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('audit_texts_key', ['sequence', 'name'])
    .execute();

  await db.schema
    .createTable('freezes')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('frozen_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('spends')
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('usd', 'double precision', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('spends_by_time').on('spends').column('at').execute();
  await db.schema.createIndex('spends_by_run').on('spends').column('run_id').execute();

  await db.schema
    .createTable('inbox')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('surface', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('received_at', 'text', (column) => column.notNull())
    .addColumn('done_at', 'text')
    .execute();
  await db.schema.createIndex('inbox_by_end').on('inbox').columns(['done_at', 'surface']).execute();

  await db.schema
    .createTable('sends')
    .addColumn('send_id', 'text', (column) => column.primaryKey())
    .addColumn('thread', 'text')
    .addColumn('message_id', 'text')
    .addColumn('begun_at', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('memories')
    // A number of our own: full-text rows refer to it, and SQLite's hidden one may change when the file is compacted.
    .addColumn('number', kind === 'sqlite' ? 'integer' : 'bigserial', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('acl', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('words', 'text', (column) => column.notNull())
    .addColumn('person', 'text')
    .addColumn('thread', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('tainted', 'integer', (column) => column.notNull())
    .execute();
  for (const column of ['acl', 'person', 'thread'])
    await db.schema.createIndex(`memories_by_${column}`).on('memories').column(column).execute();
  for (const statement of kind === 'sqlite' ? sqliteFullText : postgresFullText) await sql.raw(statement).execute(db);
}

/** Kept in step by triggers; `secure-delete` makes a forgotten word leave the index file too. */
const sqliteFullText = [
  `create virtual table memories_fts using fts5 (words, content = 'memories', content_rowid = 'number', tokenize = 'unicode61')`,
  `insert into memories_fts (memories_fts, rank) values ('secure-delete', 1)`,
  `create trigger memories_added after insert on memories begin
     insert into memories_fts (rowid, words) values (new.number, new.words);
   end`,
  `create trigger memories_removed after delete on memories begin
     insert into memories_fts (memories_fts, rowid, words) values ('delete', old.number, old.words);
   end`,
  `create trigger memories_changed after update on memories begin
     insert into memories_fts (memories_fts, rowid, words) values ('delete', old.number, old.words);
     insert into memories_fts (rowid, words) values (new.number, new.words);
   end`,
];

/** The words are split by us, not by Postgres' parser, which would keep `fly.toml` or `acme-web` whole. */
const postgresFullText = [
  `alter table memories add column words_index tsvector
     generated always as (array_to_tsvector(string_to_array(words, ' '))) stored`,
  'create index memories_by_word on memories using gin (words_index)',
];
