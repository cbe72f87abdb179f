/** The record of what is remembered; the access tokens are checked inside every query that recalls. */
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import { forgetRows, moveRows } from './memory-forget.ts';
import { toLine, toMemory, toStored } from './memory-row.ts';
import { selected } from './memory-selection.ts';
import { createMemoryUpkeep } from './memory-upkeep.ts';
import { createMemoryVectors } from './memory-vectors.ts';
import type { Sql, StoreKind } from './schema.ts';
import { instant } from './storable.ts';

export function createMemoryRows(db: Sql, kind: StoreKind): MemoryRows {
  return {
    ...createMemoryUpkeep(db, kind),
    ...createMemoryVectors(db),

    async put(rows, version) {
      if (rows.length === 0) return;
      await db.transaction().execute(async (inside) => {
        for (const row of rows) await putOne(inside, row, version);
      });
    },

    async get(ids, acls, now) {
      if (ids.length === 0 || acls.length === 0) return [];
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where('id', 'in', ids)
        .where('acl', 'in', acls)
        .where('trust', '!=', 'quarantined')
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', instant(now))]))
        .execute();
      return lines.map(toStored);
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
      // Two look-ups by their own index each; an OR over both would read every row.
      const byThread = db.selectFrom('memories').select(columns).where('thread', 'in', talks).where('acl', 'in', acls);
      const byTalk = db.selectFrom('memories').select(columns).where('talk', 'in', talks).where('acl', 'in', acls);
      const found = [await byThread.limit(limit).execute(), await byTalk.limit(limit).execute()].flat();
      return [...new Map(found.map((row) => [row.id, row])).values()];
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

    forget: (selection) => db.transaction().execute((inside) => forgetRows(inside, selection)),

    async expire(now, limit) {
      const due = await db
        .selectFrom('memories')
        .select('id')
        .where('expires_at', '<=', instant(now))
        .limit(limit)
        .execute();
      if (due.length === 0) return [];
      return db.transaction().execute((inside) => forgetRows(inside, { ids: due.map((row) => row.id) }));
    },

    move: (channel, acl) => db.transaction().execute((inside) => moveRows(inside, channel, acl)),

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

async function putOne(db: Sql, row: StoredMemory, version: string): Promise<void> {
  const line = toLine(row, version);
  // With its text its meaning changes.
  await db
    .deleteFrom('memory_vectors')
    .where('memory_id', 'in', (old) =>
      old.selectFrom('memories').select('id').where('id', '=', row.id).where('text', '!=', line.text),
    )
    .execute();
  await db
    .insertInto('memories')
    .values(line)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(line))
    .execute();
  await db.deleteFrom('memory_sources').where('memory_id', '=', row.id).execute();
  if (row.sources.length > 0)
    await db
      .insertInto('memory_sources')
      .values([...new Set(row.sources)].map((source) => ({ memory_id: row.id, source_id: source })))
      .execute();
  await db.deleteFrom('memory_removals').where('memory_id', '=', row.id).execute();
}
