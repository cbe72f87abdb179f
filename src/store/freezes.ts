/** Whether all writes are stopped: at most one row, the latest freeze. */
import type { Freezes } from '../core/freeze.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

export function createFreezes(db: Sql): Freezes {
  return {
    async current() {
      const row = await db.selectFrom('freezes').selectAll().where('id', '=', 1).executeTakeFirst();
      return row ? { by: row.frozen_by, reason: row.reason, since: row.since } : null;
    },

    async freeze({ by, reason, since }) {
      const values = { frozen_by: by, reason, since: instant(since) };
      await db
        .insertInto('freezes')
        .values({ id: 1, ...values })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
        .execute();
    },

    async thaw() {
      await db.deleteFrom('freezes').execute();
    },
  };
}
