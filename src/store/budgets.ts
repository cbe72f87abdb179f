/** Dollars spent and set aside, row by row, and their sums under the caps. */
import { sql as query } from 'kysely';
import type { Budgets, Cap, Caps, Room, Spend } from '../core/budget.ts';
import { SophiaError } from '../core/error.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

type Filter = Parameters<Budgets['spent']>[0] & { but?: string };

/** A thousandth of a cent: sums of doubles do not come out exact. */
const dust = 1e-8;
const always = '0001-01-01T00:00:00.000Z';

export function createBudgets(db: Sql): Budgets {
  return {
    async record(spend) {
      await db.insertInto('spends').values(rowOf(spend)).execute();
    },

    reserve: (id, spend, caps) =>
      db.transaction().execute(async (sql) => {
        // Whoever reserves waits for the one before: what that one set aside is seen.
        await sql
          .updateTable('reservation_line')
          .set((row) => ({ turn: row('turn', '+', 1) }))
          .where('id', '=', 1)
          .execute();
        const room = await roomFor(sql, spend, caps, id);
        await sql.deleteFrom('reservations').where('id', '=', id).execute();
        if (room.state === 'fits')
          await sql
            .insertInto('reservations')
            .values({ id, ...rowOf(spend) })
            .execute();
        return room;
      }),

    room: (spend, caps) => roomFor(db, spend, caps),

    settle: (id, usd) => db.transaction().execute((sql) => settleReserved(sql, id, usd)),

    spent: (filter) => spent(db, filter),

    async topSpenders(since, limit) {
      const rows = db
        .selectFrom('spends')
        .select((row) => ['person', row.fn.sum('usd').as('usd')])
        .where('at', '>=', instant(since))
        .groupBy('person')
        .orderBy('usd', 'desc')
        .limit(limit);
      return (await rows.execute()).map(({ person, usd }) => ({ person, usd: Number(usd) }));
    },
  };
}

/** Within a transaction of the caller's. */
export async function settleReserved(sql: Sql, id: string, usd: number | null): Promise<void> {
  const held = await sql.deleteFrom('reservations').where('id', '=', id).returningAll().executeTakeFirst();
  if (!held) return;
  const { id: _, ...spend } = held;
  const cost = usd ?? spend.usd;
  if (cost > 0)
    await sql
      .insertInto('spends')
      .values({ ...spend, usd: sane(cost) })
      .execute();
}

async function roomFor(sql: Sql, spend: Spend, caps: Caps, but?: string): Promise<Room> {
  const { runId, person, channel } = spend;
  const at = instant(spend.at);
  const [day, month] = [`${at.slice(0, 10)}T00:00:00.000Z`, `${at.slice(0, 7)}-01T00:00:00.000Z`];
  const own = but === undefined ? {} : { but };
  const looks: [Cap, number, Filter][] = [
    ['run', caps.runUsd, { since: always, runId, ...own }],
    ['person', caps.personUsd, { since: day, person, ...own }],
    ['channel', caps.channelUsd, { since: day, channel, ...own }],
    ['day', caps.dayUsd, { since: day, ...own }],
    ['month', caps.monthUsd, { since: month, ...own }],
  ];
  const wanted = sane(spend.usd);
  let tightest: Room & { state: 'fits' } = { state: 'fits', cap: 'month', leftUsd: Number.POSITIVE_INFINITY };
  for (const [cap, limitUsd, filter] of looks) {
    const spentUsd = await spent(sql, filter);
    const leftUsd = limitUsd - spentUsd - wanted;
    // A cap that is not a number caps everything.
    if (!(leftUsd >= -dust)) return { state: 'over', cap, limitUsd, spentUsd };
    if (leftUsd < tightest.leftUsd) tightest = { state: 'fits', cap, leftUsd: Math.max(0, leftUsd) };
  }
  return tightest;
}

async function spent(sql: Sql, { since, runId, person, channel, but }: Filter): Promise<number> {
  let total = 0;
  for (const table of ['spends', 'reservations'] as const) {
    let rows = sql
      .selectFrom(table)
      .select((row) => row.fn.sum('usd').as('usd'))
      .where('at', '>=', instant(since));
    if (runId !== undefined) rows = rows.where('run_id', '=', runId);
    if (person !== undefined) rows = rows.where('person', '=', person);
    if (channel !== undefined) rows = rows.where('channel', '=', channel);
    // Only what is set aside has an id.
    if (table === 'reservations' && but !== undefined) rows = rows.where(query.ref('id'), '!=', but);
    total += Number((await rows.executeTakeFirst())?.usd ?? 0);
  }
  return total;
}

function rowOf({ runId, person, channel, usd, what, at }: Spend) {
  return { run_id: runId, person, channel, usd: sane(usd), what, at: instant(at) };
}

/** One NaN would make every sum NaN, and no comparison with a cap would ever hold again. */
function sane(usd: number): number {
  if (!Number.isFinite(usd) || usd < 0) throw new SophiaError('bad_input', `Not an amount of dollars: ${usd}`);
  return usd;
}
