/** Words in Markdown, with their links, buttons and small print. */
import type { Reply } from '../../../core/reply.ts';
import { type Block, type Drawn, line, link, plainNote, type Rich, rich, text } from '../blocks.ts';
import { deedButtons } from './deeds.ts';
import type { Piece } from './document.ts';
import { feedbackButtons } from './feedback.ts';
import type { Mentions } from './inline.ts';
import { cut } from './literal.ts';
import { firstOf } from './loss.ts';
import { fromMarkdown } from './markdown.ts';
import { paged } from './pages.ts';
import { wholeOf } from './whole.ts';

type Words = Extract<Reply, { kind: 'words' }>;

const icons = { plain: '', warning: '⚠️ ', error: '❌ ' };
const longestFooter = 500;
/** A text longer than this is read in the file. */
const longestDrawn = 150_000;
const nothing: Piece = { kind: 'rich', element: line(text('(nothing to say)')) };

export function renderWords(reply: Words, mostMessages: number, mentions: Mentions): Drawn {
  const pieces = () => {
    const drawn = fromMarkdown(cut(reply.markdown, longestDrawn), mentions);
    const icon = icons[reply.tone ?? 'plain'];
    if (icon !== '') prefix(drawn, icon);
    return drawn.length > 0 ? drawn : [nothing];
  };
  return paged(
    pieces,
    mostMessages,
    () => closing(reply),
    () => wholeOf(reply),
  );
}

/** What stands under the words. */
export function closing(reply: Words): Block[] {
  return [
    ...(reply.links && reply.links.length > 0 ? [rich(linkLine(reply.links))] : []),
    ...deedButtons(reply.buttons),
    ...(reply.footer?.trim() ? [plainNote(reply.footer, longestFooter)] : []),
    ...(reply.feedback ? [feedbackButtons(reply.feedback)] : []),
  ];
}

export function linkLine(links: { label: string; url: string }[]): Rich {
  const short = links.filter((each) => each.url.length < 600);
  const shown = firstOf([...short, ...links.filter((each) => !short.includes(each))], Math.min(8, short.length));
  const leaves = shown.flatMap((each, index) => [
    ...(index > 0 ? [text(' · ')] : []),
    link(each.url, cut(each.label.trim() || each.url, 120)),
  ]);
  return line(...(leaves.length > 0 ? leaves : [text(`${links.length} links left out: too long to show.`)]));
}

function prefix(pieces: Piece[], icon: string): void {
  const first = pieces[0];
  if (first?.kind === 'rich' && first.element.type === 'rich_text_section') first.element.elements.unshift(text(icon));
  else pieces.unshift({ kind: 'rich', element: line(text(icon)) });
}
