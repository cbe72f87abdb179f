/** The meaning of rows as a model gave it: asked for once, and kept with the record. */
import { sql } from 'kysely';
import type { MemoryRows } from '../core/memory-rows.ts';
import { toStored } from './memory-row.ts';
import { inParts } from './memory-selection.ts';
import type { Sql } from './schema.ts';

export function createMemoryVectors(db: Sql): Pick<MemoryRows, 'unembedded' | 'embed' | 'vectors'> {
  return {
    async unembedded(model, limit) {
      const lines = await db
        .selectFrom('memories')
        .selectAll()
        .where((row) =>
          row.not(
            row.exists(
              row
                .selectFrom('memory_vectors')
                .select(sql`1`.as('one'))
                .whereRef('memory_vectors.memory_id', '=', 'memories.id')
                .where('memory_vectors.model', '=', model),
            ),
          ),
        )
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return lines.map(toStored);
    },

    async embed(model, vectors) {
      if (vectors.length === 0) return;
      await db.transaction().execute(async (inside) => {
        for (const { id, vector } of vectors) {
          const line = { model, vector: new Uint8Array(Float32Array.from(vector).buffer) };
          await inside
            .insertInto('memory_vectors')
            .values({ memory_id: id, ...line })
            .onConflict((conflict) => conflict.column('memory_id').doUpdateSet(line))
            .execute();
        }
        // An index outside the store learns of it with its next round.
        await inside
          .updateTable('memories')
          .set({ indexed: null })
          .where(
            'id',
            'in',
            vectors.map((one) => one.id),
          )
          .execute();
      });
    },

    async vectors(model, ids) {
      const found = new Map<string, number[]>();
      for (const part of inParts(ids)) {
        const lines = await db
          .selectFrom('memory_vectors')
          .selectAll()
          .where('model', '=', model)
          .where('memory_id', 'in', part)
          .execute();
        for (const { memory_id: id, vector } of lines) found.set(id, numbersOf(vector));
      }
      return found;
    },
  };
}

/** A buffer from a pool need not begin where numbers may. */
function numbersOf(bytes: Uint8Array): number[] {
  return [...new Float32Array(Uint8Array.from(bytes).buffer)];
}
