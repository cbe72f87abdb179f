/** Narrows a look at the audit rows to what was asked for. */
import { type SelectQueryBuilder, sql } from 'kysely';
import type { AuditFilter } from '../core/audit.ts';
import type { Tables } from './schema.ts';
import { instant } from './storable.ts';

export function narrowed<Columns>(
  rows: SelectQueryBuilder<Tables, 'audit', Columns>,
  { words, person, action, runId, since, until }: AuditFilter,
): SelectQueryBuilder<Tables, 'audit', Columns> {
  let narrow = rows;
  // As people know them: `U0BOB`, and the first characters of a run that stand in its thread.
  if (person !== undefined) narrow = narrow.where(fits('person', person, `%:${literal(person)}`));
  if (action !== undefined) narrow = narrow.where('action', '=', action);
  if (runId !== undefined) narrow = narrow.where(fits('run_id', runId, runId.length < 8 ? '' : `${literal(runId)}%`));
  if (since !== undefined) narrow = narrow.where('at', '>=', instant(since));
  if (until !== undefined) narrow = narrow.where('at', '<', instant(until));
  if (words !== undefined)
    narrow = narrow.where((row) => {
      const pattern = `%${literal(words.toLowerCase())}%`;
      const holds = (column: string) => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
      const texts = row
        .selectFrom('audit_texts')
        .select('name')
        .whereRef('audit_texts.sequence', '=', 'audit.sequence');
      return row.or([holds('facts'), holds('action'), holds('reference'), row.exists(texts.where(holds('text')))]);
    });
  return narrow;
}

function fits(column: string, value: string, pattern: string) {
  return sql<boolean>`(${sql.ref(column)} = ${value} or ${sql.ref(column)} like ${pattern} escape '\\')`;
}

function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
