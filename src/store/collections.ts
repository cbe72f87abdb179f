/** Collections that were connected: counted wishes to be read, claims by one process at a time, versions of files. */
import { randomUUID } from 'node:crypto';
import type { Collection, Collections } from '../core/collections.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

export function createCollections(db: Sql): Collections {
  return {
    async connect({ name, channel, by, at }) {
      await db
        .insertInto('collections')
        .values({
          ...{ id: randomUUID(), name, channel, connected_by: by, at: instant(at) },
          ...{ state: null, wanted: 1, done: 0, claimed_until: null },
        })
        .onConflict((conflict) =>
          conflict.columns(['name', 'channel']).doUpdateSet((row) => ({ wanted: row('collections.wanted', '+', 1) })),
        )
        .execute();
    },

    disconnect: ({ name, channel }) =>
      db.transaction().execute(async (sql) => {
        let rows = sql.deleteFrom('collections').where('channel', '=', channel);
        if (name !== undefined) rows = rows.where('name', '=', name);
        const gone = (await rows.returningAll().execute()).map(read);
        for (const { id } of gone) await sql.deleteFrom('collection_files').where('collection_id', '=', id).execute();
        return gone;
      }),

    async list({ name, channel }) {
      let rows = db.selectFrom('collections').selectAll().orderBy('name');
      if (name !== undefined) rows = rows.where('name', '=', name);
      if (channel !== undefined) rows = rows.where('channel', '=', channel);
      return (await rows.execute()).map(read);
    },

    async want(name) {
      let rows = db.updateTable('collections').set((row) => ({ wanted: row('wanted', '+', 1) }));
      if (name !== null) rows = rows.where('name', '=', name);
      await rows.execute();
    },

    async claim(now, until) {
      const free = db
        .selectFrom('collections')
        .select('id')
        .where((row) => row('wanted', '>', row.ref('done')))
        .where((row) => row.or([row('claimed_until', 'is', null), row('claimed_until', '<=', instant(now))]))
        .orderBy('claimed_until')
        .limit(1);
      const row = await db
        .updateTable('collections')
        .set({ claimed_until: instant(until) })
        .where('id', 'in', free)
        .where((one) => one.or([one('claimed_until', 'is', null), one('claimed_until', '<=', instant(now))]))
        .returningAll()
        .executeTakeFirst();
      return row ? { ...read(row), wanted: row.wanted } : null;
    },

    async free() {
      await db.updateTable('collections').set({ claimed_until: null }).execute();
    },

    async hold(id, until) {
      await db
        .updateTable('collections')
        .set({ claimed_until: instant(until) })
        .where('id', '=', id)
        .execute();
    },

    async settle(id, { state, wanted }) {
      await db
        .updateTable('collections')
        .set({ state, done: wanted, claimed_until: null })
        .where('id', '=', id)
        .execute();
    },

    async files(id) {
      const rows = await db.selectFrom('collection_files').selectAll().where('collection_id', '=', id).execute();
      return new Map(rows.map((row) => [row.path, row.version]));
    },

    async file(id, path, version) {
      if (version === null) {
        await db.deleteFrom('collection_files').where('collection_id', '=', id).where('path', '=', path).execute();
        return;
      }
      await db
        .insertInto('collection_files')
        .values({ collection_id: id, path, version })
        .onConflict((conflict) => conflict.columns(['collection_id', 'path']).doUpdateSet({ version }))
        .execute();
    },
  };
}

function read(row: Tables['collections']): Collection {
  const { id, name, channel, connected_by: by, at, state } = row;
  return { id, name, channel, by, at, state };
}
