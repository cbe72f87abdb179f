/** A transaction whose commit does not wait for the disk: the next one that does takes it along. */
import { sql } from 'kysely';
import type { Sql, StoreKind } from './schema.ts';

/**
 * For what is heard in passing. It survives a crash of the process; a cut of the power can take the last of it, and then the
 * inbox, whose rows wait for the disk, still holds the delivery it came from.
 */
export async function withoutWaiting(db: Sql, kind: StoreKind, work: (inside: Sql) => Promise<void>): Promise<void> {
  if (kind === 'postgres')
    return db.transaction().execute(async (inside) => {
      await sql`set local synchronous_commit = off`.execute(inside);
      await work(inside);
    });
  await db.connection().execute(async (one) => {
    await sql`pragma synchronous = normal`.execute(one);
    try {
      await one.transaction().execute(work);
    } finally {
      await sql`pragma synchronous = full`.execute(one);
    }
  });
}
