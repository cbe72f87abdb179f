/** Slack's mrkdwn as DOM nodes: bold, italic, strike, code, quotes, links, mentions, emoji. */
import { fragment, h, link } from './dom.js';
import { emojiOf } from './emoji.js';
import { slackDate } from './time.js';

/** @typedef {{ personName(id: string): string | undefined, channelName(id: string): string | undefined, me: string, bot: string }} Names */

/** @param {string} text */
export function unescaped(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** @param {string} text @param {Names} names */
export function mrkdwn(text, names) {
  const parts = String(text ?? '').split(/```\n?([\s\S]*?)\n?```/);
  return fragment(
    parts.map((part, index) => (index % 2 === 1 ? h('pre', { tabindex: 0 }, unescaped(part)) : lines(part, names))),
  );
}

/** Runs of lines that begin with `>` become one quote. */
function lines(text, names) {
  const out = [];
  let quote = [];
  let plain = [];
  const flushPlain = () => {
    const joined = plain.join('\n');
    if (joined !== '') out.push(h('span', { class: 'lines' }, inline(joined, names)));
    plain = [];
  };
  const flushQuote = () => {
    if (quote.length > 0) out.push(h('blockquote', null, inline(quote.join('\n'), names)));
    quote = [];
  };
  for (const line of text.split('\n')) {
    const quoted = line.match(/^(?:&gt;|>(?!\S*>)) ?(.*)$/);
    if (quoted) {
      flushPlain();
      quote.push(quoted[1]);
    } else {
      flushQuote();
      plain.push(line);
    }
  }
  flushQuote();
  flushPlain();
  return out;
}

const token =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|(?<![\w*])\*(?! )([^*\n]*[^*\s])\*(?![\w*])|(?<![\w_])_(?! )([^_\n]*[^_\s])_(?![\w_])|(?<![\w~])~(?! )([^~\n]*[^~\s])~(?![\w~])/g;

/** @param {string} text @param {Names} names @returns {(Node | string)[]} */
export function inline(text, names) {
  const out = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    const [whole, code, angle, shortcode, bold, italic, strike] = match;
    const node =
      code !== undefined
        ? h('code', null, unescaped(code))
        : angle !== undefined
          ? angled(angle, names)
          : shortcode !== undefined
            ? emojiNode(shortcode)
            : bold !== undefined
              ? h('strong', null, inline(bold, names))
              : italic !== undefined
                ? h('em', null, inline(italic, names))
                : h('s', null, inline(strike ?? '', names));
    if (node === null) continue;
    out.push(unescaped(text.slice(from, match.index)), node);
    from = match.index + whole.length;
  }
  out.push(unescaped(text.slice(from)));
  return out.filter((part) => part !== '');
}

/** @param {string} name */
export function emojiNode(name) {
  const glyph = emojiOf(name);
  return glyph ? h('span', { role: 'img', 'aria-label': name.replaceAll('_', ' '), class: 'emoji' }, glyph) : null;
}

/** What stands between `<` and `>`: a person, a channel, everybody, a date, or a link. */
function angled(inside, names) {
  const [target = '', label] = split(inside);
  if (target.startsWith('@')) return mention(target.slice(1), names);
  if (target.startsWith('#')) return channel(target.slice(1), label, names);
  if (target.startsWith('!date')) return date(target, unescaped(label ?? ''));
  if (target.startsWith('!'))
    return h('span', { class: 'mention' }, `@${unescaped(label ?? target.slice(1)).replace(/^@/, '')}`);
  // Anything else between angle brackets is what somebody typed, not markup.
  if (!/^(https?:\/\/|mailto:)/.test(target)) return null;
  return link(unescaped(target), unescaped(label ?? target.replace(/^mailto:/, '')));
}

/** `!date^1392734382^{date_short} at {time}`, perhaps with a link; what it stands for when the format is unknown. */
function date(target, otherwise) {
  const [, seconds = '', format = '', address] = target.split('^');
  const node = h('time', null, slackDate(Number(seconds), format) ?? otherwise);
  return address ? link(unescaped(address), node) : node;
}

function split(inside) {
  const bar = inside.indexOf('|');
  return bar < 0 ? [inside, undefined] : [inside.slice(0, bar), inside.slice(bar + 1)];
}

/** @param {string} id @param {Names} names */
export function mention(id, names) {
  const own = id === names.me ? ' mine' : '';
  return h('span', { class: `mention${own}` }, `@${names.personName(id) ?? id}`);
}

/** @param {string} id @param {string | undefined} label @param {Names} names */
export function channel(id, label, names) {
  return h('span', { class: 'mention' }, `#${names.channelName(id) ?? label ?? id}`);
}
