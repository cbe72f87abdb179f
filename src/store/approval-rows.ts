/** Rows of an approval, its votes and its cards, put together as one. */
import type { Selectable } from 'kysely';
import type { Approval, Rule, Vote } from '../core/approval.ts';
import type { Plan } from '../core/plan.ts';
import type { Sql, Tables } from './schema.ts';

export type Row = Selectable<Tables['approvals']>;

export async function load(sql: Sql, id: string): Promise<Approval | null> {
  const row = await sql.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? assembled(sql, row) : null;
}

export async function assembled(sql: Sql, row: Row): Promise<Approval> {
  const [approval] = await assembledAll(sql, [row]);
  if (!approval) throw new TypeError('one row makes one approval');
  return approval;
}

export async function assembledAll(sql: Sql, rows: Row[]): Promise<Approval[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const votes = await sql.selectFrom('votes').selectAll().where('approval_id', 'in', ids).orderBy('revision').execute();
  const cards = await sql
    .selectFrom('approval_cards')
    .selectAll()
    .where('approval_id', 'in', ids)
    .orderBy('revision')
    .execute();
  const votesOf = Map.groupBy(votes, (vote) => vote.approval_id);
  const cardsOf = Map.groupBy(cards, (card) => card.approval_id);
  return rows.map((row) => ({
    id: row.id,
    runId: row.run_id,
    call: row.call,
    requester: row.requester,
    thread: row.thread,
    plan: JSON.parse(row.plan) as Plan,
    rule: JSON.parse(row.rule) as Rule,
    taint: JSON.parse(row.taint) as Approval['taint'],
    ...(row.model_note === null ? {} : { modelNote: row.model_note }),
    state: row.state as Approval['state'],
    votes: (votesOf.get(row.id) ?? []).map(toVote),
    ...(row.state_reason === null ? {} : { stateReason: row.state_reason }),
    ...(row.edit === null ? {} : { edit: row.edit }),
    revision: row.revision,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    cards: (cardsOf.get(row.id) ?? []).map((card) => ({ thread: card.thread, id: card.message_id })),
  }));
}

function toVote(row: Selectable<Tables['votes']>): Vote {
  const verdict = row.verdict as Vote['verdict'];
  return { person: row.person, verdict, ...(row.reason === null ? {} : { reason: row.reason }), at: row.at };
}
