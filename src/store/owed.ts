/** Words that somebody must get, one row until they have arrived. */
import type { Owed, OwedWords } from '../core/owed.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

export function createOwed(db: Sql): Owed {
  return {
    async add({ sendId, runId, to, reply }, at) {
      const added = await db
        .insertInto('owed')
        .values({
          send_id: sendId,
          run_id: runId,
          place: JSON.stringify(to),
          reply: JSON.stringify(reply),
          since: instant(at),
          tried_at: instant(at),
        })
        .onConflict((conflict) => conflict.column('send_id').doNothing())
        .returning('send_id')
        .executeTakeFirst();
      return added !== undefined;
    },

    async take(before, at) {
      const taken = await db
        .updateTable('owed')
        .set({ tried_at: instant(at) })
        .where('tried_at', '<', instant(before))
        .returningAll()
        .execute();
      return taken
        .sort((one, other) => one.since.localeCompare(other.since))
        .map((row) => ({
          sendId: row.send_id,
          runId: row.run_id,
          to: JSON.parse(row.place) as OwedWords['to'],
          reply: JSON.parse(row.reply) as OwedWords['reply'],
          since: row.since,
        }));
    },

    async forget(sendId) {
      await db.deleteFrom('owed').where('send_id', '=', sendId).execute();
    },
  };
}
