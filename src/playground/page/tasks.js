/** One step of Sophia's work: how it stands, what it found, where it looked. */
import { h, link } from './dom.js';
import { richText } from './rich-text.js';

const marks = { pending: '○', in_progress: '◐', complete: '✓', error: '✕' };
const words = { pending: 'To do', in_progress: 'Under way', complete: 'Done', error: 'Failed' };

export function taskCard(task, context) {
  const status = Object.hasOwn(marks, task.status) ? task.status : 'pending';
  const sources = (task.sources ?? []).filter((source) => source?.url);
  return h(
    'div',
    { class: `task ${status}` },
    h('span', { class: 'mark', role: 'img', 'aria-label': words[status] }, marks[status]),
    h(
      'div',
      null,
      h('span', null, String(task.title ?? '')),
      task.details && h('div', { class: 'muted' }, richText(task.details, context.names)),
      task.output && h('div', { class: 'muted' }, richText(task.output, context.names)),
      sources.length > 0 &&
        h(
          'ul',
          { class: 'sources', 'aria-label': 'Sources' },
          sources.map((source) => h('li', null, link(source.url, String(source.text ?? source.url)))),
        ),
    ),
  );
}
