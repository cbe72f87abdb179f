/** Which writes are stopped: one row a scope, its latest freeze. */
import { everything, type Freezes } from '../core/freeze.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

export function createFreezes(db: Sql): Freezes {
  return {
    async all() {
      const rows = await db.selectFrom('freezes').selectAll().orderBy('since').orderBy('scope').execute();
      const all = rows.map((row) => ({ scope: row.scope, by: row.frozen_by, reason: row.reason, since: row.since }));
      return [...all.filter((one) => one.scope === everything), ...all.filter((one) => one.scope !== everything)];
    },

    async freeze({ scope, by, reason, since }) {
      const values = { frozen_by: by, reason, since: instant(since) };
      await db
        .insertInto('freezes')
        .values({ scope, ...values })
        .onConflict((conflict) => conflict.column('scope').doUpdateSet(values))
        .execute();
    },

    async thaw({ scope, by, reason, since }) {
      const gone = await db
        .deleteFrom('freezes')
        .where('scope', '=', scope)
        .where('frozen_by', '=', by)
        .where('reason', '=', reason)
        .where('since', '=', instant(since))
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    },
  };
}
