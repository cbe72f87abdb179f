/** Words in Markdown as one or several messages, each within Slack's limits. */
import type { Reply } from '../../../core/reply.ts';
import { type Block, type Leaf, line, link, plainNote, type Rendered, type Rich, rich, text } from '../blocks.ts';
import { deedButtons } from './deeds.ts';
import { feedbackButtons } from './feedback.ts';
import { fallback } from './fit.ts';
import { cut } from './literal.ts';
import { fromMarkdown } from './markdown.ts';

type Words = Extract<Reply, { kind: 'words' }>;

/** JSON sizes: of one rich text element, and of all of them in one message (footer and links come on top). */
const largestElement = 3500;
const largestMessage = 8500;
const longestMarkdown = 100_000;
const icons = { plain: '', warning: '⚠️ ', error: '❌ ' };

/** At most `mostMessages`; what does not fit is counted in a last line. */
export function renderWords(reply: Words, mostMessages = 1): Rendered[] {
  const source = cut(reply.markdown, longestMarkdown);
  const elements = fromMarkdown(source);
  const icon = icons[reply.tone ?? 'plain'];
  if (icon !== '') prefix(elements, icon);
  if (elements.length === 0) elements.push(line(text('(nothing to say)')));
  const pages = pack(elements.flatMap(split));
  const shown = pages.slice(0, mostMessages);
  const missing =
    pages.slice(mostMessages).flat().map(wordsOf).join('\n').length + reply.markdown.length - source.length;
  return shown.map((page, index) => {
    const blocks: Block[] = [rich(...page)];
    const last = index === shown.length - 1;
    if (last && missing > 0) blocks.push(plainNote(`… ${missing} more characters did not fit here.`));
    if (last) blocks.push(...closing(reply));
    return { text: fallback(page.map(wordsOf).join('\n')), blocks };
  });
}

/** What stands under the words. */
export function closing(reply: Words): Block[] {
  const blocks: Block[] = [];
  if (reply.links && reply.links.length > 0) blocks.push(rich(linkLine(reply.links)));
  blocks.push(...deedButtons(reply.buttons));
  if (reply.footer?.trim()) blocks.push(plainNote(reply.footer, 500));
  if (reply.feedback) blocks.push(feedbackButtons(reply.feedback));
  return blocks;
}

export function linkLine(links: { label: string; url: string }[]): Rich {
  const shown = links.filter((each) => each.url.length < 600).slice(0, 8);
  const leaves = shown.flatMap((each, index) => [
    ...(index > 0 ? [text(' · ')] : []),
    link(each.url, cut(each.label.trim() || each.url, 120)),
  ]);
  return line(...(leaves.length > 0 ? leaves : [text(`${links.length} links left out: too long to show.`)]));
}

function prefix(elements: Rich[], icon: string): void {
  const first = elements[0];
  if (first?.type === 'rich_text_section') first.elements.unshift(text(icon));
  else elements.unshift(line(text(icon)));
}

function size(value: unknown): number {
  return JSON.stringify(value).length;
}

/** Leaves of one element, cut so that each is small enough to stand alone. */
function small(leaf: Leaf, most: number): Leaf[] {
  if (leaf.type !== 'text' || size(leaf) <= most) return [leaf];
  const out: Leaf[] = [];
  for (let rest = leaf.text; rest !== ''; ) {
    let piece = cut(rest, most - 100);
    while (size(piece) > most - 100) piece = cut(rest, Math.floor(piece.length * 0.8));
    // Cut after a line or a word where there is one near.
    const edge = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf(' '));
    if (piece.length < rest.length && edge > piece.length * 0.6) piece = piece.slice(0, edge + 1);
    out.push({ ...leaf, text: piece });
    rest = rest.slice(piece.length);
  }
  return out;
}

function groups<T>(parts: T[], most: number): T[][] {
  const out: T[][] = [];
  let room = 0;
  for (const part of parts) {
    const cost = size(part) + 1;
    const last = out.at(-1);
    if (last && cost <= room) {
      last.push(part);
      room -= cost;
    } else {
      out.push([part]);
      room = most - cost;
    }
  }
  return out;
}

/** An element too large becomes several of its kind. */
function split(element: Rich): Rich[] {
  if (size(element) <= largestElement) return [element];
  const most = largestElement - 200;
  if (element.type === 'rich_text_list') {
    const sections = element.elements.flatMap((item) => split(item as Rich)) as typeof element.elements;
    return groups(sections, most).map((elements) => ({ ...element, elements }));
  }
  const leaves = (element.elements as Leaf[]).flatMap((leaf) => small(leaf, most - 100));
  return groups(leaves, most).map((elements) => ({ ...element, elements }) as Rich);
}

/** Paragraphs of one message stand apart by an empty line. */
function pack(elements: Rich[]): Rich[][] {
  const spaced = groups(elements, largestMessage);
  for (const page of spaced)
    page.forEach((element, index) => {
      if (element.type === 'rich_text_section' && index < page.length - 1) element.elements.push(text('\n'));
    });
  return spaced;
}

/** The bare words of an element, for notifications. */
export function wordsOf(element: Rich): string {
  if (element.type === 'rich_text_list') return element.elements.map((item) => `• ${wordsOf(item)}`).join('\n');
  return (element.elements as Leaf[])
    .map((leaf) => {
      if (leaf.type === 'text') return leaf.text;
      if (leaf.type === 'link') return leaf.text ?? leaf.url;
      return leaf.type === 'user' ? `@${leaf.user_id}` : '';
    })
    .join('');
}
