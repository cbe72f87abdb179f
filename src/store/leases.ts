/** Leases: every use is one conditional update beside the ledger row it pays for, so racing uses never exceed a limit. */
import type { Selectable } from 'kysely';
import type { Lease, Leases } from '../core/lease.ts';
import type { Shape } from '../core/shape.ts';
import { toLedgerRow } from './ledger.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

type Row = Selectable<Tables['leases']>;

/** Takes the use back with everything else of its transaction. */
class AlreadyBegun extends Error {}

export function createLeases(db: Sql): Leases {
  const byDeed = (deed: string) => db.selectFrom('leases').selectAll().where('deed', '=', deed).executeTakeFirst();
  const byNumber = (number: number) =>
    db.selectFrom('leases').selectAll().where('number', '=', number).executeTakeFirst();
  const lease = (row: Row | undefined) => (row ? toLease(row) : null);

  return {
    async grant(wanted, deed) {
      await db
        .insertInto('leases')
        .values({
          deed,
          holder: wanted.holder,
          channel: wanted.channel,
          audience: wanted.audience,
          shape: JSON.stringify(wanted.shape),
          environment: wanted.environment,
          approval_id: wanted.approvalId,
          voters: JSON.stringify(wanted.voters),
          granted_at: instant(wanted.grantedAt),
          expires_at: instant(wanted.expiresAt),
          uses_left: wanted.usesLeft,
          money_left: wanted.usdLeft === null ? null : Math.floor(wanted.usdLeft * 10_000 + 1e-6),
          revoked_by: null,
          revoked_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return toLease((await byDeed(deed)) as Row);
    },
    grantedBy: async (deed) => lease(await byDeed(deed)),
    async get(id) {
      const number = numberOf(id);
      return number === null ? null : lease(await byNumber(number));
    },
    async live(at) {
      const rows = db
        .selectFrom('leases')
        .selectAll()
        .where('revoked_at', 'is', null)
        .where('uses_left', '>', 0)
        .where('expires_at', '>', instant(at));
      return (await rows.orderBy('number').execute()).map(toLease);
    },

    async use(id, usd, entry) {
      const number = numberOf(id);
      if (number === null || !(usd >= 0)) return 'spent';
      const money = moneyOf(usd);
      try {
        return await db.transaction().execute(async (sql) => {
          const spent = await sql
            .updateTable('leases')
            .set((row) => ({ uses_left: row('uses_left', '-', 1), money_left: row('money_left', '-', money) }))
            .where('number', '=', number)
            .where('revoked_at', 'is', null)
            .where('expires_at', '>', instant(entry.startedAt))
            .where('uses_left', '>', 0)
            .where(({ or, eb }) => or([eb('money_left', 'is', null), eb('money_left', '>=', money)]))
            .returning('number')
            .executeTakeFirst();
          if (!spent) {
            const known = await sql.selectFrom('ledger').select('key').where('key', '=', entry.key).executeTakeFirst();
            return known ? 'exists' : 'spent';
          }
          const begun = await sql
            .insertInto('ledger')
            .values(toLedgerRow(entry))
            .onConflict((conflict) => conflict.doNothing())
            .returning('key')
            .executeTakeFirst();
          if (!begun) throw new AlreadyBegun();
          const row = { ledger_key: entry.key, number, money, at: instant(entry.startedAt) };
          await sql.insertInto('lease_uses').values(row).execute();
          return 'started';
        });
      } catch (error) {
        if (error instanceof AlreadyBegun) return 'exists';
        throw error;
      }
    },

    async usedBy(key) {
      const use = await db.selectFrom('lease_uses').select('number').where('ledger_key', '=', key).executeTakeFirst();
      return use ? lease(await byNumber(use.number)) : null;
    },

    async revoke(id, by, at) {
      const number = numberOf(id);
      if (number === null) return null;
      await db
        .updateTable('leases')
        .set({ revoked_by: by, revoked_at: instant(at) })
        .where('number', '=', number)
        .where('revoked_at', 'is', null)
        .execute();
      return lease(await byNumber(number));
    },
  };
}

/** Rounded up: what is spent is never less than what it costs. */
function moneyOf(usd: number): number {
  return Math.ceil(usd * 10_000 - 1e-6);
}

function numberOf(id: string): number | null {
  const digits = /^L([1-9]\d{0,8})$/i.exec(id)?.[1];
  return digits === undefined ? null : Number(digits);
}

function toLease(row: Row): Lease {
  return {
    id: `L${row.number}`,
    holder: row.holder,
    channel: row.channel,
    audience: row.audience,
    shape: JSON.parse(row.shape) as Shape,
    environment: row.environment,
    approvalId: row.approval_id,
    voters: JSON.parse(row.voters) as string[],
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
    usesLeft: row.uses_left,
    usdLeft: row.money_left === null ? null : row.money_left / 10_000,
    state: row.revoked_at === null ? 'live' : 'revoked',
  };
}
