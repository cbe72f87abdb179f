/** A digest: a heading, then each section with its lines, their links and their buttons. */
import type { Button, DigestSection, Reply } from '../../../core/reply.ts';
import { type Drawn, header, line, link, plainNote, text } from '../blocks.ts';
import { chartPieces } from './chart.ts';
import { deedButtons } from './deeds.ts';
import type { Piece } from './document.ts';
import { nobody } from './inline.ts';
import { limits } from './limits.ts';
import { paged } from './pages.ts';
import { tablePieces } from './table.ts';
import { wholeOf } from './whole.ts';

export function renderDigest(reply: Extract<Reply, { kind: 'digest' }>, mostMessages: number): Drawn {
  const pieces: Piece[] = [titleOf(reply.title), ...reply.sections.flatMap(drawSection)];
  if (reply.sections.length === 0)
    pieces.push({ kind: 'rich', element: line(text('Nothing changed, and nothing waits.')) });
  const foot = () => (reply.footer ? [plainNote(reply.footer, 500)] : []);
  return paged(
    () => pieces,
    mostMessages,
    foot,
    () => wholeOf(reply),
  );
}

function titleOf(title: string): Piece {
  return title.trim() !== '' && title.length <= limits.header
    ? { kind: 'block', block: header(title) }
    : { kind: 'rich', element: line(text(title.trim() || 'Digest', { bold: true })) };
}

/** Below a list a button has to say which line it belongs to. */
function labelled(one: Button, line: string): Button {
  return {
    ...one,
    label: `${one.label} ${/#\d+/.exec(line)?.[0] ?? ''}`.trim(),
    confirm: `${one.label}: ${line}`.slice(0, 250),
  };
}

function drawSection({ title, items, chart, table, note }: DigestSection): Piece[] {
  const lines = items.map((item) =>
    line(
      item.link ? link(item.link, item.text) : text(item.text),
      ...(item.detail ? [text(' – '), text(item.detail)] : []),
    ),
  );
  const buttons = items.flatMap((item) => (item.button ? [labelled(item.button, item.text)] : []));
  return [
    { kind: 'rich', element: line(text(title, { bold: true })) },
    ...(lines.length > 0
      ? [
          {
            kind: 'rich' as const,
            element: { type: 'rich_text_list' as const, style: 'bullet' as const, elements: lines as never },
          },
        ]
      : []),
    ...(chart ? chartPieces(title, chart) : []),
    ...(table ? tablePieces(table, nobody) : []),
    ...deedButtons(buttons).map((block) => ({ kind: 'block' as const, block })),
    ...(note ? [{ kind: 'rich' as const, element: line(text(note, { italic: true })) }] : []),
  ];
}
