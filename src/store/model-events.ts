/** Events of models: appended once, read in order. */
import type { Selectable } from 'kysely';
import type { Json } from '../core/json.ts';
import type { ModelClass } from '../core/model.ts';
import type { ModelEvent, ModelEvents } from '../core/routing.ts';
import type { Sql, Tables } from './schema.ts';
import { instant, storableJson } from './storable.ts';

export function createModelEvents(db: Sql): ModelEvents {
  return {
    async append(onceKey, { at, run, good, detail, milliseconds, ...same }) {
      const rows = db
        .insertInto('model_events')
        .values({
          ...same,
          once_key: onceKey,
          at: instant(at),
          run_id: run,
          good: good === null ? null : good ? 1 : 0,
          milliseconds: milliseconds === null ? null : Math.round(milliseconds),
          detail: JSON.stringify(storableJson(detail)),
        })
        .onConflict((conflict) => conflict.column('once_key').doNothing())
        .returning('number');
      return (await rows.executeTakeFirst()) !== undefined;
    },

    async after(number, limit) {
      const rows = db.selectFrom('model_events').selectAll().where('number', '>', number).orderBy('number');
      return (await rows.limit(limit).execute()).map(toEvent);
    },

    async latest({ kind, thread, run, person }, limit) {
      let rows = db.selectFrom('model_events').selectAll().where('kind', '=', kind).orderBy('number', 'desc');
      if (thread !== undefined) rows = rows.where('thread', '=', thread);
      if (run !== undefined) rows = rows.where('run_id', '=', run);
      if (person !== undefined) rows = rows.where('person', '=', person);
      return (await rows.limit(limit).execute()).map(toEvent);
    },

    async before(at) {
      const first = db
        .selectFrom('model_events')
        .select((row) => row.fn.min('number').as('number'))
        .where('at', '>=', instant(at));
      return Math.max(0, Number((await first.executeTakeFirst())?.number ?? 1) - 1);
    },

    async purge(before) {
      await db
        .deleteFrom('model_events')
        .where('at', '<', instant(before))
        // What a person chose holds until they choose otherwise.
        .where('kind', '!=', 'preference')
        .execute();
    },
  };
}

function toEvent(row: Selectable<Tables['model_events']>): ModelEvent {
  return {
    number: row.number,
    at: row.at,
    kind: row.kind as ModelEvent['kind'],
    class: row.class as ModelClass | null,
    model: row.model,
    run: row.run_id,
    thread: row.thread,
    person: row.person,
    good: row.good === null ? null : row.good === 1,
    usd: row.usd,
    milliseconds: row.milliseconds,
    detail: JSON.parse(row.detail) as Json,
  };
}
