/** The record of what is remembered; the access tokens are checked inside every query that recalls. */
import type { MemoryRows } from '../core/memory-rows.ts';
import { createMemoryDerived, refuse } from './memory-derived.ts';
import { forgetRows, moveRows } from './memory-forget.ts';
import { putRow } from './memory-put.ts';
import { spoken, toMemory, toStored } from './memory-row.ts';
import { among, selected } from './memory-selection.ts';
import { createMemoryUpkeep } from './memory-upkeep.ts';
import { createMemoryVectors } from './memory-vectors.ts';
import type { Sql, StoreKind } from './schema.ts';
import { instant } from './storable.ts';
import { withoutWaiting } from './without-waiting.ts';

export function createMemoryRows(db: Sql, kind: StoreKind): MemoryRows {
  const without = (rows: { id: string }[]) =>
    db.transaction().execute((inside) => forgetRows(inside, { ids: rows.map((row) => row.id) }));

  return {
    ...createMemoryUpkeep(db, kind),
    ...createMemoryVectors(db),
    ...createMemoryDerived(db, kind),

    async put(rows, version) {
      if (rows.length === 0) return;
      await withoutWaiting(db, kind, async (inside) => {
        for (const row of rows) await putRow(inside, row, version);
      });
    },

    async get(ids, acls, now) {
      if (ids.length === 0 || acls.length === 0) return [];
      // Looked up by id alone: with more conditions a planner may choose to read all that is public instead.
      const lines = await db.selectFrom('memories').select(spoken).where('id', 'in', among(kind, ids)).execute();
      const may = new Set(acls);
      return lines
        .filter((line) => may.has(line.acl) && line.trust !== 'quarantined')
        .filter((line) => line.expires_at === null || line.expires_at > instant(now))
        .map(toStored);
    },

    async find(selection, limit) {
      const lines = await selected(db.selectFrom('memories'), selection)
        .selectAll()
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return lines.map(toMemory);
    },

    async around(talks, acls, limit) {
      if (talks.length === 0 || acls.length === 0) return [];
      const columns = ['id', 'acl', 'thread', 'talk', 'at'] as const;
      // Two look-ups by their own index each; an OR over both, or the tokens in the query, would read far more.
      const rows = db.selectFrom('memories').select(columns).limit(limit);
      const found = [
        ...(await rows.where('thread', 'in', among(kind, talks)).execute()),
        ...(await rows.where('talk', 'in', among(kind, talks)).execute()),
      ];
      const may = new Set(acls);
      return [...new Map(found.filter((row) => may.has(row.acl)).map((row) => [row.id, row])).values()];
    },

    async latest(channel, before) {
      const row = await db
        .selectFrom('memories')
        .select(['at', 'talk'])
        .where('channel', '=', channel)
        .where('at', '<=', instant(before))
        .where('talk', 'is not', null)
        .orderBy('at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row ?? null;
    },

    forget: (selection) =>
      db.transaction().execute(async (inside) => {
        await refuse(inside, selection);
        return forgetRows(inside, selection);
      }),

    async expire(now, limit) {
      const due = await db
        .selectFrom('memories')
        .select('id')
        .where('expires_at', '<=', instant(now))
        .limit(limit)
        .execute();
      return due.length === 0 ? [] : without(due);
    },

    async outlive(place, saidBefore, limit) {
      const rows = db.selectFrom('memories').select('id').where('keep_as', '=', place);
      const due = await rows.where('at', '<', instant(saidBefore)).limit(limit).execute();
      return due.length === 0 ? [] : without(due);
    },

    move: (channel, acl, place) => db.transaction().execute((inside) => moveRows(inside, channel, acl, place)),

    correct: (id, { text, words }, by, at) =>
      db.transaction().execute(async (inside) => {
        const before = await inside.selectFrom('memories').selectAll().where('id', '=', id).executeTakeFirst();
        if (!before) return false;
        // What it said must not be drawn again from where it comes from.
        await refuse(inside, { ids: [id] });
        const row = { ...toStored(before), text, words, corrected: { by, at } };
        await putRow(
          inside,
          { ...row, trust: row.trust === 'quarantined' ? 'derived' : row.trust },
          before.version ?? '',
        );
        return true;
      }),

    async about(person) {
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where((row) => row.or([row('person', '=', person), row('subject', '=', person)]))
        .orderBy('at')
        .execute();
      return lines.map(toMemory);
    },
  };
}
