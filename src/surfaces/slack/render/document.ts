/** Blocks of Markdown as pieces: headings, paragraphs, lists, quotes, code, rules, tables. */
import type { Token } from 'markdown-it';
import { type Block, drawn, type Leaf, line, preformatted, type Rich, type Style, text } from '../blocks.ts';
import { inline, type Mentions, wordsOf } from './inline.ts';
import { monospaceTable } from './table-text.ts';

/** What a message is put together from, in order. */
export type Piece =
  | { kind: 'rich'; element: Rich }
  | { kind: 'heading'; words: string; element: Rich }
  | { kind: 'rule' }
  | { kind: 'block'; block: Block }
  | { kind: 'table'; head: Leaf[][]; rows: Leaf[][][]; align: ('left' | 'center' | 'right')[] };

export type Drawn = { pieces: Piece[]; carried: string };

const deepest = 8;
/** Above these, headings are bold lines: Slack has one size. */
const largeHeadings = new Set(['h1', 'h2']);

export function drawBlocks(tokens: Token[], mentions: Mentions): Drawn {
  const pieces: Piece[] = [];
  let carried = '';
  const add = (...elements: Rich[]) => pieces.push(...elements.map((element) => ({ kind: 'rich' as const, element })));
  const leavesOf = (at: number, style: Style = {}): Leaf[] => {
    const read = inline(tokens[at]?.children ?? [], mentions, style);
    carried += read.carried;
    return read.leaves;
  };

  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const end = closing(tokens, at);
    const inside = () => tokens.slice(at + 1, end);
    if (token.type === 'heading_open') {
      const leaves = leavesOf(at + 1, { bold: true });
      const plainly = leaves.every((leaf) => leaf.type === 'text' && !leaf.style?.code);
      if (leaves.length === 0) continue;
      if (largeHeadings.has(token.tag) && plainly)
        pieces.push({ kind: 'heading', words: wordsOf(leaves), element: line(...leaves) });
      else add(line(...leaves));
    } else if (token.type === 'paragraph_open') {
      const leaves = leavesOf(at + 1);
      if (leaves.length > 0) add(line(...leaves));
    } else if (token.type === 'fence' || token.type === 'code_block') {
      const info = token.info.trim();
      // The name of a language is no text; a sentence after the fence is.
      if (/^[\w+#.-]{0,20}$/.test(info)) carried += info;
      else add(line(text(info)));
      add(preformatted(token.content.replace(/\n$/, '')));
    } else if (token.type === 'hr') pieces.push({ kind: 'rule' });
    else if (token.type === 'blockquote_open') {
      const said = drawBlocks(inside(), mentions);
      carried += said.carried;
      add(...quoted(said.pieces));
    } else if (token.type === 'bullet_list_open' || token.type === 'ordered_list_open') {
      const said = list(inside(), token, mentions, 0);
      carried += said.carried;
      pieces.push(...said.pieces);
    } else if (token.type === 'table_open') {
      const said = table(inside(), mentions);
      carried += said.carried;
      pieces.push(...said.pieces);
    } else if (token.content !== '') add(line(text(token.content)));
    at = end;
  }
  return { pieces, carried };
}

/** Slack has one list per indent and style; those after one another read as nested, and a broken one goes on counting. */
function list(tokens: Token[], open: Token, mentions: Mentions, indent: number): Drawn {
  const style = open.type === 'ordered_list_open' ? ('ordered' as const) : ('bullet' as const);
  const start = Number(open.attrGet('start') ?? 1);
  const pieces: Piece[] = [];
  let carried = '';
  let items: Rich[] = [];
  let count = 0;
  const flush = () => {
    const offset = style === 'ordered' ? start - 1 + count - items.length : 0;
    if (items.length > 0)
      pieces.push({
        kind: 'rich',
        element: {
          type: 'rich_text_list',
          style,
          indent: Math.min(indent, deepest),
          ...(offset > 0 ? { offset } : {}),
          elements: items as never,
        },
      });
    items = [];
  };
  for (let at = 0; at < tokens.length; at++) {
    const end = closing(tokens, at);
    const blocks = tokens.slice(at + 1, end);
    const first: Leaf[] = [];
    let inner = 0;
    // The paragraphs an item begins with are its words; a box at their front is a tick.
    for (; blocks[inner]?.type === 'paragraph_open'; inner += 3) {
      const read = inline(blocks[inner + 1]?.children ?? [], mentions);
      carried += read.carried;
      first.push(...(first.length > 0 ? [text('\n')] : []), ...read.leaves);
    }
    const [head] = first;
    const box = head?.type === 'text' ? /^\[([ xX])\](?=\s)/.exec(head.text) : null;
    if (box && head?.type === 'text') {
      first[0] = { ...head, text: `${box[1] === ' ' ? '☐' : '☑'}${head.text.slice(3)}` };
      carried += box[1];
    }
    items.push(line(...(first.length > 0 ? first : [text(' ')])));
    count++;
    for (; inner < blocks.length; inner++) {
      flush();
      const block = blocks[inner] as Token;
      const close = closing(blocks, inner);
      const nested = /^(bullet|ordered)_list_open$/.test(block.type)
        ? list(blocks.slice(inner + 1, close), block, mentions, indent + 1)
        : drawBlocks(blocks.slice(inner, close + 1), mentions);
      carried += nested.carried;
      pieces.push(...nested.pieces.map(flat));
      inner = close;
    }
    at = end;
  }
  flush();
  return { pieces, carried };
}

function quoted(pieces: Piece[]): Rich[] {
  const out: Rich[] = [];
  for (const piece of pieces.map(flat)) {
    // Of the others only a rule can stand in a quote.
    const element = piece.kind === 'rich' ? piece.element : line(text('———'));
    const last = out.at(-1);
    if (element.type === 'rich_text_section') {
      if (last?.type === 'rich_text_quote') last.elements.push(text('\n\n'), ...element.elements);
      else out.push({ type: 'rich_text_quote', elements: element.elements });
    } else out.push(element.type === 'rich_text_quote' ? element : { ...element, border: 1 });
  }
  return out;
}

/** Inside a list or a quote there are no headings and no native tables. */
function flat(piece: Piece): Piece {
  if (piece.kind === 'heading') return { kind: 'rich', element: piece.element };
  if (piece.kind !== 'table') return piece;
  const rows = piece.rows.map((row) => row.map(wordsOf));
  return { kind: 'rich', element: drawn(monospaceTable(piece.head.map(wordsOf), rows, Number.POSITIVE_INFINITY)) };
}

function table(tokens: Token[], mentions: Mentions): Drawn {
  let carried = '';
  const rows: Leaf[][][] = [];
  const align: ('left' | 'center' | 'right')[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.type === 'tr_open') rows.push([]);
    if (token.type !== 'th_open' && token.type !== 'td_open') continue;
    const read = inline(tokens[at + 1]?.children ?? [], mentions);
    carried += read.carried;
    rows.at(-1)?.push(read.leaves);
    const side = /text-align:(left|center|right)/.exec(String(token.attrGet('style') ?? ''))?.[1];
    if (token.type === 'th_open') align.push((side ?? 'left') as 'left');
  }
  const [head = [], ...body] = rows;
  return { pieces: [{ kind: 'table', head, rows: body, align }], carried };
}

/** Index of the token that ends the block which begins here. */
export function closing(tokens: Token[], at: number): number {
  const open = tokens[at];
  if (open?.nesting !== 1) return at;
  let end = at + 1;
  while (end < tokens.length && !(tokens[end]?.nesting === -1 && tokens[end]?.level === open.level)) end++;
  return Math.min(end, tokens.length - 1);
}
