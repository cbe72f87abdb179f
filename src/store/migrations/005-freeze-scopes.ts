/** Freezes by scope: a freeze in force stays one of everything. */
import { type Kysely, sql } from 'kysely';

export async function freezeScopes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('freezes_by_scope')
    .addColumn('scope', 'text', (column) => column.primaryKey())
    .addColumn('frozen_by', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into freezes_by_scope (scope, frozen_by, reason, since)
    select 'everything', frozen_by, reason, since from freezes`.execute(db);
  // A replica of the earlier build can then no longer read the state, and treats everything as frozen.
  await db.schema.dropTable('freezes').execute();
  await db.schema.alterTable('freezes_by_scope').renameTo('freezes').execute();
}
