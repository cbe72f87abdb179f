/** Schedules of digests: compare-and-set on the last moment keeps two replicas from both seeing to it. */
import type { Selectable } from 'kysely';
import type { Schedule, Schedules } from '../core/schedule.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

export function createSchedules(db: Sql): Schedules {
  const numberOf = (id: string) => Number(/^S(\d{1,9})$/i.exec(id)?.[1] ?? -1);
  return {
    async add(schedule, onceKey) {
      const { holidays, by, createdAt, ...same } = schedule;
      const made = instant(createdAt);
      await db
        .insertInto('schedules')
        .values({
          ...same,
          once_key: onceKey,
          holidays: JSON.stringify(holidays),
          created_by: by,
          created_at: made,
          last_at: made,
          told_at: made,
          paused: 0,
        })
        .onConflict((conflict) => conflict.column('once_key').doNothing())
        .execute();
      const row = db.selectFrom('schedules').selectAll().where('once_key', '=', onceKey);
      return toSchedule(await row.executeTakeFirstOrThrow());
    },

    async get(id) {
      const row = await db.selectFrom('schedules').selectAll().where('number', '=', numberOf(id)).executeTakeFirst();
      return row ? toSchedule(row) : null;
    },

    async list(filter = {}) {
      let rows = db.selectFrom('schedules').selectAll().orderBy('number');
      if (filter.channel !== undefined) rows = rows.where('channel', '=', filter.channel);
      return (await rows.execute()).map(toSchedule);
    },

    async pause(id, paused) {
      const rows = db
        .updateTable('schedules')
        .set({ paused: paused ? 1 : 0 })
        .where('number', '=', numberOf(id));
      return (await rows.returning('number').executeTakeFirst()) !== undefined;
    },

    async remove(id) {
      const rows = db.deleteFrom('schedules').where('number', '=', numberOf(id));
      return (await rows.returning('number').executeTakeFirst()) !== undefined;
    },

    async advance(id, from, to, came) {
      const at = instant(to);
      const rows = db
        .updateTable('schedules')
        .set({ last_at: at, ...(came ? { told_at: at } : {}) })
        .where('number', '=', numberOf(id))
        .where('last_at', '=', instant(from));
      return (await rows.returning('number').executeTakeFirst()) !== undefined;
    },
  };
}

function toSchedule(row: Selectable<Tables['schedules']>): Schedule {
  return {
    id: `S${row.number}`,
    template: row.template,
    surface: row.surface,
    channel: row.channel,
    audience: row.audience,
    pattern: row.pattern,
    zone: row.zone,
    said: row.said,
    holidays: JSON.parse(row.holidays) as string[],
    by: row.created_by,
    paused: row.paused === 1,
    createdAt: row.created_at,
    lastAt: row.last_at,
    toldAt: row.told_at ?? row.last_at,
  };
}
