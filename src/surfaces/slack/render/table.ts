/** A table of ours as Slack's own block, over several messages or as a file when it is long. */
import type { Table as Figures, Reply } from '../../../core/reply.ts';
import { type Drawn, type Leaf, line, plainNote, text } from '../blocks.ts';
import type { Piece } from './document.ts';
import type { Mentions } from './inline.ts';
import { paged } from './pages.ts';
import { wholeOf } from './whole.ts';

type Table = Extract<Reply, { kind: 'table' }>;

export function renderTable(reply: Table, mostMessages: number, mentions: Mentions): Drawn {
  const pieces: Piece[] = [
    { kind: 'rich', element: line(text(reply.title.trim() || 'Table', { bold: true })) },
    ...tablePieces(reply, mentions),
  ];
  const foot = () => (reply.footer ? [plainNote(reply.footer, 700)] : []);
  return paged(
    () => pieces,
    mostMessages,
    foot,
    () => wholeOf(reply),
  );
}

export function tablePieces({ columns, rows }: Figures, mentions: Mentions): Piece[] {
  const about = columns.some((column) => column.trim() !== '') ? ` (${columns.join(', ')})` : '';
  if (rows.length === 0) return [{ kind: 'rich', element: line(text(`Nothing to show${about}.`)) }];
  // A row may be longer than the head says.
  const width = Math.max(columns.length, ...rows.map((row) => row.length));
  const cells = (row: string[]) => Array.from({ length: width }, (_, index) => cell(row[index] ?? '', mentions));
  return [{ kind: 'table', head: cells(columns), rows: rows.map(cells), align: [] }];
}

/** A cell that is one mention of somebody we name stays one; everything else is literal. */
function cell(words: string, { allowed, names }: Mentions): Leaf[] {
  const person = words.match(/^<@([UW][A-Z0-9]{1,40})>$/)?.[1];
  if (person && allowed.has(person)) return [{ type: 'user', user_id: person }];
  if (person && names.has(person)) return [text(`@${names.get(person)}`)];
  return words.trim() === '' ? [] : [text(words.trim())];
}
