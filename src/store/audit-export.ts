/** The audit chain as lines a third party can check without us: a first line that says what is in it, then every hashed column as stored. */
import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { AuditFilter } from '../core/audit.ts';
import { narrowed } from './audit-filter.ts';
import type { Sql, Tables } from './schema.ts';

export type ExportedRow = Selectable<Tables['audit']> & { texts: { name: string; text: string; salt: string }[] };

/** Whoever reads the lines knows from it which rows were wanted, how many there are, and where the chain ended then. */
export const exportHeader = z.strictObject({
  sophia: z.literal('audit-export'),
  version: z.literal(1),
  made: z.iso.datetime(),
  filter: z.strictObject({
    person: z.string().optional(),
    action: z.string().optional(),
    runId: z.string().optional(),
    since: z.string().optional(),
    until: z.string().optional(),
    words: z.string().optional(),
  }),
  first: z.int().nullable(),
  last: z.int().nullable(),
  count: z.int().min(0),
  /** SHA-256 over the hashes of the rows, each with a line break: a signature over the first line is one over all of them. */
  rows: z.string().regex(/^[0-9a-f]{64}$/),
  head: z.strictObject({ sequence: z.int().min(1), hash: z.string() }).nullable(),
  signature: z.strictObject({ key: z.string(), value: z.string() }).exactOptional(),
});
export type ExportHeader = z.infer<typeof exportHeader>;

const pageSize = 500;
const hashesAtOnce = 10_000;

/** What is appended from now on is not part of it. */
export async function headerOf(db: Sql, filter: AuditFilter, made: string): Promise<ExportHeader> {
  const head = await db.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirst();
  const found = await narrowed(db.selectFrom('audit'), filter)
    .where('sequence', '<=', head?.sequence ?? 0)
    .select((row) => [
      row.fn.min('sequence').as('first'),
      row.fn.max('sequence').as('last'),
      row.fn.countAll().as('count'),
    ])
    .executeTakeFirstOrThrow();
  const rows = digest();
  for await (const { hash } of hashesOf(db, filter, found.last ?? 0)) rows.add(hash);
  return {
    sophia: 'audit-export',
    version: 1,
    made,
    filter: { ...filter },
    first: found.first,
    last: found.last,
    count: Number(found.count),
    rows: rows.end(),
    head: head && head.sequence > 0 ? { sequence: head.sequence, hash: head.hash } : null,
  };
}

export function digest(): { add(hash: string): void; end(): string } {
  const sum = createHash('sha256');
  return { add: (hash) => void sum.update(`${hash}\n`), end: () => sum.digest('hex') };
}

async function* hashesOf(db: Sql, filter: AuditFilter, last: number): AsyncGenerator<{ hash: string }> {
  for (let after = 0; after < last; ) {
    const rows = await narrowed(db.selectFrom('audit').select(['sequence', 'hash']), filter)
      .where('sequence', '>', after)
      .where('sequence', '<=', last)
      .orderBy('sequence')
      .limit(hashesAtOnce)
      .execute();
    yield* rows;
    after = rows.at(-1)?.sequence ?? last;
  }
}

/** The rows that the header is about. */
export async function* exportedRows(db: Sql, header: ExportHeader): AsyncGenerator<ExportedRow> {
  const filter = header.filter as AuditFilter;
  for (let after = 0; ; ) {
    const page = narrowed(db.selectFrom('audit').selectAll(), filter)
      .where('sequence', '>', after)
      .where('sequence', '<=', header.last ?? 0)
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
