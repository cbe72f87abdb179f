/** The audit chain: each row's hash covers the row before it; free text stands beside it, salted, and can be erased. */
import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Audit, AuditEntry, AuditKind, AuditRow } from '../core/audit.ts';
import { SophiaError } from '../core/error.ts';
import { canonicalJson, hashJson } from '../core/hash.ts';
import type { JsonObject } from '../core/json.ts';
import { narrowed } from './audit-filter.ts';
import { findBreak } from './audit-verify.ts';
import type { Sql, Tables } from './schema.ts';
import { instant, storableJson } from './storable.ts';

/** Forgetting is no part of the flow's port: only the house's own forgetting calls it. */
export type ErasableAudit = Audit & {
  /** Erases the free text of one row, or one named text of it; the chain stays whole. Returns how many texts went. */
  erase(reference: string, name?: string): Promise<number>;
  /** Erases every free text of the rows of a person and of the runs they asked for. Returns how many texts went. */
  erasePerson(person: string): Promise<number>;
};

export function createAudit(db: Sql): ErasableAudit {
  return {
    append: (entry) => db.transaction().execute((sql) => append(sql, entry)),

    async find(reference) {
      const rows = await db.selectFrom('audit').selectAll().where('reference', '=', reference).execute();
      const [row] = await withTexts(db, rows);
      return row ?? null;
    },

    async byRun(runId) {
      const rows = db.selectFrom('audit').selectAll().where('run_id', '=', runId).orderBy('sequence');
      return withTexts(db, await rows.execute());
    },

    async latest(limit) {
      const rows = db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(limit);
      return withTexts(db, await rows.execute());
    },

    async search(filter, limit) {
      const rows = narrowed(db.selectFrom('audit').selectAll(), filter).orderBy('sequence', 'desc').limit(limit);
      return withTexts(db, await rows.execute());
    },

    async head() {
      const row = await db.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirst();
      return row && row.sequence > 0 ? { sequence: row.sequence, hash: row.hash } : null;
    },

    verify: () => findBreak(db),

    async erasePerson(person) {
      const gone = db.deleteFrom('audit_texts').where('sequence', 'in', (row) =>
        row
          .selectFrom('audit')
          .select('sequence')
          .where((one) =>
            one.or([
              one('person', '=', person),
              one('run_id', 'in', one.selectFrom('runs').select('id').where('requester', '=', person)),
            ]),
          ),
      );
      return (await gone.returning('name').execute()).length;
    },

    async erase(reference, name) {
      let texts = db
        .deleteFrom('audit_texts')
        .where('sequence', 'in', (row) =>
          row.selectFrom('audit').select('sequence').where('reference', '=', reference),
        );
      if (name !== undefined) texts = texts.where('name', '=', name);
      return (await texts.returning('name').execute()).length;
    },
  };
}

/** Within a transaction of the caller's. */
export async function append(sql: Sql, given: AuditEntry): Promise<AuditRow> {
  // What is hashed must be what is stored, to the letter.
  const { texts = {}, ...entry } = storableJson(given as unknown as JsonObject) as unknown as AuditEntry;
  const head = await sql
    .updateTable('audit_head')
    .set((row) => ({ sequence: row('sequence', '+', 1) }))
    .where('id', '=', 1)
    .returningAll()
    .executeTakeFirst();
  if (!head)
    throw new SophiaError('internal', 'The head of the audit chain is missing.', { hint: 'Restore a backup.' });
  const salted = Object.entries(texts).map(([name, text]) => ({ name, text, salt: randomBytes(16).toString('hex') }));
  const unsealed = {
    sequence: head.sequence,
    reference: `A${head.sequence}`,
    kind: entry.kind,
    at: instant(entry.at),
    run_id: entry.runId,
    person: entry.person,
    action: entry.action,
    approval_id: entry.approvalId,
    facts: canonicalJson(entry.facts),
    text_hashes: canonicalJson(Object.fromEntries(salted.map((text) => [text.name, hashJson('audit-text', text)]))),
    previous: head.hash,
  };
  const row = { ...unsealed, hash: hashJson('audit', unsealed) };
  await sql.insertInto('audit').values(row).execute();
  if (salted.length > 0)
    await sql
      .insertInto('audit_texts')
      .values(salted.map((text) => ({ sequence: row.sequence, ...text })))
      .execute();
  await sql.updateTable('audit_head').set({ hash: row.hash }).where('id', '=', 1).execute();
  return toAuditRow(row, texts);
}

async function withTexts(db: Sql, rows: Selectable<Tables['audit']>[]): Promise<AuditRow[]> {
  if (rows.length === 0) return [];
  const sequences = rows.map((row) => row.sequence);
  const texts = await db.selectFrom('audit_texts').selectAll().where('sequence', 'in', sequences).execute();
  return rows.map((row) => {
    const own = texts.filter((text) => text.sequence === row.sequence);
    return toAuditRow(row, Object.fromEntries(own.map((text) => [text.name, text.text])));
  });
}

function toAuditRow(row: Selectable<Tables['audit']>, texts: Record<string, string>): AuditRow {
  return {
    sequence: row.sequence,
    reference: row.reference,
    kind: row.kind as AuditKind,
    at: row.at,
    runId: row.run_id,
    person: row.person,
    action: row.action,
    approvalId: row.approval_id,
    facts: JSON.parse(row.facts) as JsonObject,
    ...(Object.keys(texts).length === 0 ? {} : { texts }),
    previous: row.previous,
    hash: row.hash,
  };
}
