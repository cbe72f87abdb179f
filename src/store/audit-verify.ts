/** Walks the audit chain from its first row to its head and names the first thing that does not fit. */
import type { Selectable } from 'kysely';
import type { Audit } from '../core/audit.ts';
import { hashJson } from '../core/hash.ts';
import type { Sql, Tables } from './schema.ts';

type Verdict = Awaited<ReturnType<Audit['verify']>>;
type Row = Selectable<Tables['audit']>;
type Text = Selectable<Tables['audit_texts']>;

const pageSize = 500;

/** The columns are hashed as stored, so that not even white space in one can be changed unseen. */
export async function findBreak(db: Sql): Promise<Verdict> {
  // One statement, so that an append in between cannot look like a forgery.
  const head = await db
    .selectFrom('audit_head')
    .where('id', '=', 1)
    .select((row) => [
      'sequence',
      'hash',
      row
        .selectFrom('audit')
        .select((last) => last.fn.max('audit.sequence').as('last'))
        .as('last'),
    ])
    .executeTakeFirst();
  if (!head) return { state: 'broken', sequence: 0, reason: 'the head of the chain is missing' };

  let sequence = 0;
  let hash = '';
  for (;;) {
    const rows = await page(db, sequence, head.sequence);
    if (rows.length === 0) break;
    const texts = await textsOf(db, rows);
    for (const row of rows) {
      const problem = problemOf(row, sequence + 1, hash, texts.get(row.sequence) ?? []);
      if (problem) return { state: 'broken', sequence: sequence + 1, reason: problem };
      sequence = row.sequence;
      hash = row.hash;
    }
  }
  if (sequence < head.sequence) return { state: 'broken', sequence: sequence + 1, reason: 'the row is missing' };
  if (hash !== head.hash || (head.last ?? 0) !== head.sequence)
    return { state: 'broken', sequence, reason: 'the head of the chain names another last row' };
  return { state: 'whole', rows: sequence, head: hash };
}

function page(db: Sql, after: number, last: number): Promise<Row[]> {
  return db
    .selectFrom('audit')
    .selectAll()
    .where('sequence', '>', after)
    .where('sequence', '<=', last)
    .orderBy('sequence')
    .limit(pageSize)
    .execute();
}

async function textsOf(db: Sql, rows: Row[]): Promise<Map<number, Text[]>> {
  const sequences = rows.map((row) => row.sequence);
  const texts = await db.selectFrom('audit_texts').selectAll().where('sequence', 'in', sequences).execute();
  return Map.groupBy(texts, (text) => text.sequence);
}

export function problemOf(row: Row, sequence: number, previous: string, texts: Text[]): string | null {
  if (row.sequence !== sequence) return 'the row is missing';
  if (row.reference !== `A${sequence}`) return 'its reference was changed';
  if (row.previous !== previous) return 'it does not follow the row before it';
  const { hash, ...unsealed } = row;
  if (hash !== hashJson('audit', unsealed)) return 'its content was changed';
  const hashes = JSON.parse(row.text_hashes) as Record<string, string>;
  const forged = texts.find(
    ({ name, text, salt }) =>
      !Object.hasOwn(hashes, name) || hashes[name] !== hashJson('audit-text', { name, text, salt }),
  );
  return forged ? `its text "${forged.name}" was changed` : null;
}
