/** A table as aligned preformatted text, where Slack's own table block cannot stand. */
import { cut, visible } from './literal.ts';

const widestCell = 48;

/** Columns padded to their widest cell; a cell longer than `widest` ends in `…`. */
export function monospaceTable(columns: string[], rows: string[][], widest = widestCell): string {
  const most = Math.max(6, Math.floor(widest));
  const clean = (cell: string | undefined) => {
    const single = visible(cell ?? '').replace(/\s*\n\s*/g, ' ⏎ ');
    return single.length > most ? `${cut(single, most - 1)}…` : single;
  };
  const all = [columns, ...rows].map((row) => columns.map((_, index) => clean(row[index])));
  // One endless cell must not push the others off the screen.
  const widths = columns.map((_, index) =>
    Math.min(widestCell, Math.max(...all.map((row) => width(row[index] ?? '')))),
  );
  const lines = all.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell))))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [head, widths.map((each) => '─'.repeat(each)).join('  '), ...body].join('\n');
}

function width(cell: string): number {
  return [...cell].length;
}
