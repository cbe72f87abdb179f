/** Writes one remembered row, and forgets what rested on the words that it replaces. */
import type { StoredMemory } from '../core/memory-rows.ts';
import { forgetMadeFrom, learnAround } from './memory-forget.ts';
import { toLine } from './memory-row.ts';
import { reopenTalks } from './memory-talks.ts';
import type { Sql } from './schema.ts';

/** Within a transaction of the caller's. */
export async function putRow(db: Sql, row: StoredMemory, version: string): Promise<void> {
  const line = toLine(row, version);
  const reworded = await db
    .selectFrom('memories')
    .select(['kind', 'thread', 'talk'])
    .where('id', '=', row.id)
    .where('text', '!=', line.text)
    .executeTakeFirst();
  if (reworded) {
    // With its text its meaning changes, and what was made from it no longer holds.
    await db.deleteFrom('memory_vectors').where('memory_id', '=', row.id).execute();
    await learnAround(db, [row.id]);
    await forgetMadeFrom(db, [row.id]);
    if (reworded.kind === 'message' || reworded.kind === 'outcome') await reopenTalks(db, [reworded]);
  }
  await db
    .insertInto('memories')
    .values(line)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(line))
    .execute();
  await db.deleteFrom('memory_sources').where('memory_id', '=', row.id).execute();
  if (row.sources.length > 0)
    await db
      .insertInto('memory_sources')
      .values([...new Set(row.sources)].map((source) => ({ memory_id: row.id, source_id: source })))
      .execute();
  await db.deleteFrom('memory_removals').where('memory_id', '=', row.id).execute();
}
