/** Where one types: Enter sends, Shift+Enter makes a line, a leading slash is a command. */
import { createAttachments } from './attach.js';
import { fill, h } from './dom.js';

/**
 * @param {HTMLElement} place
 * @param {{ label: string, send(text: string, files: Promise<object[]>): Promise<{ ok: boolean, error?: string }>, changed?(): void }} options
 */
export function createComposer(place, { label, send, changed = () => {} }) {
  const field = h('textarea', { rows: 1, 'aria-label': label, autocomplete: 'off', spellcheck: 'true' });
  const button = h('button', { type: 'submit', class: 'button primary send', 'aria-label': 'Send' }, '➤');
  const problem = h('p', { class: 'problem', role: 'alert' });
  const as = h('span', { class: 'as' });
  const attached = createAttachments((words) => {
    fill(problem, words);
    grow();
  });
  const { list, button: attach, input } = attached.nodes;
  const form = h(
    'form',
    { class: 'composer' },
    list,
    field,
    h('div', { class: 'composer-foot' }, as, h('span', null, attach, input, button)),
  );
  place.append(form, problem);
  let sending = false;
  button.disabled = true;

  async function submit() {
    const text = field.value.trim();
    if ((text === '' && !attached.any()) || sending) return;
    sending = true;
    const files = attached.take();
    fill(problem);
    const sent = send(text, files.read());
    field.value = '';
    grow();
    const answer = await sent;
    sending = false;
    if (answer.ok) return;
    if (field.value === '') field.value = text;
    files.restore();
    grow();
    fill(problem, answer.error ?? 'That did not work.');
  }

  /** As tall as its words, up to the limit the style sets. */
  function grow() {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
    button.disabled = field.value.trim() === '' && !attached.any();
    changed();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  field.addEventListener('input', grow);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  });

  // Dropped beside it, a file would replace the page.
  const pane = place.parentElement ?? place;
  for (const moved of ['dragenter', 'dragover', 'dragleave', 'drop'])
    pane.addEventListener(moved, (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      form.classList.toggle('receiving', moved === 'dragenter' || moved === 'dragover');
      if (moved === 'drop') takeFiles(event.dataTransfer.files);
    });
  field.addEventListener('paste', (event) => {
    if (event.clipboardData?.files.length) takeFiles(event.clipboardData.files);
  });

  function takeFiles(files) {
    attached.add([...files]);
    field.focus();
  }

  return {
    /** Puts words into the field, ready to be sent or changed. */
    write(text) {
      field.value = text;
      grow();
      field.focus();
      field.setSelectionRange(text.length, text.length);
    },
    describe(placeholder, person, personId) {
      field.placeholder = placeholder;
      fill(
        as,
        'as ',
        h('strong', null, person),
        h('span', { class: 'keys' }, ' · Enter sends, Shift+Enter for a new line'),
      );
      form.dataset.person = personId;
    },
    written: () => field.value || (attached.any() ? 'a file' : ''),
    focus: () => field.focus(),
  };
}
