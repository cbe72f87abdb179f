/** The policies put in force, one row each. */
import type { Kysely } from 'kysely';

export async function policies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('policies')
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('put_by', 'text')
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('approval_id', 'text')
    .addColumn('deed', 'text', (column) => column.unique())
    .execute();
}
