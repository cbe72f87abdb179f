/** The side of the record that an index outside the store, a rebuild and an export go by. */
import { sql } from 'kysely';
import type { MemoryRows } from '../core/memory-rows.ts';
import { toStored } from './memory-row.ts';
import { inParts } from './memory-selection.ts';
import type { Sql, StoreKind } from './schema.ts';

/** Where words of people stand. */
const worded = ['memories', 'memory_vectors', 'audit_texts', 'runs', 'approvals', 'votes', 'reviews', 'model_events'];

type Upkeep = Pick<
  MemoryRows,
  | 'page'
  | 'outdated'
  | 'count'
  | 'unindexed'
  | 'indexed'
  | 'unindex'
  | 'waiting'
  | 'removals'
  | 'removed'
  | 'checkpoint'
  | 'scrub'
>;

export function createMemoryUpkeep(db: Sql, kind: StoreKind): Upkeep {
  return {
    async page(after, limit) {
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit)
        .execute();
      return { rows: lines.map(toStored), last: Number(lines.at(-1)?.number ?? after) };
    },

    async outdated(version, limit) {
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where((row) => row.or([row('version', 'is', null), row('version', '!=', version)]))
        .limit(limit)
        .execute();
      return lines.map(toStored);
    },

    async count(kinds) {
      let rows = db.selectFrom('memories').select((row) => row.fn.countAll().as('count'));
      if (kinds) rows = rows.where('kind', 'in', [...kinds]);
      return Number((await rows.executeTakeFirstOrThrow()).count);
    },

    async unindexed(index, limit) {
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where((row) => row.or([row('indexed', 'is', null), row('indexed', '!=', index)]))
        .orderBy('number')
        .limit(limit)
        .execute();
      return lines.map(toStored);
    },

    async indexed(ids, index) {
      for (const part of inParts(ids))
        await db.updateTable('memories').set({ indexed: index }).where('id', 'in', part).execute();
    },

    async unindex() {
      await db.updateTable('memories').set({ indexed: null, version: null }).execute();
    },

    async waiting(version, index) {
      const rows = db
        .selectFrom('memories')
        .select((row) => row.fn.countAll().as('count'))
        .where((row) =>
          row.or([
            row('version', 'is', null),
            row('version', '!=', version),
            ...(index === null ? [] : [row('indexed', 'is', null), row('indexed', '!=', index)]),
          ]),
        );
      return Number((await rows.executeTakeFirstOrThrow()).count);
    },

    async removals(limit) {
      const rows = await db.selectFrom('memory_removals').select('memory_id').limit(limit).execute();
      return rows.map((row) => row.memory_id);
    },

    async removed(ids) {
      for (const part of inParts(ids)) await db.deleteFrom('memory_removals').where('memory_id', 'in', part).execute();
    },

    async checkpoint() {
      // In the file itself what is deleted is overwritten, in the index as well.
      if (kind === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(db);
    },

    async scrub() {
      if (kind === 'postgres') {
        for (const table of worded) await sql`vacuum ${sql.table(table)}`.execute(db);
        return;
      }
      // Each of the three keeps deleted words in a place of its own: the index's segments, free pages, the log.
      await sql`insert into memories_fts (memories_fts) values ('optimize')`.execute(db);
      await sql`vacuum`.execute(db);
      await sql`pragma wal_checkpoint(truncate)`.execute(db);
    },
  };
}
