/** Standard Markdown as DOM nodes, for markdown blocks and model answers: the part of it that chat uses. */
import { fragment, h, link } from './dom.js';
import { channel, emojiNode, mention } from './mrkdwn.js';

/** @param {string} text @param {import('./mrkdwn.js').Names} names */
export function markdown(text, names) {
  return fragment(blocks(String(text ?? '').split('\n'), names));
}

const listItem = /^(\s*)(?:[-*+•]|(\d+)[.)])\s+(.*)$/;

function blocks(lines, names) {
  const out = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) out.push(h('p', null, inlineMarkdown(paragraph.join('\n'), names)));
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const fence = line.match(/^\s*(```|~~~)/);
    const heading = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
    if (fence) {
      flush();
      const end = lines.findIndex((other, index) => index > at && other.trim().startsWith(fence[1]));
      const last = end < 0 ? lines.length : end;
      out.push(h('pre', { tabindex: 0 }, lines.slice(at + 1, last).join('\n')));
      at = last;
    } else if (heading) {
      flush();
      // Headings inside a message must not disturb the outline of the page.
      out.push(h('p', { class: `heading h${heading[1].length}` }, inlineMarkdown(heading[2], names)));
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      flush();
      out.push(h('hr', null));
    } else if (line.startsWith('>')) {
      flush();
      const end = endOf(lines, at, (other) => other.startsWith('>'));
      out.push(
        h(
          'blockquote',
          null,
          blocks(
            lines.slice(at, end).map((other) => other.replace(/^> ?/, '')),
            names,
          ),
        ),
      );
      at = end - 1;
    } else if (listItem.test(line)) {
      flush();
      const end = endOf(lines, at, (other) => listItem.test(other) || /^\s{2,}\S/.test(other));
      out.push(list(lines.slice(at, end), names));
      at = end - 1;
    } else if (line.includes('|') && /^\s*\|?[\s:|-]*-[\s:|-]*$/.test(lines[at + 1] ?? '')) {
      flush();
      const end = endOf(lines, at + 2, (other) => other.includes('|'));
      out.push(table(cells(line), lines.slice(at + 2, end).map(cells), names));
      at = end - 1;
    } else if (line.trim() === '') flush();
    else paragraph.push(line);
  }
  flush();
  return out;
}

function endOf(lines, from, holds) {
  let end = from;
  while (end < lines.length && holds(lines[end])) end++;
  return end;
}

function list(lines, names) {
  const first = lines[0].match(listItem);
  const depth = first[1].length;
  const items = [];
  for (const line of lines) {
    const item = line.match(listItem);
    if (item && item[1].length <= depth) items.push({ text: item[3], rest: [] });
    else items.at(-1)?.rest.push(line);
  }
  return h(
    first[2] === undefined ? 'ul' : 'ol',
    first[2] && first[2] !== '1' ? { start: first[2] } : null,
    items.map(({ text, rest }) =>
      h(
        'li',
        null,
        inlineMarkdown(text, names),
        rest.some((line) => listItem.test(line)) ? list(rest, names) : rest.join(' '),
      ),
    ),
  );
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function table(head, rows, names) {
  return h(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': 'Table' },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          head.map((cell) => h('th', { scope: 'col' }, inlineMarkdown(cell, names))),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map((row) =>
          h(
            'tr',
            null,
            row.map((cell) => h('td', null, inlineMarkdown(cell, names))),
          ),
        ),
      ),
    ),
  );
}

const token =
  /\\([\\`*_{}[\]()#+\-.!~|<>])|`([^`\n]+)`|\[([^\]\n]+)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)?)\)|<(@[A-Z0-9]+|#[A-Z0-9]+(?:\|[^>]*)?|(?:https?:|mailto:)[^<>\s|]+)(?:\|([^<>]*))?>|\*\*(?! )((?:[^*\n]|\*(?!\*))*[^*\s])\*\*|(?<!\w)__(?! )([^\n]*?[^_\s])__(?!\w)|(?<![\w*])\*(?![ *])([^*\n]*[^*\s])\*(?![\w*])|(?<![\w_])_(?![ _])([^_\n]*[^_\s])_(?![\w_])|~~([^~\n]+)~~|:([a-z0-9_+-]+):|(https?:\/\/[^\s<>()]*[^\s<>().,;:!?'"])/g;

/** @param {string} text @param {import('./mrkdwn.js').Names} names @returns {(Node | string)[]} */
export function inlineMarkdown(text, names) {
  const out = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    const node = nodeOf(match, names);
    if (node === null) continue;
    out.push(text.slice(from, match.index), node);
    from = match.index + match[0].length;
  }
  out.push(text.slice(from));
  return out.filter((part) => part !== '');
}

function nodeOf(match, names) {
  const [, escaped, code, label, address, angle, angleLabel, bold, bold2, italic, italic2, strike, shortcode, bare] =
    match;
  if (escaped !== undefined) return escaped;
  if (code !== undefined) return h('code', null, code);
  if (label !== undefined) return link(address, inlineMarkdown(label, names));
  if (angle?.startsWith('@')) return mention(angle.slice(1), names);
  if (angle?.startsWith('#')) return channel(angle.slice(1).split('|')[0], angle.split('|')[1], names);
  if (angle !== undefined) return link(angle, angleLabel ?? angle);
  if (bold !== undefined || bold2 !== undefined) return h('strong', null, inlineMarkdown(bold ?? bold2, names));
  if (italic !== undefined || italic2 !== undefined) return h('em', null, inlineMarkdown(italic ?? italic2, names));
  if (strike !== undefined) return h('s', null, inlineMarkdown(strike, names));
  if (shortcode !== undefined) return emojiNode(shortcode);
  return link(bare, bare);
}
