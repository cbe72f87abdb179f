/** `audit export`: the trail as lines for whoever checks it elsewhere, or as a table for a spreadsheet. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { AuditFilter } from '../core/audit.ts';
import { SophiaError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import type { AuditKey } from '../core/signed-head.ts';
import type { ExportedRow } from '../store/audit-export.ts';
import type { AuditReader } from '../store/audit-reader.ts';
import { type Values, wrong } from './audit-words.ts';
import type { Command } from './command.ts';

export async function exportRows(
  reader: AuditReader,
  filter: AuditFilter,
  values: Values,
  key: AuditKey | null,
  write: Command['write'],
): Promise<number> {
  const { format, out } = values;
  if (format !== 'jsonl' && format !== 'csv') throw wrong(`I know no format “${format}”.`);
  const plain = await reader.header(filter, new Date().toISOString());
  const header = key === null ? plain : { ...plain, signature: key.signExport(plain as JsonObject) };
  const draw = format === 'csv' ? asCsv : (row: ExportedRow) => JSON.stringify(row);
  const file = out === undefined ? null : await created(out);
  const put = async (line: string) => {
    if (!file) return write(`${line}\n`);
    if (!file.write(`${line}\n`)) await once(file, 'drain');
  };
  // A table is for eyes: what proves something stands in the lines only.
  await put(format === 'csv' ? csvColumns.join(',') : JSON.stringify(header));
  let count = 0;
  for await (const row of reader.rows(header)) {
    count++;
    await put(draw(row));
  }
  if (file) {
    file.end();
    await once(file, 'finish');
    write(`${count} rows written to ${out}.\n`);
  }
  return 0;
}

/** Never over a file that is there. */
async function created(path: string): Promise<WriteStream> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  try {
    await once(file, 'open');
    return file;
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new SophiaError('conflict', exists ? `${path} is already there.` : `I cannot write to ${path}.`, {
      hint: exists ? 'Name another file with --out, or move that one away.' : 'Check the folder that --out names.',
    });
  }
}

const csvColumns = [
  'reference',
  'at',
  'kind',
  'person',
  'action',
  'run_id',
  'approval_id',
  'facts',
  'texts',
  'hash',
] as const;

function asCsv(row: ExportedRow): string {
  const erased = Object.keys(JSON.parse(row.text_hashes) as object).length - row.texts.length;
  const texts = [
    ...row.texts.map(({ name, text }) => `${name}: ${text}`),
    ...(erased > 0 ? [`[${erased} erased]`] : []),
  ];
  const cells = csvColumns.map((column) => (column === 'texts' ? texts.join('\n') : String(row[column] ?? '')));
  // A cell that begins like a formula must not become one in a spreadsheet.
  return cells.map((cell) => `"${cell.replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`).join(',');
}
