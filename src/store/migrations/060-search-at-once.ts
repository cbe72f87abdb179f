/** On Postgres new rows go into the index of words at once: a list of those still waiting would be read through by each search. */
import { type Kysely, sql } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function searchAtOnce(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  if (kind === 'sqlite') return;
  await sql`alter index memories_by_word set (fastupdate = off)`.execute(db);
  await sql`select gin_clean_pending_list('memories_by_word'::regclass)`.execute(db);
}
