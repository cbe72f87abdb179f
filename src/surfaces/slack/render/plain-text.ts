/** Blocks as plain text: what notifications, screen readers and the thread's history get. */
import { type Block, chartIn, type Leaf, type Rich, type RichList } from '../blocks.ts';
import { figuresOf } from './chart-figures.ts';
import { wordsOf } from './inline.ts';
import { limits } from './limits.ts';
import { cut, escaped, shorten } from './literal.ts';
import { shownElsewhere } from './loss.ts';

const longestFallback = 3000;

export function plainText(blocks: Block[]): string {
  return blocks
    .map(ofBlock)
    .filter((said) => said.trim() !== '')
    .join('\n');
}

function ofBlock(block: Block): string {
  if (block.type === 'rich_text') return block.elements.map(ofElement).join('\n');
  if (block.type === 'header') return block.text.text;
  if (block.type === 'divider') return '———';
  const chart = chartIn(block);
  if (chart) {
    const { columns, rows } = figuresOf(chart);
    return [chart.title, ...[columns, ...rows].map((row) => row.join(' | '))].join('\n');
  }
  if (block.type !== 'table') return '';
  return block.rows
    .map((row) =>
      row.map((cell) => (cell.type === 'rich_text' ? cell.elements.map(ofElement).join(' ') : cell.text)).join(' | '),
    )
    .join('\n');
}

function ofElement(element: Rich): string {
  if (element.type !== 'rich_text_list') {
    const said = wordsOf(element.elements as Leaf[]);
    if (element.type === 'rich_text_quote') return said.replace(/^/gm, '> ');
    return element.type === 'rich_text_preformatted' ? said : said.replace(/\n$/, '');
  }
  const { style, indent = 0, offset = 0 }: RichList = element;
  return element.elements
    .map((item, index) => {
      const mark = style === 'ordered' ? `${offset + index + 1}.` : '•';
      return `${'  '.repeat(indent)}${mark} ${ofElement(item as Rich)}`;
    })
    .join('\n');
}

/** Escaped, so that nothing in it calls anybody. */
export function fallback(words: string): string {
  return shownElsewhere(() => cut(escaped(shorten(words.trim() || 'Sophia', longestFallback)), limits.fallback));
}
