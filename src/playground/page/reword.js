/** The dialog in which one changes a message of one's own. */
import { h } from './dom.js';

/** The new words; null when the person thought better of it. @param {string} text @returns {Promise<string | null>} */
export function askForWords(text) {
  return new Promise((resolve) => {
    const field = h('textarea', { rows: 4, value: text, 'aria-label': 'Your message' });
    const dialog = h('dialog', { class: 'modal small', 'aria-labelledby': 'reword-title' });
    const end = (words) => {
      dialog.close();
      dialog.remove();
      resolve(words);
    };
    const save = () => field.value.trim() && end(field.value.trim());
    field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      save();
    });
    const form = h(
      'form',
      { on: { submit: (event) => event.preventDefault() } },
      h('header', null, h('h2', { id: 'reword-title' }, 'Edit message')),
      h('div', { class: 'body' }, field),
      h(
        'footer',
        null,
        h('button', { type: 'button', class: 'button', on: { click: () => end(null) } }, 'Cancel'),
        h(
          'button',
          {
            type: 'button',
            class: 'button primary',
            on: { click: save },
          },
          'Save',
        ),
      ),
    );
    dialog.append(form);
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      end(null);
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
}
