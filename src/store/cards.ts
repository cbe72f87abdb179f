/** The copies of an approval's card: where they stand, and which of them do not yet show what was decided. */
import { sql } from 'kysely';
import type { MessageRef } from '../core/thread.ts';
import type { Sql } from './schema.ts';

const mostStale = 200;

/** Part of every change that a card shows: until it is drawn anew, each copy is known to be out of date. */
export async function outdate(db: Sql, id: string): Promise<void> {
  await db.updateTable('approval_cards').set({ stale: 1 }).where('approval_id', '=', id).execute();
}

export async function staleCards(db: Sql): Promise<MessageRef[]> {
  const rows = await db
    .selectFrom('approval_cards')
    .select(['thread', 'message_id'])
    .distinct()
    .where('stale', '=', 1)
    .limit(mostStale)
    .execute();
  return rows.map((row) => ({ thread: row.thread, id: row.message_id }));
}

/** What changed since the revision that was drawn leaves the copy out of date. */
export async function markDrawn(db: Sql, card: MessageRef, id: string, revision: number): Promise<void> {
  await db
    .updateTable('approval_cards')
    .set({
      stale: sql`case when (select revision from approvals where id = approval_id) > ${revision} then 1 else 0 end`,
    })
    .where('approval_id', '=', id)
    .where('thread', '=', card.thread)
    .where('message_id', '=', card.id)
    .execute();
}
