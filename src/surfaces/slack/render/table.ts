/** A table as aligned, preformatted text: it reads the same in every client. */
import type { Reply } from '../../../core/reply.ts';
import { drawn, line, plainNote, type Rendered, rich, text } from '../blocks.ts';
import { fitted } from './fit.ts';
import { cut, visible } from './literal.ts';

const widestCell = 48;

export function renderTable(reply: Extract<Reply, { kind: 'table' }>): Rendered {
  return fitted(reply.title, (room) => {
    const shown = reply.rows.slice(0, Math.max(1, Math.floor(60 * room)));
    const missing = reply.rows.length - shown.length;
    const body = reply.rows.length === 0 ? 'Nothing to show.' : monospaceTable(reply.columns, shown, 48 * room);
    const more = missing > 0 ? [`${missing} more ${missing === 1 ? 'row is' : 'rows are'} not shown.`] : [];
    const footer = [...more, ...(reply.footer ? [cut(reply.footer, 600)] : [])].join(' ');
    return [
      rich(line(text(cut(reply.title, 300) || 'Table', { bold: true }))),
      rich(drawn(cut(body, 5500 * room))),
      ...(footer ? [plainNote(footer)] : []),
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
  const drawn = all.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = drawn;
  return [head, widths.map((each) => '─'.repeat(each)).join('  '), ...body].join('\n');
}

function width(cell: string): number {
  return [...cell].length;
}
