/** What a remembered row descends from. */
import type { Kysely } from 'kysely';

export async function memorySource(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('memories').addColumn('source', 'text').execute();
}
