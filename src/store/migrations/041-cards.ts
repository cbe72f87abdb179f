/** Which copies of a card are out of date, and which edit took a request's place. */
import { type Kysely, sql } from 'kysely';

export async function cards(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('approvals').addColumn('edit', 'text').execute();
  await db.schema
    .alterTable('approval_cards')
    .addColumn('stale', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  // They are looked for all the time, and there are hardly ever any.
  await sql`create index approval_cards_stale on approval_cards (approval_id) where stale = 1`.execute(db);
}
