/** Deliveries received and not yet handled. A handled one keeps its id, against retries, and loses its body. */
import type { Inbox } from '../core/inbox.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

export type PurgeableInbox = Inbox & {
  /** Removes what was done before this time; returns how many. Senders retry for hours, not weeks. */
  purge(doneBefore: string): Promise<number>;
};

export function createInbox(db: Sql, now: () => Date): PurgeableInbox {
  return {
    async put({ id, surface, body, receivedAt }) {
      const row = await db
        .insertInto('inbox')
        .values({ id, surface, body, received_at: instant(receivedAt), done_at: null })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },

    async done(id) {
      const set = { done_at: now().toISOString(), body: '' };
      await db.updateTable('inbox').set(set).where('id', '=', id).where('done_at', 'is', null).execute();
    },

    async open(surface) {
      const rows = db.selectFrom('inbox').selectAll().where('surface', '=', surface).where('done_at', 'is', null);
      const oldestFirst = await rows.orderBy('received_at').orderBy('id').execute();
      return oldestFirst.map((row) => ({
        id: row.id,
        surface: row.surface,
        body: row.body,
        receivedAt: row.received_at,
      }));
    },

    async purge(doneBefore) {
      const gone = db.deleteFrom('inbox').where('done_at', '<', instant(doneBefore)).returning('id');
      return (await gone.execute()).length;
    },
  };
}
