/** Our own Block Kit renderer: every block Sophia may send, as safe DOM. */
import { chart } from './chart.js';
import { h } from './dom.js';
import { interactive, plain } from './elements.js';
import { markdown } from './markdown.js';
import { mrkdwn } from './mrkdwn.js';
import { cell, richText } from './rich-text.js';
import { taskCard } from './tasks.js';

/** @param {object[]} list @param {import('./elements.js').Context} context */
export function blocks(list, context) {
  return list.map((block, index) => {
    const render = renderers[block.type];
    const id = block.block_id ?? `b${index}`;
    if (!render) return h('p', { class: 'unsupported' }, `(a ${block.type} block, which the playground does not show)`);
    return render(block, context, id);
  });
}

function text(object, context) {
  if (!object) return null;
  return object.type === 'mrkdwn' ? mrkdwn(object.text, context.names) : plainText(object.text, context);
}

/** plain_text knows emoji shortcodes and nothing else. */
function plainText(words, context) {
  const escaped = String(words).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const shortcodesOnly = escaped.replace(/[`*_~]/g, (mark) => `${mark}\u2060`);
  const node = mrkdwn(
    shortcodesOnly.replaceAll('\n&gt;', '\n\u2060&gt;').replace(/^&gt;/, '\u2060&gt;'),
    context.names,
  );
  for (const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT); walker.nextNode(); )
    walker.currentNode.data = walker.currentNode.data.replaceAll('\u2060', '');
  return node;
}

const renderers = {
  header: (block, context) =>
    h('p', { class: 'block header', role: 'heading', 'aria-level': 3 }, text(block.text, context)),
  divider: () => h('hr', null),
  section: (block, context, id) =>
    h(
      'div',
      { class: 'block section' },
      h(
        'div',
        { class: 'section-text' },
        block.text && h('div', null, text(block.text, context)),
        block.fields &&
          h(
            'div',
            { class: 'fields' },
            block.fields.map((field) => h('div', null, text(field, context))),
          ),
      ),
      block.accessory && h('div', { class: 'accessory' }, element(block.accessory, id, context)),
    ),
  context: (block, context) =>
    h(
      'div',
      { class: 'block context' },
      block.elements.map((item) => (item.type === 'image' ? image(item) : h('span', null, text(item, context)))),
    ),
  actions: (block, context, id) =>
    h(
      'div',
      { class: 'block actions', role: 'group', 'aria-label': 'Actions' },
      block.elements.map((item) => element(item, id, context)),
    ),
  context_actions: (block, context, id) =>
    h(
      'div',
      { class: 'block actions quiet' },
      block.elements.flatMap((item) => {
        if (item.type !== 'feedback_buttons') return [];
        return [item.positive_button, item.negative_button].map((button) => feedback(item, button, id, context));
      }),
    ),
  image: (block) => image(block),
  markdown: (block, context) => h('div', { class: 'block markdown' }, markdown(block.text, context.names)),
  rich_text: (block, context) => richText(block, context.names),
  table: (block, context) => table(block.rows, undefined, context),
  data_visualization: (block) => chart(block),
  data_table: (block, context) => table(block.rows, block.caption, context),
  alert: (block, context) => h('div', { class: `block alert ${levelOf(block.level)}` }, text(block.text, context)),
  plan: (block, context) =>
    h(
      'div',
      { class: 'block plan' },
      h('p', { class: 'plan-title' }, typeof block.title === 'string' ? block.title : plain(block.title)),
      h(
        'ul',
        { class: 'tasks' },
        (block.tasks ?? []).map((task) => h('li', null, taskCard(task, context))),
      ),
    ),
  task_card: (block, context) => h('div', { class: 'block tasks' }, taskCard(block, context)),
  card: (block, context, id) =>
    h(
      'div',
      { class: 'block card' },
      block.title && h('p', { class: 'plan-title' }, text(block.title, context)),
      block.subtitle && h('p', { class: 'muted' }, text(block.subtitle, context)),
      block.body && h('div', null, text(block.body, context)),
      block.actions &&
        h(
          'div',
          { class: 'actions' },
          block.actions.map((item) => element(item, id, context)),
        ),
    ),
  carousel: (block, context, id) =>
    h(
      'div',
      { class: 'block carousel' },
      block.elements.map((item) => renderers.card(item, context, id)),
    ),
  container: (block, context) => {
    const title = block.title
      ? plain(block.title)
      : block.rich_text_title && richText(block.rich_text_title, context.names);
    const inside = [
      block.subtitle && h('p', { class: 'muted' }, text(block.subtitle, context)),
      blocks(block.child_blocks ?? [], context),
    ];
    if (block.is_collapsible)
      return h(
        'details',
        { class: 'block card', open: block.default_collapsed !== true },
        h('summary', null, title ?? 'More'),
        inside,
      );
    return h('div', { class: 'block card' }, title && h('p', { class: 'plan-title' }, title), inside);
  },
  input: (block, context, id) => input(block, context, id),
};

function element(item, id, context) {
  return item.type === 'image' ? image(item) : interactive(item, id, context);
}

/** Pictures are never fetched here: the playground talks to nobody but itself. */
function image(item) {
  return h('span', { class: 'image', role: 'img', 'aria-label': item.alt_text }, `🖼 ${item.alt_text}`);
}

/** What was pressed stays pressed, as in Slack, until the other is. */
const pressed = new Map();

function feedback(item, button, id, context) {
  const key = `${context.names.me}/${id}/${item.action_id}`;
  const act = async (event) => {
    pressed.set(key, button.value);
    for (const other of event.target.parentElement.children)
      other.setAttribute('aria-pressed', String(other === event.target));
    await context.act({ actionId: item.action_id, blockId: id, value: button.value });
  };
  return h(
    'button',
    {
      type: 'button',
      class: 'button plain',
      'aria-label': button.accessibility_label,
      'aria-pressed': String(pressed.get(key) === button.value),
      data: { focus: `${id}/${item.action_id}/${button.value}` },
      on: { click: act },
    },
    plain(button.text),
  );
}

function levelOf(level) {
  return ['info', 'warning', 'error', 'success'].includes(level) ? level : 'info';
}

function table(rows, caption, context) {
  const [head = [], ...body] = rows ?? [];
  const line = (tag, cells) =>
    h(
      'tr',
      null,
      cells.map((value) => h(tag, tag === 'th' ? { scope: 'col' } : null, cell(value, context.names))),
    );
  return h(
    'div',
    { class: 'block table', tabindex: 0, role: 'region', 'aria-label': caption ?? 'Table' },
    h(
      'table',
      null,
      caption && h('caption', null, caption),
      h('thead', null, line('th', head)),
      h(
        'tbody',
        null,
        body.map((cells) => line('td', cells)),
      ),
    ),
  );
}

let counter = 0;

function input(block, context, id) {
  const inner = interactive(block.element, id, context, block.dispatch_action === true);
  const field = inner.matches('input, textarea, select') ? inner : null;
  const own = `field-${counter++}`;
  if (field) field.id = own;
  if (field && block.optional !== true) field.required = true;
  inner.setAttribute('aria-describedby', `${own}-error`);
  return h(
    'div',
    { class: 'block input', data: { block: id } },
    h(
      'label',
      field ? { for: own } : null,
      plain(block.label),
      block.optional && h('span', { class: 'muted' }, ' (optional)'),
    ),
    inner,
    block.hint && h('p', { class: 'muted' }, text(block.hint, context)),
    h('p', { class: 'error', id: `${own}-error`, role: 'alert' }),
  );
}
