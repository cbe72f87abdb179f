/** The first-time guide: one line over everything that says what to do next, with a button that does it, and things worth trying. */
import { advice } from './advice.js';
import { fill, h } from './dom.js';

const tries = [
  { channel: 'eng', text: '@sophia what is waiting to be merged in acme/web?', label: 'What is waiting to be merged?' },
  { channel: 'deploys', text: '/sophia deploy web to production', label: '/sophia deploy web' },
  { channel: 'eng', text: '@sophia merge #12 in acme/web', label: 'Merge #12' },
  { channel: 'eng', text: '@sophia why is #13 failing in acme/web?', label: 'Why is #13 failing?' },
  { channel: 'deploys', text: '/sophia plan deploy web', label: '/sophia plan deploy web' },
  { channel: 'deploys', text: '/sophia digest schedule daily every weekday at 9', label: '/sophia digest schedule' },
  { channel: 'deploys', text: '/sophia freeze because demo', label: '/sophia freeze' },
  { channel: 'deploys', text: '/sophia help', label: '/sophia help' },
];

const settledAfterMs = 300;

/**
 * @param {{ next: HTMLElement, chips: HTMLElement }} places
 * @param {{ use(text: string, channel: string): void, do(deed: object): void }} acts
 */
export function createGuide(places, acts) {
  const words = h('p', { role: 'status' });
  const button = h('button', { type: 'button', class: 'button small primary' });
  places.next.append(h('span', { class: 'next-mark', 'aria-hidden': 'true' }, '→'), words, button);
  places.chips.append(
    h(
      'div',
      { class: 'chips', role: 'group', 'aria-label': 'Try this' },
      h('span', { class: 'muted' }, 'Try'),
      tries.map(({ text, channel, label }) =>
        h(
          'button',
          { type: 'button', class: 'chip', title: text, on: { click: () => acts.use(text, channel) } },
          label,
        ),
      ),
    ),
  );
  let deed;
  button.addEventListener('click', () => {
    if (button.ariaDisabled !== 'true') acts.do(deed);
  });
  let settling;
  /** A press meant for what the button said a moment ago must not do what it says now. */
  function settle() {
    button.ariaDisabled = 'true';
    clearTimeout(settling);
    settling = setTimeout(() => {
      button.ariaDisabled = 'false';
    }, settledAfterMs);
  }
  return {
    /** @param {object} state @param {{ written: string, thread: string | null, pane: string }} look what the reader has before them */
    render(state, look) {
      const next = advice(state, look);
      if (words.textContent !== next.words) fill(words, next.words);
      deed = next.deed;
      button.hidden = !next.deed;
      if (next.deed && button.textContent !== next.deed.label) {
        fill(button, next.deed.label);
        settle();
      }
    },
  };
}
