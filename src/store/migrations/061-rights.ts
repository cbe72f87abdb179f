/** Who corrected a memory and when, and which time of keeping holds for it. */
import { type Kysely, sql } from 'kysely';

export async function rights(db: Kysely<unknown>): Promise<void> {
  for (const column of ['corrected_by', 'corrected_at', 'keep_as'])
    await db.schema.alterTable('memories').addColumn(column, 'text').execute();
  // Which private channels are shared is not known here: they are kept as long as private ones.
  await sql`update memories set keep_as = case when acl like '%:public' then 'public' when acl like '%:D%' then 'direct'
    else 'private' end where expires_at is not null`.execute(db);
  await db.schema.createIndex('memories_by_keeping').on('memories').columns(['keep_as', 'at']).execute();
}
