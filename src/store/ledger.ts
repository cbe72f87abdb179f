/** The ledger of deeds: unique keys begin them once, compare-and-set on the attempt ends them once. */
import type { Selectable } from 'kysely';
import type { Json } from '../core/json.ts';
import type { Ledger, LedgerEntry, LedgerState } from '../core/ledger.ts';
import { append } from './audit.ts';
import { settleReserved } from './budgets.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

type Row = Selectable<Tables['ledger']>;

export function createLedger(db: Sql): Ledger {
  return {
    async get(key) {
      const row = await db.selectFrom('ledger').selectAll().where('key', '=', key).executeTakeFirst();
      return row ? toEntry(row) : null;
    },

    begin: (entry) =>
      db.transaction().execute(async (sql) => {
        const begun = await sql
          .insertInto('ledger')
          .values(toLedgerRow(entry))
          .onConflict((conflict) => conflict.doNothing())
          .returning('key')
          .executeTakeFirst();
        if (begun) return 'started';
        const known = await sql.selectFrom('ledger').select('key').where('key', '=', entry.key).executeTakeFirst();
        return known ? 'exists' : 'spent';
      }),

    async retake(key, seenAttempt, owner, writeDeadline) {
      const taken = await db
        .updateTable('ledger')
        .set({ attempt: seenAttempt + 1, owner, write_deadline: instant(writeDeadline) })
        .where('key', '=', key)
        .where('attempt', '=', seenAttempt)
        .where('state', '=', 'started')
        .returning('key')
        .executeTakeFirst();
      return taken !== undefined;
    },

    settle: (key, attempt, state, result, at) => settle(db, key, attempt, state, result, at),

    settleWritten: (key, attempt, state, result, audit) =>
      db.transaction().execute(async (sql) => {
        if (!(await settle(sql, key, attempt, state, result, audit.at))) return null;
        if (state !== 'unknown') await settleReserved(sql, key, state === 'done' ? null : 0);
        return append(sql, audit);
      }),

    async spentSteps(approvalId) {
      const rows = await db
        .selectFrom('ledger')
        .select('grant_step')
        .where('approval_id', '=', approvalId)
        .where('grant_step', 'is not', null)
        .orderBy('grant_step')
        .execute();
      return rows.flatMap((row) => (row.grant_step === null ? [] : [row.grant_step]));
    },

    async unknown() {
      const rows = db.selectFrom('ledger').selectAll().where('state', '=', 'unknown');
      return (await rows.orderBy('started_at').orderBy('key').execute()).map(toEntry);
    },

    async byRun(runId) {
      const rows = db.selectFrom('ledger').selectAll().where('run_id', '=', runId);
      return (await rows.orderBy('started_at').orderBy('key').execute()).map(toEntry);
    },
  };
}

async function settle(
  ...[sql, key, attempt, state, result, at]: [Sql, ...Parameters<Ledger['settle']>]
): Promise<boolean> {
  // What is unknown may still be settled by a person; what is done or failed stays so.
  const from: LedgerState[] = state === 'unknown' ? ['started'] : ['started', 'unknown'];
  const settled = await sql
    .updateTable('ledger')
    .set({ state, result: JSON.stringify(result), settled_at: instant(at) })
    .where('key', '=', key)
    .where('attempt', '=', attempt)
    .where('state', 'in', from)
    .returning('key')
    .executeTakeFirst();
  return settled !== undefined;
}

/** As it begins, whatever the caller filled in for its end. */
export function toLedgerRow(entry: LedgerEntry): Row {
  return {
    key: entry.key,
    run_id: entry.runId,
    action: entry.action,
    plan_hash: entry.planHash,
    approval_id: entry.approvalId,
    grant_step: entry.grantStep,
    grant_key: entry.grantKey ?? null,
    grant_use: entry.grantUse ?? 1,
    owner: entry.owner,
    attempt: entry.attempt,
    state: 'started',
    write_deadline: instant(entry.writeDeadline),
    result: JSON.stringify(entry.result),
    started_at: instant(entry.startedAt),
    settled_at: null,
  };
}

function toEntry(row: Row): LedgerEntry {
  return {
    key: row.key,
    runId: row.run_id,
    action: row.action,
    planHash: row.plan_hash,
    approvalId: row.approval_id,
    grantStep: row.grant_step,
    ...(row.grant_key === null ? {} : { grantKey: row.grant_key, grantUse: row.grant_use }),
    owner: row.owner,
    attempt: row.attempt,
    state: row.state as LedgerState,
    writeDeadline: row.write_deadline,
    result: JSON.parse(row.result) as Json,
    startedAt: row.started_at,
    settledAt: row.settled_at,
  };
}
