/** Facts that people had forgotten: by the hash that is their id, so that they are not drawn again. */
import type { Kysely } from 'kysely';

export async function refused(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('memory_refused')
    .addColumn('memory_id', 'text', (column) => column.primaryKey())
    .execute();
}
