/** Forgets rows together with everything that was made from them, or gives them to another audience. */
import type { Selection } from '../core/memory.ts';
import type { PlaceKind } from '../core/place.ts';
import { placeOf } from './memory-place.ts';
import { inParts, selected } from './memory-selection.ts';
import { reopenTalks } from './memory-talks.ts';
import type { Sql } from './schema.ts';

/** Within a transaction of the caller's. */
export async function forgetRows(db: Sql, selection: Selection): Promise<string[]> {
  const found = await selected(db.selectFrom('memories'), selection).select(['id', 'kind', 'thread', 'talk']).execute();
  // First what was said: whoever is making something from it right now finds it gone, or has finished and is found below.
  const ids = found.map((row) => row.id);
  await learnAround(db, ids);
  for (const part of inParts(ids)) await db.deleteFrom('memories').where('id', 'in', part).execute();
  const all = await withDerived(db, ids);
  await removeRows(db, all);
  // What is left of a talk may still say something; what a person refused of it must not come back.
  await reopenTalks(
    db,
    found.filter((row) => row.kind === 'message' || row.kind === 'outcome'),
  );
  return all;
}

/** Within a transaction of the caller's: these rows stay, what was made from them goes. */
export async function forgetMadeFrom(db: Sql, ids: string[]): Promise<void> {
  const own = new Set(ids);
  await removeRows(
    db,
    (await withDerived(db, ids)).filter((id) => !own.has(id)),
  );
}

async function removeRows(db: Sql, ids: string[]): Promise<void> {
  await learnAround(db, ids);
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

/** An index outside keeps the words around a row with it: the neighbours of what goes, or changes, are learnt anew. */
export async function learnAround(db: Sql, ids: string[]): Promise<void> {
  const talks = new Set<string>();
  for (const part of inParts(ids)) {
    const rows = await db.selectFrom('memories').select(['thread', 'talk']).where('id', 'in', part).execute();
    for (const { thread, talk } of rows) for (const name of [thread, talk]) if (name !== null) talks.add(name);
  }
  for (const part of inParts([...talks]))
    for (const column of ['thread', 'talk'] as const)
      await db
        .updateTable('memories')
        .set({ indexed: null })
        .where(column, 'in', part)
        .where('indexed', 'is not', null)
        .execute();
}

/** What was made from them goes: it may rest on rows of another audience too. */
export async function moveRows(db: Sql, channel: string, acl: string, place: PlaceKind): Promise<string[]> {
  const rows = await db
    .selectFrom('memories')
    .select(['id', 'kind', 'thread', 'talk'])
    .where('channel', '=', channel)
    .where('acl', '!=', acl)
    .execute();
  for (const { id, kind } of rows)
    await db
      .updateTable('memories')
      .set({ acl, place: placeOf(acl, kind as Parameters<typeof placeOf>[1]), indexed: null })
      .where('id', '=', id)
      .execute();
  await db
    .updateTable('memories')
    .set({ keep_as: place })
    .where('channel', '=', channel)
    .where('keep_as', 'is not', null)
    .execute();
  const ids = rows.map((row) => row.id);
  await forgetMadeFrom(db, ids);
  await reopenTalks(db, rows);
  return ids;
}
