/** Slack modals as `<dialog>`: submit, close, push, and the errors the app answers with. */
import { blocks } from './blocks.js';
import { fill, h } from './dom.js';
import { plain } from './elements.js';

/**
 * Shows the view on top of the acting person's screen, or nothing.
 * @param {{ submit(view: object, values: object): Promise<Record<string, string> | null>, close(view: object): void, contextFor(view: object, values: () => object): object }} options
 */
export function createModal({ submit, close, contextFor }) {
  const dialog = h('dialog', { class: 'modal', 'aria-labelledby': 'modal-title' });
  document.body.append(dialog);
  let shown = '';
  let current;
  /** Closed here already; the app hears of it a moment later. */
  let dismissed = '';
  let fields = new Map();

  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    if (current) dismiss(current);
  });

  function dismiss(view) {
    dismissed = view.id;
    shown = '';
    dialog.close();
    close(view);
  }

  function draw(view) {
    fields = new Map();
    const context = {
      ...contextFor(view, valuesOf),
      register: (blockId, actionId, read, node) =>
        fields.set(`${blockId}\n${actionId}`, { blockId, actionId, read, node }),
    };
    const form = h('form', { novalidate: true });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      clearErrors();
      if (missingFields()) return;
      const send = form.querySelector('.submit');
      send.disabled = true;
      const errors = await submit(view, valuesOf());
      send.disabled = false;
      if (errors) showErrors(errors);
    });
    fill(
      form,
      h(
        'header',
        null,
        h('h2', { id: 'modal-title' }, plain(view.title)),
        h('button', { type: 'button', class: 'icon', 'aria-label': 'Close', on: { click: () => dismiss(view) } }, '✕'),
      ),
      h('div', { class: 'body', tabindex: 0 }, blocks(view.blocks, context)),
      h(
        'footer',
        null,
        h(
          'button',
          { type: 'button', class: 'button', on: { click: () => dismiss(view) } },
          plain(view.close) || (view.submit ? 'Cancel' : 'Close'),
        ),
        view.submit && h('button', { type: 'submit', class: 'button primary submit' }, plain(view.submit)),
      ),
    );
    fill(dialog, form);
    if (!dialog.open) dialog.showModal();
    // After it has opened: that puts the focus on the first button.
    const first = '.body :is(input, textarea, select):not([type=hidden])';
    (form.querySelector(first) ?? form.querySelector('.submit'))?.focus();
  }

  function valuesOf() {
    const values = {};
    for (const { blockId, actionId, read } of fields.values()) {
      values[blockId] ??= {};
      values[blockId][actionId] = read();
    }
    return values;
  }

  function missingFields() {
    const errors = {};
    for (const { blockId, node } of fields.values())
      if (node.required && node.value === '') errors[blockId] = 'Please complete this required field.';
      else if (node.validity && !node.validity.valid) errors[blockId] = node.validationMessage;
    showErrors(errors);
    return Object.keys(errors).length > 0;
  }

  function clearErrors() {
    for (const place of dialog.querySelectorAll('.error')) fill(place);
  }

  function showErrors(errors) {
    for (const [block, message] of Object.entries(errors)) {
      const place = dialog.querySelector(`[data-block="${CSS.escape(block)}"]`);
      if (place) fill(place.querySelector('.error'), message);
    }
    const first = Object.keys(errors)[0];
    if (first) dialog.querySelector(`[data-block="${CSS.escape(first)}"] :is(input, textarea, select)`)?.focus();
  }

  return {
    show(open) {
      const view = open?.id === dismissed ? undefined : open;
      // Not the errors and the state: a redraw would wipe what the person has typed.
      const signature = view ? JSON.stringify([view.id, view.title, view.blocks, view.submit]) : '';
      if (signature === shown) return;
      shown = signature;
      current = view;
      if (!view) {
        dialog.close();
        return;
      }
      draw(view);
    },
  };
}
