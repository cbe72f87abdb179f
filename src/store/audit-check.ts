/** Checks exported lines by themselves: no database, no key, nothing but what the file says. */
import { z } from 'zod';
import { SophiaError } from '../core/error.ts';
import { digest, type ExportHeader, exportHeader } from './audit-export.ts';
import { problemOf } from './audit-verify.ts';

export type ExportVerdict =
  /** `all`: nothing was filtered, so that a row left out anywhere would show. `wanted`: the hash of the row asked about. */
  | { state: 'fits'; header: ExportHeader; all: boolean; rows: number; wanted: string | undefined }
  | { state: 'broken'; reason: string };

const text = z.strictObject({ name: z.string(), text: z.string(), salt: z.string() });
/** Members too many are left to the hash, which covers them. */
const row = z.looseObject({
  sequence: z.int().min(1),
  reference: z.string(),
  kind: z.string(),
  at: z.string(),
  run_id: z.string().nullable(),
  person: z.string().nullable(),
  action: z.string().nullable(),
  approval_id: z.string().nullable(),
  facts: z.string(),
  text_hashes: z.string(),
  previous: z.string(),
  hash: z.string(),
  texts: z.array(text),
});

/** Throws in plain words when the lines are no export; `wanted`: the number of a row whose hash is to be returned. */
export async function checkExport(
  lines: AsyncIterable<string> | Iterable<string>,
  wanted?: number,
): Promise<ExportVerdict> {
  let header: ExportHeader | null = null;
  let all = true;
  let number = 0;
  let rows = 0;
  let before: z.infer<typeof row> | null = null;
  let found: string | undefined;
  const sum = digest();
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    if (header === null) {
      header = readHeader(line);
      all = Object.values(header.filter).every((value) => value === undefined);
      continue;
    }
    const { texts, ...given } = readRow(line, number);
    const expected: number = (before?.sequence ?? 0) + 1;
    if (given.sequence < expected) return broken(`A${given.sequence} stands after ${nameOf(before)}: out of order`);
    if (all && given.sequence > expected) return broken(missing(expected, given.sequence - 1));
    // Over a gap that the filter left nothing can be said of what comes before.
    const previous = given.sequence === expected ? (before?.hash ?? '') : given.previous;
    const stored = texts.map((one) => ({ sequence: given.sequence, ...one }));
    const problem = problemOf(given, given.sequence, previous, stored);
    if (problem) return broken(`A${given.sequence}: ${problem}`);
    if (given.sequence === header.head?.sequence && given.hash !== header.head.hash)
      return broken(`A${given.sequence}: the first line names another hash for it`);
    if (given.sequence === wanted) found = given.hash;
    before = { ...given, texts };
    sum.add(given.hash);
    rows++;
  }
  if (header === null) throw unreadable('The file is empty.');
  const end = before?.sequence ?? 0;
  if (all && end !== (header.head?.sequence ?? 0))
    return broken(end < (header.head?.sequence ?? 0) ? missing(end + 1, header.head?.sequence ?? 0) : beyond(header));
  if (rows !== header.count)
    return broken(
      `the first line speaks of ${header.count} rows, and there are ${rows}: ${nameOf(before)} is the last`,
    );
  if (sum.end() !== header.rows) return broken('the first line was made for other rows than these');
  return { state: 'fits', header, all, rows, wanted: found };
}

function readHeader(line: string): ExportHeader {
  const parsed = exportHeader.safeParse(json(line, 1));
  if (!parsed.success)
    throw unreadable(
      'The first line does not say what was exported, so nobody can tell whether rows are missing: it was cut off, or an older version made the file.',
    );
  return parsed.data;
}

function readRow(line: string, number: number): z.infer<typeof row> {
  const parsed = row.safeParse(json(line, number));
  if (!parsed.success) throw unreadable(`Line ${number} is no row of an audit trail.`);
  return parsed.data;
}

function json(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw unreadable(`Line ${number} is no whole JSON: it was cut off or changed, or this is no export of JSON lines.`);
  }
}

function unreadable(problem: string): SophiaError {
  return new SophiaError('bad_input', problem, {
    hint: '`npm run sophia -- audit export --out audit.jsonl` makes a file that can be verified (a CSV cannot).',
  });
}

function broken(reason: string): ExportVerdict {
  return { state: 'broken', reason };
}

function missing(from: number, to: number): string {
  return from === to ? `A${from} is missing` : `A${from} to A${to} are missing`;
}

function beyond({ head }: ExportHeader): string {
  return `there are rows after ${head === null ? 'an end the first line does not name' : `A${head.sequence}`}`;
}

function nameOf(one: { sequence: number } | null): string {
  return one === null ? 'no row' : `A${one.sequence}`;
}
