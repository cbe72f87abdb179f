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
    paperclip(),
  );
  const list = h('ul', { class: 'attached', 'aria-label': 'Attached files' });
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    add([...input.files]);
    // The same file may be chosen again after it was taken away.
    input.value = '';
  });

  /** @param {File[]} chosen */
  function add(chosen) {
    const large = chosen.find((file) => file.size > most);
    files = [...files, ...chosen.filter((file) => file.size <= most)].slice(0, 5);
    draw(large ? `${large.name} is too large for the playground: 2 MB at most.` : '');
  }

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
    add,
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

/** Drawn, as not every machine has a font with one. */
function paperclip() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  for (const [name, value] of Object.entries({
    viewBox: '0 0 24 24',
    width: '18',
    height: '18',
    'aria-hidden': 'true',
  }))
    svg.setAttribute(name, value);
  path.setAttribute(
    'd',
    'M20 11l-8.5 8.5a5.5 5.5 0 0 1-7.8-7.8L12.5 3a3.7 3.7 0 0 1 5.2 5.2L9 17a1.8 1.8 0 0 1-2.6-2.6l8-8',
  );
  for (const [name, value] of Object.entries({ fill: 'none', stroke: 'currentColor', 'stroke-width': '1.8' }))
    path.setAttribute(name, value);
  svg.append(path);
  return svg;
}

async function read(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return { name: file.name, base64: btoa(text) };
}
