/** Small Markdown reader: headings, lists, quotes, code, tables and inline styles become rich text, where nothing else is interpreted. */
import { drawn, type Leaf, line, link, preformatted, type Rich, type Style, text } from '../blocks.ts';
import { monospaceTable } from './table.ts';

type Item = { indent: number; ordered: boolean; text: string };

const itemLine = /^([ \t]*)(?:[-*+]|(\d{1,9})[.)])[ \t]+(.*)$/;
const fence = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const heading = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$/;
const quote = /^ {0,3}> ?(.*)$/;
const rule = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const tableRule = /^ {0,3}\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$/;

/** Markdown → rich text elements, in order. */
export function fromMarkdown(markdown: string): Rich[] {
  const lines = markdown.replace(/\r\n?/g, '\n').split('\n');
  const out: Rich[] = [];
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) out.push(line(...inline(paragraph.join('\n'))));
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const current = lines[at] ?? '';
    const opening = current.match(fence);
    const title = current.match(heading);
    if (opening) {
      flush();
      const end = lines.findIndex((other, index) => index > at && other.trim().startsWith(opening[1] ?? '```'));
      const stop = end === -1 ? lines.length : end;
      out.push(preformatted(lines.slice(at + 1, stop).join('\n')));
      at = stop;
    } else if (current.trim() === '') flush();
    else if (title) {
      flush();
      out.push(line(...inline(title[2] ?? '', { bold: true })));
    } else if (rule.test(current)) {
      flush();
      out.push(line(text('———')));
    } else if (quote.test(current)) {
      flush();
      const said = takeWhile(lines, at, (other) => quote.test(other));
      out.push({
        type: 'rich_text_quote',
        elements: inline(said.map((one) => one.match(quote)?.[1] ?? '').join('\n')),
      });
      at += said.length - 1;
    } else if (current.includes('|') && tableRule.test(lines[at + 1] ?? '')) {
      flush();
      const rows = takeWhile(lines, at, (other) => other.includes('|'));
      const [columns = [], , ...cells] = rows.map(cellsOf);
      out.push(drawn(monospaceTable(columns, cells)));
      at += rows.length - 1;
    } else if (itemLine.test(current)) {
      flush();
      const said = takeWhile(
        lines,
        at,
        (other, index) => itemLine.test(other) || (index > at && /^[ \t]+\S/.test(other)),
      );
      out.push(...lists(said));
      at += said.length - 1;
    } else paragraph.push(current.trim());
  }
  flush();
  return out.filter((element) => !('elements' in element) || element.elements.length > 0);
}

function takeWhile(lines: string[], from: number, holds: (line: string, index: number) => boolean): string[] {
  let end = from;
  while (end < lines.length && holds(lines[end] ?? '', end)) end++;
  return lines.slice(from, end);
}

function cellsOf(row: string): string[] {
  const inner = row.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** Slack wants one list per indent and style; consecutive ones read as nested. */
function lists(lines: string[]): Rich[] {
  const items: Item[] = [];
  for (const one of lines) {
    const match = one.match(itemLine);
    const last = items.at(-1);
    if (match) {
      const indent = Math.min(8, Math.floor((match[1] ?? '').replaceAll('\t', '  ').length / 2));
      items.push({ indent, ordered: match[2] !== undefined, text: match[3] ?? '' });
    } else if (last) last.text += `\n${one.trim()}`;
  }
  const out: Rich[] = [];
  for (const item of items) {
    const style = item.ordered ? 'ordered' : 'bullet';
    const ticked = item.text.replace(/^\[([ xX])\] /, (_, mark: string) => (mark === ' ' ? '☐ ' : '☑ '));
    const section = { type: 'rich_text_section' as const, elements: inline(ticked) };
    if (section.elements.length === 0) section.elements.push(text(' '));
    const last = out.at(-1);
    if (last?.type === 'rich_text_list' && last.style === style && (last.indent ?? 0) === item.indent)
      last.elements.push(section);
    else out.push({ type: 'rich_text_list', style, indent: item.indent, elements: [section] });
  }
  return out;
}

/** Alternatives in order: escape, code, bold, strike, italic, link, address, person. */
const token =
  /\\([\\`*_{}[\]()#+\-.!~>|<])|(`{1,3})([^`\n]+)\2|\*\*(?=\S)([^\n]{1,2000}?\S)\*\*|__(?=\S)([^\n]{1,2000}?\S)__|~~(?=\S)([^~\n]+)~~|\*(?=[^\s*])([^*\n]*[^\s*])\*|(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}_])|!?\[([^\]\n]{1,1000})\]\(\s*<?([^\s()<>]{1,3000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?)>?(?:\s+"[^"\n]{0,300}")?\s*\)|<?(https?:\/\/[^\s<>|"'`)\]]{1,3000})>?|<@([UW][A-Z0-9]{1,40})(?:\|[^>\n]{0,100})?>/gu;

/** A link whose words name another place than it leads to is shown with its address. */
const looksLikeAddress = /^\s*(?:https?:\/\/|www\.)|^[\w.-]+\.[a-z]{2,}(?:[/:?#]|\s*$)/i;

export function inline(source: string, style: Style = {}): Leaf[] {
  const out: Leaf[] = [];
  let plainText = '';
  let from = 0;
  const flush = () => {
    if (plainText !== '') out.push(text(plainText, style));
    plainText = '';
  };
  for (const match of source.matchAll(token)) {
    const [whole, kept, , codeText, bold, bold2, strike, italic, italic2, label, target, address, person] = match;
    plainText += source.slice(from, match.index);
    from = match.index + whole.length;
    if (kept !== undefined) {
      plainText += kept;
      continue;
    }
    if (address !== undefined) {
      // A full stop after an address belongs to the sentence.
      const ending = whole.startsWith('<') ? '' : (address.match(/[.,;:!?*_~]+$/)?.[0] ?? '');
      const url = ending === '' ? address : address.slice(0, -ending.length);
      flush();
      out.push(link(url, url, style));
      plainText += ending;
      continue;
    }
    flush();
    if (codeText !== undefined) out.push(text(codeText, { ...style, code: true }));
    else if (bold !== undefined || bold2 !== undefined)
      out.push(...inline(bold ?? bold2 ?? '', { ...style, bold: true }));
    else if (strike !== undefined) out.push(...inline(strike, { ...style, strike: true }));
    else if (italic !== undefined || italic2 !== undefined)
      out.push(...inline(italic ?? italic2 ?? '', { ...style, italic: true }));
    else if (person !== undefined) out.push({ type: 'user', user_id: person });
    else if (target !== undefined) out.push(...labelled(target, label ?? target, style));
  }
  plainText += source.slice(from);
  flush();
  return out;
}

function labelled(target: string, label: string, style: Style): Leaf[] {
  const said = label.replace(/[*_`~\\]/g, '');
  const honest = !looksLikeAddress.test(said) || hostOf(said) === hostOf(target);
  return honest ? [link(target, said, style)] : [text(`${said} `, style), link(target, target, style)];
}

function hostOf(address: string): string {
  const whole = /^\s*https?:\/\//i.test(address) ? address.trim() : `https://${address.trim()}`;
  return URL.canParse(whole) ? new URL(whole).host : '';
}
