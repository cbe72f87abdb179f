/** Exclusive targets: one statement takes a lock or tells who holds it. */
import type { Selectable } from 'kysely';
import { SophiaError } from '../core/error.ts';
import type { Lock, Locks } from '../core/locks.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

/** Times a lock may be freed between our two statements before we give up. */
const tries = 5;

export function createLocks(db: Sql): Locks {
  return {
    async take(lock) {
      for (let attempt = 0; attempt < tries; attempt++) {
        const holder = (await takeOrRenew(db, lock)) ?? (await holderOf(db, lock.target));
        if (holder) return toLock(holder);
      }
      throw new SophiaError('conflict', `${lock.target} is changing hands too quickly.`, { hint: 'Try again.' });
    },

    async release(runId: string, target?: string) {
      let freed = db.deleteFrom('locks').where('run_id', '=', runId);
      if (target !== undefined) freed = freed.where('target', '=', target);
      const rows = await freed.returning('target').execute();
      return rows.map((row) => row.target).sort();
    },
  };
}

/** Our own lock taken again keeps its `since` and learns the approval it now serves. Undefined when another run holds it. */
function takeOrRenew(db: Sql, lock: Lock) {
  return db
    .insertInto('locks')
    .values({ target: lock.target, run_id: lock.runId, approval_id: lock.approvalId, since: instant(lock.since) })
    .onConflict((conflict) =>
      conflict
        .column('target')
        .doUpdateSet(({ fn, ref }) => ({
          approval_id: fn.coalesce(ref('excluded.approval_id'), ref('locks.approval_id')),
        }))
        .whereRef('locks.run_id', '=', 'excluded.run_id'),
    )
    .returningAll()
    .executeTakeFirst();
}

function holderOf(db: Sql, target: string) {
  return db.selectFrom('locks').selectAll().where('target', '=', target).executeTakeFirst();
}

function toLock(row: Selectable<Tables['locks']>): Lock {
  return { target: row.target, runId: row.run_id, approvalId: row.approval_id, since: row.since };
}
