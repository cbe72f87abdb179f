/** Rows made from others: kept only while these stand as they were read, and held back while a person has to look at them. */
import type { Selection } from '../core/memory.ts';
import type { MemoryRows } from '../core/memory-rows.ts';
import { putRow } from './memory-put.ts';
import { toMemory } from './memory-row.ts';
import { inParts } from './memory-selection.ts';
import type { Sql, StoreKind } from './schema.ts';
import { instant, storable } from './storable.ts';

type Derived = Pick<MemoryRows, 'derive' | 'said' | 'quarantined' | 'release'>;

export function createMemoryDerived(db: Sql, kind: StoreKind): Derived {
  return {
    derive: (rows, from, version) =>
      db.transaction().execute(async (inside) => {
        const standing = new Map<string, { acl: string; text: string }>();
        for (const part of inParts(from.map((row) => row.id))) {
          const look = inside.selectFrom('memories').select(['id', 'acl', 'text']).where('id', 'in', part);
          // Held until this ends, so that whoever forgets them at this moment finds what was made from them.
          for (const row of await (kind === 'postgres' ? look.forShare() : look).execute()) standing.set(row.id, row);
        }
        const holds = from.every(({ id, acl, text }) => {
          const now = standing.get(id);
          return now?.acl === acl && now.text === storable(text);
        });
        if (holds) for (const row of rows) if (!(await refused(inside, row.id))) await putRow(inside, row, version);
        return holds;
      }),

    async said(talk, limit) {
      const rows = db
        .selectFrom('memories')
        .selectAll()
        .where('kind', 'in', ['message', 'outcome'])
        .orderBy('at', 'desc')
        .limit(limit);
      const found = [
        ...(await rows.where('thread', '=', talk).execute()),
        ...(await rows.where('talk', '=', talk).execute()),
      ];
      const byId = new Map(found.map((line) => [line.id, toMemory(line)]));
      return [...byId.values()].sort((one, other) => (one.at < other.at ? -1 : 1)).slice(-limit);
    },

    async quarantined(acls, now, limit) {
      if (acls.length === 0) return [];
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where('trust', '=', 'quarantined')
        .where('acl', 'in', acls)
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', instant(now))]))
        .orderBy('at', 'desc')
        .limit(limit)
        .execute();
      return lines.map(toMemory);
    },

    async release(id) {
      const freed = await db
        .updateTable('memories')
        .set({ trust: 'derived' })
        .where('id', '=', id)
        .where('trust', '=', 'quarantined')
        .returning('id')
        .executeTakeFirst();
      return freed !== undefined;
    },
  };
}

/** Within a transaction of the caller's: what was drawn and is named to be forgotten is not drawn again. */
export async function refuse(db: Sql, { ids = [] }: Selection): Promise<void> {
  for (const part of inParts(ids))
    await db
      .insertInto('memory_refused')
      .columns(['memory_id'])
      .expression((from) =>
        from
          .selectFrom('memories')
          .select('id')
          .where('id', 'in', part)
          .where('kind', 'in', ['fact', 'summary'])
          .where('trust', 'in', ['derived', 'quarantined']),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

async function refused(db: Sql, id: string): Promise<boolean> {
  return (
    (await db.selectFrom('memory_refused').select('memory_id').where('memory_id', '=', id).executeTakeFirst()) !==
    undefined
  );
}
