/** The approvals of one run, of one thread, and those behind one card are found without reading all. */
import type { Kysely } from 'kysely';

export async function approvalsFound(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('approvals_by_run').on('approvals').columns(['run_id']).execute();
  await db.schema.createIndex('approvals_by_thread').on('approvals').columns(['thread']).execute();
  await db.schema
    .createIndex('approval_cards_by_message')
    .on('approval_cards')
    .columns(['thread', 'message_id'])
    .execute();
}
