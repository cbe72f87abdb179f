/** Words that somebody must get, kept until they have arrived. */
import type { Kysely } from 'kysely';

export async function owed(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('owed')
    .addColumn('send_id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('reply', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .addColumn('tried_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('owed_by_try').on('owed').column('tried_at').execute();
}
