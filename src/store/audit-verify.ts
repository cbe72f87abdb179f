/** Walks the audit chain from its first row to its head and names the first thing that does not fit. */
import type { Selectable } from 'kysely';
import type { Audit } from '../core/audit.ts';
import { hashJson } from '../core/hash.ts';
import type { JsonObject } from '../core/json.ts';
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
  if (hash !== hashOf('audit', unsealed)) return 'its content was changed';
  const hashes = textHashes(row);
  if (hashes === null) return 'its list of texts was changed';
  const forged = texts.find(
    ({ name, text, salt }) =>
      !Object.hasOwn(hashes, name) || hashes[name] !== hashOf('audit-text', { name, text, salt }),
  );
  return forged ? `its text "${forged.name}" was changed` : null;
}

/** Null for what has no hash: it was never written by us. */
function hashOf(domain: string, value: JsonObject): string | null {
  try {
    return hashJson(domain, value);
  } catch {
    return null;
  }
}

/** Whoever forges a row and its hash may write anything here. */
function textHashes(row: Row): Record<string, unknown> | null {
  try {
    const hashes: unknown = JSON.parse(row.text_hashes);
    return typeof hashes === 'object' && hashes !== null ? (hashes as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
