/** Slack's rich_text block and table cells as DOM nodes. */
import { h, link } from './dom.js';
import { channel, emojiNode, mention } from './mrkdwn.js';
import { slackDate } from './time.js';

/** @param {{ elements?: object[] }} block @param {import('./mrkdwn.js').Names} names */
export function richText(block, names) {
  return h(
    'div',
    { class: 'rich' },
    (block.elements ?? []).map((element) => part(element, names)),
  );
}

function part(element, names) {
  const inside = () => (element.elements ?? []).map((child) => leaf(child, names));
  switch (element.type) {
    case 'rich_text_section':
      return h('p', null, inside());
    case 'rich_text_quote':
      return h('blockquote', null, inside());
    case 'rich_text_preformatted':
      return h('pre', { tabindex: 0, class: element.border ? 'bordered' : null }, inside());
    case 'rich_text_list': {
      const items = (element.elements ?? []).map((item) =>
        h(
          'li',
          null,
          (item.elements ?? []).map((child) => leaf(child, names)),
        ),
      );
      const ordered = element.style === 'ordered';
      const start = ordered && element.offset ? element.offset + 1 : undefined;
      const quoted = element.border ? ' bordered' : '';
      return h(ordered ? 'ol' : 'ul', { class: `indent${element.indent ?? 0}${quoted}`, start }, items);
    }
    default:
      return leaf(element, names);
  }
}

function leaf(element, names) {
  switch (element.type) {
    case 'text':
      return styled(element.text, element.style);
    case 'link':
      return styled(link(element.url, element.text ?? element.url), element.style);
    case 'emoji':
      return emojiNode(element.name) ?? `:${element.name}:`;
    case 'user':
      return mention(element.user_id, names);
    case 'channel':
      return channel(element.channel_id, undefined, names);
    case 'broadcast':
      return h('span', { class: 'mention' }, `@${element.range}`);
    case 'usergroup':
      return h('span', { class: 'mention' }, `@${element.usergroup_id}`);
    case 'date':
      return h('time', null, slackDate(element.timestamp, element.format ?? '') ?? element.fallback ?? '');
    case 'color':
      return h('code', null, element.value);
    default:
      return String(element.text ?? '');
  }
}

const tags = { bold: 'strong', italic: 'em', strike: 's', code: 'code', underline: 'u' };

function styled(content, style) {
  return Object.entries(tags).reduce((inner, [name, tag]) => (style?.[name] ? h(tag, null, inner) : inner), content);
}

/** A cell of table or data_table: raw text, a number, or rich text. */
export function cell(value, names) {
  if (value?.type === 'rich_text') return richText(value, names);
  return String(value?.text ?? value?.value ?? value?.number ?? '');
}
