/** Which talks were taken in for facts, what became of the drafts, and a way to the talks of late. */
import { type Kysely, sql } from 'kysely';

export async function facts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('memory_talks')
    .addColumn('talk', 'text', (column) => column.primaryKey())
    .addColumn('through', 'text')
    .addColumn('owner', 'text')
    .addColumn('held_until', 'text')
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .createTable('memory_tally')
    .addColumn('ended', 'text', (column) => column.primaryKey())
    .addColumn('count', 'integer', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('memories_by_time').on('memories').columns(['kind', 'at', 'talk', 'thread']).execute();
  // They are few, and looked for again and again.
  await sql`create index memories_held on memories (acl) where trust = 'quarantined'`.execute(db);
}
