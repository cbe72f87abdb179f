/** Tables out of CSV: head, number of rows, and as many rows as fit. */
import { parse } from 'csv-parse/sync';
import type { Document } from '../core/attachment.ts';

const mostRows = 200;

export function isTable({ name, mime }: { name: string; mime: string }): boolean {
  return /\.(csv|tsv)$/i.test(name) || /^text\/(csv|tab-separated-values)/.test(mime);
}

export function tableText(text: string, most: number): Document {
  const rows = rowsOf(text);
  if (rows === null) return { state: 'unread', reason: 'is called a table, but its rows could not be told apart' };
  const [head = [], ...body] = rows;
  const about = `table, ${head.length} ${head.length === 1 ? 'column' : 'columns'}, ${body.length} ${body.length === 1 ? 'row' : 'rows'}`;
  const lines: string[] = [];
  let room = most;
  for (const row of [head, ...body.slice(0, mostRows)]) {
    const line = JSON.stringify(row);
    room -= line.length + 1;
    if (room < 0) break;
    lines.push(line);
  }
  const left = body.length - Math.max(0, lines.length - 1);
  const read = `The head and then the rows, as JSON lines:\n${lines.join('\n')}`;
  return { state: 'text', about, text: read, ...(left > 0 ? { left: `${left} more rows` } : {}) };
}

/** Null when it is no table: a quote that never ends, for one. */
function rowsOf(text: string): string[][] | null {
  try {
    return parse(text, { delimiter: delimiterOf(text), bom: true, relax_column_count: true, skip_empty_lines: true });
  } catch {
    return null;
  }
}

/** The one that stands most often in the first line. */
function delimiterOf(text: string): string {
  const first = text.slice(0, 10_000).split('\n')[0] ?? '';
  const counts = [',', ';', '\t', '|'].map((mark) => [mark, first.split(mark).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
