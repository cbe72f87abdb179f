/** Approvals and their votes: every change is one transaction that begins by bumping the row's revision, so racing clicks form a line. */
import type { Approval, Approvals, Entitled, Vote, VoteResult } from '../core/approval.ts';
import { SophiaError } from '../core/error.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Plan } from '../core/plan.ts';
import { assembled, assembledAll, load, type Row } from './approval-rows.ts';
import { markDrawn, outdate, staleCards } from './cards.ts';
import { toLedgerRow } from './ledger.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

type Ending = { state: 'approved' | 'denied'; reason: string | null };

export function createApprovals(db: Sql): Approvals {
  return {
    open: (approval) => db.transaction().execute((sql) => open(sql, approval)),
    get: (id) => load(db, id),

    async byRun(runId) {
      const rows = db.selectFrom('approvals').selectAll().where('run_id', '=', runId);
      return assembledAll(db, await rows.orderBy('created_at').orderBy('id').execute());
    },

    addCard: (id, card) =>
      db.transaction().execute(async (sql) => {
        const row = await bump(sql, id).executeTakeFirst();
        if (!row) throw new SophiaError('not_found', `There is no approval ${id}.`);
        await sql
          .insertInto('approval_cards')
          .values({
            approval_id: id,
            thread: card.thread,
            message_id: card.id,
            revision: row.revision,
            stale: shows(row),
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }),

    async shownBy(card) {
      const shown = db
        .selectFrom('approval_cards')
        .select('approval_id')
        .where('thread', '=', card.thread)
        .where('message_id', '=', card.id);
      const rows = db.selectFrom('approvals').selectAll().where('id', 'in', shown);
      return assembledAll(db, await rows.orderBy('created_at').orderBy('id').execute());
    },

    vote: (id, vote, entitled) =>
      db.transaction().execute((sql) => countVote(sql, id, { ...vote, at: instant(vote.at) }, entitled)),

    stale: () => staleCards(db),

    async drawn(card, shown) {
      for (const { id, revision } of shown) await markDrawn(db, card, id, revision);
    },

    close: (id, state, reason, edit) =>
      db.transaction().execute(async (sql) => {
        const row = await bump(sql, id)
          .set({ state, state_reason: reason, edit: edit ?? null })
          .where('state', 'in', state === 'superseded' ? ['pending'] : ['pending', 'approved'])
          .executeTakeFirst();
        if (!row) return null;
        await outdate(sql, id);
        return assembled(sql, row);
      }),

    consume: (id, entry) => db.transaction().execute((sql) => consume(sql, id, entry)),

    async pending({ thread, runId } = {}) {
      const rows = db
        .selectFrom('approvals')
        .selectAll()
        .where('state', '=', 'pending')
        .$if(thread !== undefined, (some) => some.where('thread', '=', thread ?? ''))
        .$if(runId !== undefined, (some) => some.where('run_id', '=', runId ?? ''));
      return assembledAll(db, await rows.orderBy('created_at').orderBy('id').execute());
    },

    async unnoticed() {
      const rows = db.selectFrom('approvals').selectAll().where('state', '!=', 'pending').where('noticed', '=', 0);
      return assembledAll(db, await rows.orderBy('created_at').orderBy('id').execute());
    },

    async notice(id) {
      // Never while pending: the decision to come would then wake nobody.
      await bump(db, id).set({ noticed: 1 }).where('state', '!=', 'pending').where('noticed', '=', 0).execute();
    },
  };
}

/** A copy that arrives after the decision may have been drawn before it. */
function shows({ state }: Row): number {
  return state === 'pending' ? 0 : 1;
}

/** The first statement of every change: it locks the row, and whoever waited for it sees what the one before did. */
function bump(sql: Sql, id: string) {
  return sql
    .updateTable('approvals')
    .set((row) => ({ revision: row('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll();
}

async function open(sql: Sql, approval: Approval): Promise<Approval> {
  await sql
    .insertInto('approvals')
    .values({
      id: approval.id,
      run_id: approval.runId,
      call: approval.call,
      requester: approval.requester,
      thread: approval.thread,
      target: approval.plan.target,
      plan: JSON.stringify(approval.plan),
      rule: JSON.stringify(approval.rule),
      taint: JSON.stringify(approval.taint),
      model_note: approval.modelNote ?? null,
      state: 'pending',
      state_reason: null,
      revision: approval.revision,
      noticed: 0,
      edit: null,
      created_at: instant(approval.createdAt),
      expires_at: instant(approval.expiresAt),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const known = await load(sql, approval.id);
  if (known) return known;
  const sameCall = await sql
    .selectFrom('approvals')
    .selectAll()
    .where('run_id', '=', approval.runId)
    .where('call', '=', approval.call)
    .where('state', 'in', ['pending', 'approved'])
    .executeTakeFirst();
  if (sameCall) return assembled(sql, sameCall);
  throw new SophiaError('conflict', 'Another approval of the same call was decided this very moment.', {
    hint: 'Try again.',
  });
}

/**
 * At the very instant of expiry it is too late. Who said yes may still say no while it is open: whoever has found a fault
 * must be able to stop it.
 */
async function countVote(sql: Sql, id: string, vote: Vote, entitled?: Entitled): Promise<VoteResult> {
  let line = bump(sql, id).where('state', '=', 'pending');
  // A yes of somebody who voted before changes nothing, unless the row is overdue and must be closed.
  if (vote.verdict === 'approve')
    line = line.where(({ or, not, eb, exists, selectFrom }) =>
      or([
        eb('expires_at', '<=', vote.at),
        not(
          exists(
            selectFrom('votes')
              .select('votes.person')
              .whereRef('votes.approval_id', '=', 'approvals.id')
              .where('votes.person', '=', vote.person),
          ),
        ),
      ]),
    );
  const row = await line.executeTakeFirst();
  if (!row) return unchanged(sql, id, vote.person);
  if (row.expires_at <= vote.at) {
    const reason = 'It expired before enough people had decided.';
    return { state: 'too late', approval: await end(sql, row, { state: 'expired', reason }) };
  }
  const given = { verdict: vote.verdict, reason: vote.reason ?? null, at: vote.at, revision: row.revision };
  const counted = await sql
    .insertInto('votes')
    .values({ approval_id: id, person: vote.person, ...given })
    .onConflict((conflict) =>
      vote.verdict === 'deny' ? conflict.columns(['approval_id', 'person']).doUpdateSet(given) : conflict.doNothing(),
    )
    .returning('person')
    .executeTakeFirst();
  if (counted) await outdate(sql, id);
  const approval = await assembled(sql, row);
  // Both clicks of one person waited in the same line. (A no before this one would have ended it.)
  if (!counted) return { state: 'already voted', approval };
  const ending = tally(approval, entitled ?? approval.rule);
  return { state: 'counted', approval: ending ? await end(sql, row, ending) : approval };
}

async function unchanged(sql: Sql, id: string, person: string): Promise<VoteResult> {
  const approval = await load(sql, id);
  if (!approval) return { state: 'not found' };
  const voted = approval.votes.some((vote) => vote.person === person);
  return { state: voted ? 'already voted' : 'too late', approval };
}

/** A quorum that is no whole number from one on approves nothing, whoever votes. */
function tally({ votes, requester }: Approval, rule: Entitled): Ending | null {
  const deny = votes.find((vote) => vote.verdict === 'deny');
  if (deny) return { state: 'denied', reason: deny.reason ?? null };
  const counting = new Set(rule.approvers);
  if (!rule.selfApproval) counting.delete(requester);
  const approving = votes.filter((vote) => vote.verdict === 'approve' && counting.has(vote.person)).length;
  const reached = Number.isInteger(rule.quorum) && rule.quorum >= 1 && approving >= rule.quorum;
  return reached ? { state: 'approved', reason: null } : null;
}

async function end(sql: Sql, row: Row, ending: Ending | { state: 'expired'; reason: string }): Promise<Approval> {
  const set = { state: ending.state, state_reason: ending.reason };
  await outdate(sql, row.id);
  const ended = sql.updateTable('approvals').set(set).where('id', '=', row.id).returningAll();
  return assembled(sql, await ended.executeTakeFirstOrThrow());
}

/**
 * `spent` also when the grant is overdue, closed, or when `entry.key` is in the ledger already: then nothing changes, and
 * the caller reads the ledger row to see whether an earlier attempt of its own got here first.
 */
async function consume(sql: Sql, id: string, entry: LedgerEntry): Promise<'started' | 'spent'> {
  const row = await bump(sql, id)
    .set({ state: 'consumed', noticed: 1 })
    .where('state', '=', 'approved')
    .where('expires_at', '>', instant(entry.startedAt))
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('ledger').select('ledger.key').where('ledger.key', '=', entry.key))),
    )
    .executeTakeFirst();
  if (!row) return 'spent';
  const plan = JSON.parse(row.plan) as Plan;
  if (entry.approvalId !== id || entry.runId !== row.run_id || entry.planHash !== plan.hash)
    throw new SophiaError('conflict', 'This approval was given for another plan.', { hint: 'Ask anew.' });
  // A clash on the key in this very moment throws, which takes the consumption back with it.
  await sql.insertInto('ledger').values(toLedgerRow(entry)).execute();
  await outdate(sql, id);
  return 'started';
}
