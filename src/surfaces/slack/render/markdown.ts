/** Markdown as pieces of a Slack message: markdown-it reads it, and each block is checked to have lost no letter. */
import MarkdownIt, { type Token } from 'markdown-it';
import { full as emoji } from 'markdown-it-emoji';
import { line, text } from '../blocks.ts';
import { closing, drawBlocks, type Piece } from './document.ts';
import { type Mentions, nobody } from './inline.ts';
import { holds, shownIn } from './letters.ts';

const reader = new MarkdownIt({ html: false, linkify: true, typographer: false });
reader.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
reader.use(emoji, { shortcuts: {} });
// Addresses stay as written: what may become a link is decided where links are made.
reader.normalizeLink = (url) => url;
reader.normalizeLinkText = (words) => words;
reader.validateLink = () => true;
// Otherwise `&amp;` forgets how it was written, and its letters would seem lost.
reader.core.ruler.disable('text_join');

export function fromMarkdown(markdown: string, mentions: Mentions = nobody): Piece[] {
  const source = markdown.replace(/\r\n?/g, '\n');
  const lines = source.split('\n');
  const tokens = reader.parse(source, {});
  const out: Piece[] = [];
  let read = 0;
  /** Lines no block claims: the address of a link that is drawn, or words the reader left out. */
  const unread = (from: number, to: number) => {
    for (const one of lines.slice(from, to)) {
      const address = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/.exec(one)?.[1];
      const used = address !== undefined && isUsed(tokens, address);
      if (one.trim() !== '' && !used) out.push(...literal(one));
    }
  };
  for (let at = 0; at < tokens.length; ) {
    const end = closing(tokens, at) + 1;
    const [first, last] = tokens[at]?.map ?? [read, read];
    unread(read, first);
    const block = lines.slice(first, last).join('\n');
    const whole = wholly(tokens.slice(at, end), block, mentions);
    // Bars inside code end cells, and what is too much for a row would be lost.
    const mended = () => {
      const bars = tokens[at]?.type === 'table_open' ? withBars(block) : block;
      return bars === block ? null : wholly(reader.parse(bars, {}), block, mentions);
    };
    out.push(...(whole ?? mended() ?? literal(block)));
    read = Math.max(read, last);
    at = end;
  }
  unread(read, lines.length);
  return out;
}

/** Null when a letter would be lost. */
function wholly(tokens: Token[], block: string, mentions: Mentions): Piece[] | null {
  const { pieces, carried } = drawBlocks(tokens, mentions);
  return holds(`${shownIn(pieces)} ${carried}`, block) ? pieces : null;
}

function withBars(table: string): string {
  return table.replace(/`[^`\n]+`/g, (code) => code.replace(/(?<!\\)\|/g, '\\|'));
}

function isUsed(tokens: Token[], address: string): boolean {
  return tokens.some((token) =>
    token.children?.some((child) => child.attrGet('href') === address || child.attrGet('src') === address),
  );
}

/** As it was written, nothing interpreted. */
function literal(source: string): Piece[] {
  return [{ kind: 'rich', element: line(text(source)) }];
}
