/** Packs pieces into messages: cut between blocks where possible, code and lists reopened after a cut, one table a message. */
import { type Block, divider, header, type Leaf, type Rich, type RichList, rich, richTable, text } from '../blocks.ts';
import type { Piece } from './document.ts';
import { limits } from './limits.ts';
import { cut } from './literal.ts';
import { shownElsewhere } from './loss.ts';

/** JSON sizes: of one rich text element, and of all blocks of one message (footer, links and buttons come on top). */
const largestElement = 3500;
const largestMessage = 8500;
const mostBlocks = 40;
const chartType: string = 'data_visualization';

export function pack(pieces: Piece[]): Block[][] {
  const pages: Page[] = [new Page()];
  const last = () => pages.at(-1) as Page;
  for (const piece of pieces) {
    if (piece.kind === 'table') {
      addTable(pages, piece);
      continue;
    }
    const units = unitsOf(piece);
    for (const unit of units) {
      if (!last().takes(unit)) pages.push(new Page());
      last().add(unit);
    }
  }
  return pages.filter((page) => page.blocks.length > 0).map((page) => page.finished());
}

function unitsOf(piece: Exclude<Piece, { kind: 'table' }>): (Block | Rich)[] {
  if (piece.kind === 'block') return [piece.block];
  if (piece.kind === 'rule') return [divider];
  const short = piece.kind === 'heading' && piece.words.trim() !== '' && piece.words.length <= limits.header;
  return short ? [header(piece.words)] : split(piece.element);
}

class Page {
  readonly blocks: Block[] = [];
  room = largestMessage;
  tables = 0;
  charts = 0;

  takes(unit: Block | Rich): boolean {
    const full = unit.type === chartType && this.charts >= limits.charts;
    return this.blocks.length === 0 || (!full && this.room >= size(unit) && this.blocks.length < mostBlocks);
  }

  add(unit: Block | Rich): void {
    this.room -= size(unit) + 1;
    if (unit.type === chartType) this.charts++;
    const open = this.blocks.at(-1);
    if (!isElement(unit)) this.blocks.push(unit);
    else if (open?.type === 'rich_text') open.elements.push(unit);
    else this.blocks.push(rich(unit));
  }

  /** Paragraphs of one block stand apart by an empty line. */
  finished(): Block[] {
    for (const block of this.blocks)
      if (block.type === 'rich_text')
        block.elements.forEach((element, index) => {
          if (element.type === 'rich_text_section' && index < block.elements.length - 1)
            element.elements.push(text('\n'));
        });
    return this.blocks;
  }
}

function isElement(unit: Block | Rich): unit is Rich {
  return unit.type.startsWith('rich_text_');
}

function size(value: unknown): number {
  return JSON.stringify(value).length;
}

/** As many rows as fit, the head again on each further message. Cells too large for any become lines of their own. */
function addTable(pages: Page[], { head, rows, align }: Extract<Piece, { kind: 'table' }>): void {
  const tooWide = head.length > limits.tableColumns || head.length === 0;
  const whole = [head, ...rows];
  const tooLarge = whole.some((row) => size(richTable([row], align)) > largestElement);
  if (tooWide || tooLarge) {
    for (const row of whole)
      for (const unit of split({ type: 'rich_text_section', elements: joined(row) })) {
        if (!pages.at(-1)?.takes(unit)) pages.push(new Page());
        pages.at(-1)?.add(unit);
      }
    return;
  }
  let left = rows;
  do {
    let page = pages.at(-1) as Page;
    const fits = (count: number) => size(richTable([head, ...left.slice(0, count)], align));
    if (page.tables > 0 || (page.blocks.length > 0 && fits(Math.min(left.length, 3)) > page.room)) {
      page = new Page();
      pages.push(page);
    }
    let count = Math.min(left.length, limits.tableRows - 1);
    while (count > 1 && fits(count) > page.room) count = Math.max(1, Math.floor(count * 0.8));
    page.add(richTable([head, ...left.slice(0, count)], align));
    page.tables++;
    left = left.slice(count);
  } while (left.length > 0);
}

function joined(row: Leaf[][]): Leaf[] {
  return row.flatMap((cell, index) => [...(index > 0 ? [text(' | ')] : []), ...cell]);
}

/** What comes after the cut follows in another message. */
function start(text: string, most: number): string {
  return shownElsewhere(() => cut(text, most));
}

/** Leaves small enough to stand alone, cut after a line or a word where there is one near. */
function small(leaf: Leaf, most: number): Leaf[] {
  if (leaf.type !== 'text' || size(leaf) <= most) return [leaf];
  const out: Leaf[] = [];
  for (let rest = leaf.text; rest !== ''; ) {
    let piece = start(rest, most - 100);
    while (size(piece) > most - 100) piece = start(rest, Math.floor(piece.length * 0.8));
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
  const most = largestElement - 300;
  if (element.type === 'rich_text_list') return splitList(element, most);
  const leaves = (element.elements as Leaf[]).flatMap((leaf) => small(leaf, most - 100));
  return groups(leaves, most).map((elements) => ({ ...element, elements }) as Rich);
}

/** What is left of an item that is too long stands below it, and the list goes on counting after it. */
function splitList(list: RichList, most: number): Rich[] {
  const out: Rich[] = [];
  const start = list.offset ?? 0;
  let items: Rich[] = [];
  let done = 0;
  const flush = () => {
    const offset = start + done - items.length;
    if (items.length > 0)
      out.push({ ...list, ...(list.style === 'ordered' && offset > 0 ? { offset } : {}), elements: items as never });
    items = [];
  };
  for (const item of list.elements) {
    const [first, ...rest] = split(item as Rich);
    if (items.length > 0 && size(items) + size(first) > most) flush();
    items.push(first as Rich);
    done++;
    if (rest.length > 0) flush();
    out.push(...rest);
  }
  flush();
  return out;
}
