/** Words said in a thread while a run is at work there. */
import type { Kysely } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function followups(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  await db.schema
    .createTable('listeners')
    .addColumn('thread', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('offered', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('followups')
    .addColumn('number', kind === 'sqlite' ? 'integer' : 'serial', (column) => column.primaryKey())
    .addColumn('job_key', 'text', (column) => column.notNull().unique())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('turn', 'integer')
    .execute();
  await db.schema.createIndex('followups_by_run').on('followups').column('run_id').execute();
  await db.schema.createIndex('runs_by_thread').on('runs').column('thread').execute();
}
