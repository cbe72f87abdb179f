/** Erases people's words from the records that keep some beside memory; ids, states and hashes stay. */
import { sql as sqlText } from 'kysely';
import type { Erasure, Whose } from '../core/erasure.ts';
import type { Plan } from '../core/plan.ts';
import { createAudit } from './audit.ts';
import { inParts } from './memory-selection.ts';
import type { Sql } from './schema.ts';

const forgotten = '(forgotten)';
/** A shorter one says nothing, and stands in much that is not theirs. */
const shortestReason = 4;
/** Their plans are nothing but the words. */
const wordsAlone = ['sophia_remember', 'sophia_correct_memory'];

export function createErasure(db: Sql): Erasure {
  return {
    texts: (whose) =>
      db.transaction().execute(async (sql) => {
        const runs = await runsOf(sql, whose);
        let gone = await titles(sql, runs);
        const own = 'person' in whose && !('thread' in whose) ? whose.person : null;
        if (own === null && !('rows' in whose)) return gone;
        for (const part of inParts(runs)) {
          gone += await auditTexts(sql, part);
          await owed(sql, part);
          gone += await plans(sql, part);
        }
        if (own !== null) gone += await ofPerson(sql, own);
        return gone;
      }),
  };
}

async function runsOf(sql: Sql, whose: Whose): Promise<string[]> {
  if ('rows' in whose) return runsOfRows(sql, whose.rows);
  let rows = sql.selectFrom('runs').select('id');
  if ('thread' in whose) rows = rows.where('thread', '=', whose.thread);
  if ('channel' in whose) rows = rows.where('channel', '=', whose.channel);
  if ('person' in whose && whose.person !== undefined) rows = rows.where('requester', '=', whose.person);
  return (await rows.execute()).map((row) => row.id);
}

/** A message that began a run has its name; a fact stands in the thread of the command that had it kept. */
async function runsOfRows(sql: Sql, rows: Extract<Whose, { rows: unknown }>['rows']): Promise<string[]> {
  const found: string[] = [];
  for (const { origin, thread, person } of rows) {
    const runs = sql.selectFrom('runs').select('id');
    const own =
      origin === null
        ? runs.where('thread', '=', thread).where('requester', '=', person ?? '')
        : runs.where('job_key', '=', origin);
    found.push(...(await own.execute()).map((row) => row.id));
  }
  return [...new Set(found)];
}

/** Also of runs under way: what they still need they hold themselves. */
async function titles(sql: Sql, runs: string[]): Promise<number> {
  let gone = 0;
  for (const part of inParts(runs)) {
    await sql
      .updateTable('runs')
      .set({ standing: 'ended' })
      .where('id', 'in', part)
      .where('state', '!=', 'running')
      .execute();
    const titled = sql
      .updateTable('runs')
      .set({ title: forgotten })
      .where('id', 'in', part)
      .where('title', '!=', forgotten);
    gone += (await titled.returning('id').execute()).length;
  }
  return gone;
}

async function auditTexts(sql: Sql, runs: string[]): Promise<number> {
  const rows = sql.selectFrom('audit').select('sequence').where('run_id', 'in', runs);
  return (await sql.deleteFrom('audit_texts').where('sequence', 'in', rows).returning('name').execute()).length;
}

/** What could not be said to anybody yet holds their words as well. */
async function owed(sql: Sql, runs: string[]): Promise<void> {
  const ended = sql.selectFrom('runs').select('id').where('id', 'in', runs).where('state', '!=', 'running');
  await sql.deleteFrom('owed').where('run_id', 'in', ended).execute();
}

/** What was approved and done stays as evidence; of the rest its hash, its action and its target are enough. */
async function plans(sql: Sql, runs: string[]): Promise<number> {
  const ended = await sql
    .selectFrom('approvals')
    .select(['id', 'plan', 'state'])
    .where('run_id', 'in', runs)
    .where('state', 'not in', ['pending', 'approved'])
    .execute();
  let gone = 0;
  for (const { id, plan: text, state } of ended) {
    await sql.updateTable('approvals').set({ model_note: null }).where('id', '=', id).execute();
    const plan = JSON.parse(text) as Plan;
    if ((state === 'consumed' && !wordsAlone.includes(plan.action)) || plan.summary === forgotten) continue;
    const { action, target, effect, hash, environment } = plan;
    const bare: Plan = {
      ...{ action, target, effect, hash, summary: forgotten, input: {}, details: [], preconditions: [] },
      ...(environment === undefined ? {} : { environment }),
    };
    const set = { plan: JSON.stringify(bare), taint: '[]' };
    await sql.updateTable('approvals').set(set).where('id', '=', id).execute();
    gone++;
  }
  return gone;
}

/** What they said in others' runs too: reasons of votes, opinions, findings; and what they chose. */
async function ofPerson(sql: Sql, person: string): Promise<number> {
  const texts = (await createAudit(sql).erasePerson(person)) + (await quotations(sql, await reasonsOf(sql, person)));
  const open = sql.selectFrom('approvals').select('id').where('state', '=', 'pending');
  const reasoned = await sql
    .updateTable('votes')
    .set({ reason: null })
    .where('person', '=', person)
    .where('reason', 'is not', null)
    .where('approval_id', 'not in', open)
    .returning(['approval_id', 'verdict'])
    .execute();
  const denied = reasoned.filter((vote) => vote.verdict === 'deny').map((vote) => vote.approval_id);
  for (const part of inParts(denied))
    await sql
      .updateTable('approvals')
      .set({ state_reason: null })
      .where('id', 'in', part)
      .where('state', '=', 'denied')
      .execute();
  const [broke, found] = [
    sql.updateTable('reviews').set({ reason: forgotten, summary: forgotten }).where('person', '=', person),
    sql.updateTable('reviews').set({ finding: null }).where('reviewed_by', '=', person),
  ];
  await broke.where('reviewed_at', 'is not', null).execute();
  await found.execute();
  const opinions = sql.selectFrom('model_events').select(['number', 'detail']).where('person', '=', person);
  for (const { number, detail } of await opinions.where('kind', '!=', 'preference').execute()) {
    const { note: _, ...rest } = (JSON.parse(detail) ?? {}) as { note?: string };
    await sql
      .updateTable('model_events')
      .set({ detail: JSON.stringify(rest) })
      .where('number', '=', number)
      .execute();
  }
  await sql.deleteFrom('model_events').where('person', '=', person).where('kind', '=', 'preference').execute();
  return texts + reasoned.length;
}

/** What they gave as a reason. */
async function reasonsOf(sql: Sql, person: string): Promise<string[]> {
  const votes = await sql.selectFrom('votes').select('reason as words').where('person', '=', person).execute();
  const broke = await sql.selectFrom('reviews').select('reason as words').where('person', '=', person).execute();
  const found = await sql.selectFrom('reviews').select('finding as words').where('reviewed_by', '=', person).execute();
  const froze = await sql.selectFrom('freezes').select('reason as words').where('frozen_by', '=', person).execute();
  const words = [votes, broke, found, froze].flat().flatMap((row) => row.words?.trim() ?? []);
  return [...new Set(words)].filter((one) => one.length >= shortestReason && one !== forgotten);
}

/** The trail of others' runs says why they were refused, in the words of who refused. */
async function quotations(sql: Sql, reasons: string[]): Promise<number> {
  let gone = 0;
  for (const reason of reasons) {
    const like = `%${reason.replace(/[\\%_]/g, '\\$&')}%`;
    const texts = sql.deleteFrom('audit_texts').where(sqlText<boolean>`text like ${like} escape '\\'`);
    gone += (await texts.returning('name').execute()).length;
  }
  return gone;
}
