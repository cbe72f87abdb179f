/** What became of models' answers, event by event. */
import type { Kysely } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function modelEvents(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  await db.schema
    .createTable('model_events')
    .addColumn('number', kind === 'sqlite' ? 'integer' : 'serial', (column) => column.primaryKey())
    .addColumn('once_key', 'text', (column) => column.notNull().unique())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('class', 'text')
    .addColumn('model', 'text')
    .addColumn('run_id', 'text')
    .addColumn('thread', 'text')
    .addColumn('person', 'text')
    .addColumn('good', 'integer')
    .addColumn('usd', 'double precision', (column) => column.notNull())
    .addColumn('milliseconds', 'integer')
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute();
  for (const column of ['at', 'run_id', 'thread', 'person'])
    await db.schema.createIndex(`model_events_${column}`).on('model_events').column(column).execute();
}
