/** Until when the readers of a digest have been told: a day off moves its clock on, and tells them nothing. */
import { type Kysely, sql } from 'kysely';

export async function told(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('schedules').addColumn('told_at', 'text').execute();
  await sql`update schedules set told_at = last_at`.execute(db);
}
