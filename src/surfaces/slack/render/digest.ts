/** A digest: a heading, then each section with its lines, their links and their buttons. */
import type { Button, Reply } from '../../../core/reply.ts';
import { type Block, brief, header, line, link, plainNote, type Rendered, rich, text } from '../blocks.ts';
import { deedButtons } from './deeds.ts';
import { fitted } from './fit.ts';

/** Blocks of a message are few; sections come whole or not at all. */
const mostBlocks = 48;

export function renderDigest(reply: Extract<Reply, { kind: 'digest' }>): Rendered {
  const counts = reply.sections.map((section) => `${section.title}: ${section.items.length}`).join(' · ');
  return fitted(`${reply.title}. ${counts || 'Nothing changed.'}`, (room) => {
    const blocks: Block[] = [header(reply.title)];
    let left = 0;
    for (const section of reply.sections) {
      const drawn = drawSection(section, room);
      if (blocks.length + drawn.length > mostBlocks) left++;
      else blocks.push(...drawn);
    }
    if (reply.sections.length === 0) blocks.push(rich(line(text('Nothing changed, and nothing waits.'))));
    const more = left > 0 ? `${left} more sections did not fit. ` : '';
    if (more || reply.footer) blocks.push(plainNote(`${more}${reply.footer ?? ''}`, 500));
    return blocks;
  });
}

/** Below a list a button has to say which line it belongs to. */
function labelled(one: Button, line: string): Button {
  return {
    ...one,
    label: `${one.label} ${/#\d+/.exec(line)?.[0] ?? ''}`.trim(),
    confirm: `${one.label}: ${line}`.slice(0, 250),
  };
}

type Section = Extract<Reply, { kind: 'digest' }>['sections'][number];

function drawSection(section: Section, room: number): Block[] {
  const most = Math.max(40, Math.floor(300 * room));
  const items = section.items.map((item) =>
    line(
      item.link ? link(item.link, item.text.slice(0, most)) : brief(item.text, most),
      ...(item.detail ? [text(' – '), brief(item.detail, most)] : []),
    ),
  );
  return [
    rich(line(text(section.title, { bold: true }))),
    ...(items.length > 0 ? [rich({ type: 'rich_text_list', style: 'bullet', elements: items as never })] : []),
    ...deedButtons(section.items.flatMap((item) => (item.button ? [labelled(item.button, item.text)] : []))),
    ...(section.note ? [plainNote(section.note, most)] : []),
  ];
}
