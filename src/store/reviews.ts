/** Reviews of broken glass: opened once each, closed once each. */
import type { Selectable } from 'kysely';
import type { Review, Reviews } from '../core/review.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

export function createReviews(db: Sql): Reviews {
  const numberOf = (id: string) => Number(/^B(\d{1,9})$/i.exec(id)?.[1] ?? -1);
  return {
    async open({ runId, planHash, at, dueAt, ...same }, onceKey) {
      const values = {
        ...same,
        once_key: onceKey,
        run_id: runId,
        plan_hash: planHash,
        at: instant(at),
        due_at: instant(dueAt),
      };
      await db
        .insertInto('reviews')
        .values(values)
        .onConflict((conflict) => conflict.column('once_key').doNothing())
        .execute();
      const row = db.selectFrom('reviews').selectAll().where('once_key', '=', onceKey);
      return toReview(await row.executeTakeFirstOrThrow());
    },

    async get(id) {
      const row = await db.selectFrom('reviews').selectAll().where('number', '=', numberOf(id)).executeTakeFirst();
      return row ? toReview(row) : null;
    },

    async unreviewed() {
      const rows = db.selectFrom('reviews').selectAll().where('reviewed_at', 'is', null).orderBy('number');
      return (await rows.execute()).map(toReview);
    },

    async close(id, by, finding, at) {
      const closed = await db
        .updateTable('reviews')
        .set({ reviewed_by: by, finding, reviewed_at: instant(at) })
        .where('number', '=', numberOf(id))
        .where('reviewed_at', 'is', null)
        .returning('number')
        .executeTakeFirst();
      return closed !== undefined;
    },
  };
}

function toReview(row: Selectable<Tables['reviews']>): Review {
  const { person, action, summary, reason, channel, at, finding } = row;
  return {
    id: `B${row.number}`,
    runId: row.run_id,
    person,
    action,
    planHash: row.plan_hash,
    summary,
    reason,
    channel,
    at,
    dueAt: row.due_at,
    reviewedBy: row.reviewed_by,
    reviewedAt: row.reviewed_at,
    finding,
  };
}
