/** The audit chain as lines a third party can check without us: every hashed column as stored, and the texts not forgotten. */
import type { Selectable } from 'kysely';
import type { AuditFilter } from '../core/audit.ts';
import { narrowed } from './audit-filter.ts';
import { problemOf } from './audit-verify.ts';
import type { Sql, Tables } from './schema.ts';

type Row = Selectable<Tables['audit']>;
export type ExportedRow = Row & { texts: { name: string; text: string; salt: string }[] };

const pageSize = 500;

export async function* exportAudit(db: Sql, filter: AuditFilter): AsyncGenerator<ExportedRow> {
  let after = 0;
  for (;;) {
    const page = narrowed(db.selectFrom('audit').selectAll(), filter)
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(pageSize);
    const rows = await page.execute();
    if (rows.length === 0) return;
    const sequences = rows.map((row) => row.sequence);
    const texts = await db.selectFrom('audit_texts').selectAll().where('sequence', 'in', sequences).execute();
    for (const row of rows) {
      const own = texts.filter((text) => text.sequence === row.sequence);
      yield { ...row, texts: own.map(({ name, text, salt }) => ({ name, text, salt })) };
      after = row.sequence;
    }
  }
}

/** Checks exported rows by themselves; a narrowed export has gaps, over which only each row's own hash can be judged. */
export function checkExport(rows: ExportedRow[]): { sequence: number; reason: string } | null {
  let before: Row | undefined;
  for (const { texts, ...row } of rows) {
    const follows = before ? before.sequence + 1 === row.sequence : row.sequence === 1;
    const previous = follows ? (before?.hash ?? '') : row.previous;
    const stored = texts.map((text) => ({ sequence: row.sequence, ...text }));
    const problem = problemOf(row, row.sequence, previous, stored);
    if (problem) return { sequence: row.sequence, reason: problem };
    if (before && row.sequence <= before.sequence)
      return { sequence: row.sequence, reason: 'the rows are out of order' };
    before = row;
  }
  return null;
}
