/** Reviews of broken glass. */
import type { Kysely } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function reviews(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  await db.schema
    .createTable('reviews')
    .addColumn('number', kind === 'sqlite' ? 'integer' : 'serial', (column) => column.primaryKey())
    .addColumn('once_key', 'text', (column) => column.notNull().unique())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('plan_hash', 'text', (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('due_at', 'text', (column) => column.notNull())
    .addColumn('reviewed_by', 'text')
    .addColumn('reviewed_at', 'text')
    .addColumn('finding', 'text')
    .execute();
}
