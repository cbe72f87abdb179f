/** Outbound messages by send id: one statement decides who tries first. */
import type { Sends } from '../core/sends.ts';
import type { Sql } from './schema.ts';

export function createSends(db: Sql, now: () => Date): Sends {
  return {
    begin: (sendId) =>
      db.transaction().execute(async (sql) => {
        const fresh = await sql
          .insertInto('sends')
          .values({ send_id: sendId, thread: null, message_id: null, begun_at: now().toISOString() })
          .onConflict((conflict) => conflict.column('send_id').doNothing())
          .returning('send_id')
          .executeTakeFirst();
        if (fresh) return 'new';
        const row = await sql.selectFrom('sends').selectAll().where('send_id', '=', sendId).executeTakeFirst();
        return row?.thread && row.message_id ? { thread: row.thread, id: row.message_id } : 'begun';
      }),

    async find(sendId) {
      const row = await db.selectFrom('sends').selectAll().where('send_id', '=', sendId).executeTakeFirst();
      return row?.thread && row.message_id ? { thread: row.thread, id: row.message_id } : null;
    },

    async arrived(sendId, message) {
      const reference = { thread: message.thread, message_id: message.id };
      await db
        .insertInto('sends')
        .values({ send_id: sendId, begun_at: now().toISOString(), ...reference })
        // Everything refers to the message that arrived first.
        .onConflict((conflict) =>
          conflict.column('send_id').doUpdateSet(reference).where('sends.message_id', 'is', null),
        )
        .execute();
    },
  };
}
