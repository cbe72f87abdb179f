/** Tables: Slack's own block for a table of ours, aligned preformatted text for one inside prose. */
import type { Reply } from '../../../core/reply.ts';
import { brief, drawn, line, plainNote, type Rendered, rich, tableOf, text } from '../blocks.ts';
import { fitted } from './fit.ts';
import { cut, visible } from './literal.ts';

const mostRows = 99;
const mostColumns = 20;
const widestCell = 48;

export function renderTable(reply: Extract<Reply, { kind: 'table' }>): Rendered {
  const { columns, rows } = reply;
  return fitted(reply.title, (room) => {
    const shown = rows.slice(0, Math.max(1, Math.floor(mostRows * room)));
    const missing = rows.length - shown.length;
    const more = missing > 0 ? [`${missing} more ${missing === 1 ? 'row is' : 'rows are'} not shown.`] : [];
    const footer = [...more, ...(reply.footer ? [reply.footer] : [])].join(' ');
    const native = columns.length > 0 && columns.length <= mostColumns;
    return [
      rich(line(brief(reply.title.trim() || 'Table', 300, { bold: true }))),
      rows.length === 0
        ? rich(line(text('Nothing to show.')))
        : native
          ? tableOf(columns, shown, Math.max(12, Math.floor(300 * room)))
          : rich(drawn(cut(monospaceTable(columns, shown, widestCell * room), 5500 * room))),
      ...(footer ? [plainNote(footer, 700)] : []),
    ];
  });
}

/** Columns padded to their widest cell; a cell too long ends in `…`. */
export function monospaceTable(columns: string[], rows: string[][], widest = widestCell): string {
  const most = Math.max(6, Math.floor(Math.min(widest, widestCell)));
  const clean = (cell: string | undefined) => {
    const single = visible(cell ?? '').replace(/\s*\n\s*/g, ' ⏎ ');
    return single.length > most ? `${cut(single, most - 1)}…` : single;
  };
  const all = [columns, ...rows].map((row) => columns.map((_, index) => clean(row[index])));
  const widths = columns.map((_, index) => Math.max(...all.map((row) => width(row[index] ?? ''))));
  const lines = all.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [head, widths.map((each) => '─'.repeat(each)).join('  '), ...body].join('\n');
}

function width(cell: string): number {
  return [...cell].length;
}
