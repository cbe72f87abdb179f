/** Policies put in force: the number is the primary key, so of two that follow the same one only one can be put. */
import type { Selectable } from 'kysely';
import type { Policies, PolicyVersion } from '../core/policies.ts';
import { append } from './audit.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

export function createPolicies(db: Sql): Policies {
  return {
    number: () => numberInForce(db),

    async get(number) {
      const row = await db.selectFrom('policies').selectAll().where('number', '=', number).executeTakeFirst();
      return row ? toVersion(row) : null;
    },

    async byDeed(deed) {
      const row = await db.selectFrom('policies').selectAll().where('deed', '=', deed).executeTakeFirst();
      return row ? toVersion(row) : null;
    },

    async latest(limit) {
      const rows = await db.selectFrom('policies').selectAll().orderBy('number', 'desc').limit(limit).execute();
      return rows.map(toVersion);
    },

    put: (version, expected, audit) =>
      db.transaction().execute(async (sql) => {
        if ((await numberInForce(sql)) !== expected) return null;
        const { text, hash, by, at, approvalId, deed } = version;
        const row = await sql
          .insertInto('policies')
          .values({ number: expected + 1, text, hash, put_by: by, at: instant(at), approval_id: approvalId, deed })
          // Two replicas that both read `expected`: the second waits for the first and then puts nothing.
          .onConflict((conflict) => conflict.column('number').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (!row) return null;
        await append(sql, audit);
        return toVersion(row);
      }),
  };
}

async function numberInForce(sql: Sql): Promise<number> {
  const row = await sql
    .selectFrom('policies')
    .select((column) => column.fn.max('number').as('number'))
    .executeTakeFirst();
  return Number(row?.number ?? 0);
}

function toVersion(row: Selectable<Tables['policies']>): PolicyVersion {
  const { number, text, hash, at, deed } = row;
  return { number, text, hash, by: row.put_by, at, approvalId: row.approval_id, deed };
}
