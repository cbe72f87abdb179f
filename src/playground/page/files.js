/** Files people and Sophia share: what they are, and a button that saves them. */
import { h } from './dom.js';
import { download } from './server.js';

/** @param {object[]} files as Slack tells of them */
export function fileList(files) {
  return h(
    'ul',
    { class: 'files', 'aria-label': 'Files' },
    files.map((file) => h('li', null, fileNode(file))),
  );
}

function fileNode(file) {
  const name = String(file.title || file.name || 'file');
  const ending = String(file.name ?? '').match(/\.(\w{1,5})$/)?.[1] ?? 'file';
  const problem = h('span', { class: 'problem', role: 'alert' });
  const button = h(
    'button',
    {
      type: 'button',
      class: 'button small',
      'aria-label': `Download ${name}`,
      data: { focus: `file-${file.id}` },
      on: {
        click: async () => {
          const answer = await download(file.id, file.name ?? name);
          problem.textContent = answer.ok ? '' : answer.error;
        },
      },
    },
    'Download',
  );
  return [
    h('span', { class: 'file-kind', 'aria-hidden': 'true' }, ending.toUpperCase()),
    h('span', { class: 'file-name' }, h('strong', null, name), h('span', { class: 'muted' }, size(file.size))),
    button,
    problem,
  ];
}

function size(bytes) {
  if (typeof bytes !== 'number') return '';
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
