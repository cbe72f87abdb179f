/** Files one puts beside one's words: chosen, listed, taken away again, and read when the message is sent. */
import { fill, h } from './dom.js';

const most = 2_000_000;

/** @param {(problem: string) => void} changed told after every change, with what was wrong or nothing */
export function createAttachments(changed) {
  /** @type {File[]} */
  let files = [];
  const input = h('input', { type: 'file', multiple: true, hidden: true, 'aria-label': 'Files' });
  const button = h(
    'button',
    { type: 'button', class: 'icon attach', 'aria-label': 'Attach a file', title: 'Attach a file' },
    '📎',
  );
  const list = h('ul', { class: 'attached', 'aria-label': 'Attached files' });
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const chosen = [...input.files];
    // The same file may be chosen again after it was taken away.
    input.value = '';
    const large = chosen.find((file) => file.size > most);
    files = [...files, ...chosen.filter((file) => file.size <= most)].slice(0, 5);
    draw(large ? `${large.name} is too large for the playground: 2 MB at most.` : '');
  });

  function draw(problem = '') {
    fill(
      list,
      files.map((file) =>
        h(
          'li',
          null,
          file.name,
          h(
            'button',
            {
              type: 'button',
              class: 'icon',
              'aria-label': `Remove ${file.name}`,
              on: {
                click: () => {
                  files = files.filter((other) => other !== file);
                  draw();
                  button.focus();
                },
              },
            },
            '✕',
          ),
        ),
      ),
    );
    list.hidden = files.length === 0;
    changed(problem);
  }
  list.hidden = true;

  return {
    nodes: { list, button, input },
    any: () => files.length > 0,
    /** What is sent; the list is empty afterwards. `restore` puts it back. */
    take() {
      const taken = files;
      files = [];
      draw();
      const restore = () => {
        files = taken;
        draw();
      };
      return { read: () => Promise.all(taken.map(read)), restore };
    },
  };
}

async function read(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return { name: file.name, base64: btoa(text) };
}
