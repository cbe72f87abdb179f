/** The "are you sure" dialog an element may carry. */
import { h } from './dom.js';
import { mrkdwn } from './mrkdwn.js';

/** Resolves true at once when the element asks for no confirmation. */
export function confirmFirst(confirm, names) {
  if (!confirm) return Promise.resolve(true);
  return new Promise((resolve) => {
    const style = confirm.style === 'danger' ? 'danger' : 'primary';
    const dialog = h('dialog', { class: 'modal small', 'aria-labelledby': 'confirm-title' });
    const end = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    dialog.append(
      h('header', null, h('h2', { id: 'confirm-title' }, String(confirm.title?.text ?? 'Are you sure?'))),
      h('div', { class: 'body' }, mrkdwn(String(confirm.text?.text ?? ''), names)),
      h(
        'footer',
        null,
        h(
          'button',
          { type: 'button', class: 'button', on: { click: () => end(false) } },
          confirm.deny?.text ?? 'Cancel',
        ),
        h(
          'button',
          { type: 'button', class: `button ${style}`, on: { click: () => end(true) } },
          confirm.confirm?.text ?? 'Yes',
        ),
      ),
    );
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      end(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
