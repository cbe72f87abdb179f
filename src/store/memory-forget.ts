/** Forgets rows together with everything that was made from them, or gives them to another audience. */
import type { Selection } from '../core/memory.ts';
import { placeOf } from './memory-place.ts';
import { inParts, selected } from './memory-selection.ts';
import type { Sql } from './schema.ts';

/** Within a transaction of the caller's. */
export async function forgetRows(db: Sql, selection: Selection): Promise<string[]> {
  const found = await selected(db.selectFrom('memories'), selection).select('id').execute();
  const ids = await withDerived(
    db,
    found.map((row) => row.id),
  );
  for (const part of inParts(ids)) {
    await db.deleteFrom('memories').where('id', 'in', part).execute();
    await db.deleteFrom('memory_vectors').where('memory_id', 'in', part).execute();
    await db
      .deleteFrom('memory_sources')
      .where((row) => row.or([row('memory_id', 'in', part), row('source_id', 'in', part)]))
      .execute();
    await db
      .insertInto('memory_removals')
      .values(part.map((id) => ({ memory_id: id })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return ids;
}

/** A fact drawn from a message says what the message said. */
async function withDerived(db: Sql, ids: string[]): Promise<string[]> {
  const all = new Set(ids);
  let edge = ids;
  while (edge.length > 0) {
    const next: string[] = [];
    for (const part of inParts(edge)) {
      const rows = await db.selectFrom('memory_sources').select('memory_id').where('source_id', 'in', part).execute();
      next.push(...rows.map((row) => row.memory_id).filter((id) => !all.has(id)));
    }
    for (const id of next) all.add(id);
    edge = [...new Set(next)];
  }
  return [...all];
}

/** What was made from them goes: it may rest on rows of another audience too. */
export async function moveRows(db: Sql, channel: string, acl: string): Promise<string[]> {
  const rows = await db
    .selectFrom('memories')
    .select(['id', 'kind'])
    .where('channel', '=', channel)
    .where('acl', '!=', acl)
    .execute();
  for (const { id, kind } of rows)
    await db
      .updateTable('memories')
      .set({ acl, place: placeOf(acl, kind as Parameters<typeof placeOf>[1]), indexed: null })
      .where('id', '=', id)
      .execute();
  const ids = rows.map((row) => row.id);
  const derived = (await withDerived(db, ids)).filter((id) => !ids.includes(id));
  if (derived.length > 0) await forgetRows(db, { ids: derived });
  return ids;
}
