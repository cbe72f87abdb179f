/** The small parts around the messages: app state, pane buttons, the empty channel, and who is at work. */
import { troublesOn } from './controls.js';
import { fill, h } from './dom.js';
import { avatar } from './people.js';

const find = (selector) => document.querySelector(selector);

/** Whether the app lives, and the button that fits. */
export function renderApp({ state, detail }, time) {
  // Down for a jump in time is no death.
  const appState = time.underway ? 'starting' : state;
  const words = { running: 'App running', crashed: 'App dead', starting: 'App starting…' };
  const node = find('#app-state');
  node.dataset.state = appState;
  node.title = detail ?? '';
  if (node.textContent !== words[appState]) node.textContent = words[appState];
  find('#crash').hidden = appState === 'crashed';
  find('#start').hidden = appState !== 'crashed';
}

/** One line over everything while something is made to fail: nobody shall take a trouble of their own making for a fault. */
export function renderTroubles(world, heal) {
  const words = troublesOn(world).join(' · ');
  const node = find('#trouble');
  if (node.dataset.words === words) return;
  node.dataset.words = words;
  node.hidden = words === '';
  fill(
    node,
    h('span', null, h('strong', null, 'On purpose: '), words, '.'),
    h('button', { type: 'button', class: 'button small', on: { click: heal } }, 'All well again'),
  );
}

/** The bar that stands for the panes on a phone. */
export function renderPanes(shown) {
  for (const button of document.querySelectorAll('#panes button')) {
    button.setAttribute('aria-current', String(button.dataset.pane === shown.pane));
    if (button.dataset.pane === 'thread') button.disabled = shown.thread === null;
  }
}

export function renderEmpty(node, empty, direct) {
  node.hidden = !empty;
  const how = direct ? 'Write to Sophia here; she hears every word.' : 'Mention @sophia with a question.';
  if (!empty || node.dataset.how === how) return;
  node.dataset.how = how;
  fill(
    node,
    avatar('U0SOPHIA', 'Sophia'),
    h('p', { class: 'empty-title' }, 'Ask in plain words, act with approval.'),
    h(
      'p',
      { class: 'muted' },
      `${how} Or type /sophia and a command. Anything that changes the world is shown as a plan first and waits for a person who may say yes.`,
    ),
  );
}

/** What Sophia is doing here, with Stop in the thread where she does it. */
export function renderStatus(node, { typing, sessions }, place, ts, stopSession) {
  const streams = ts !== null && place.messages.some((root) => root.ts === ts && [root, ...root.replies].some(grows));
  const here = (entry) => entry.channel === place.id && (ts === null || entry.thread === ts);
  const line = typing.find((entry) => here(entry) && entry.status);
  const session = sessions.find((entry) => here(entry) && entry.status === 'processing');
  const waits = ts !== null && sessions.some((entry) => here(entry) && entry.status === 'suspended');
  const words = line
    ? `Sophia ${line.status.replace(/^sophia /i, '')}`
    : session || streams
      ? 'Sophia is working…'
      : waits
        ? 'Sophia waits for a person to decide.'
        : '';
  const stop = ts !== null && (session || streams) ? ts : '';
  if (node.dataset.words === words && node.dataset.stop === stop) return;
  node.dataset.words = words;
  node.dataset.stop = stop;
  fill(node, words, stop && h('button', { type: 'button', class: 'button small', on: { click: stopSession } }, 'Stop'));
}

const grows = (message) => message.streaming_state === 'in_progress';

/** What Slack offers in an empty conversation with the app; pressing one says it. */
export function renderPrompts(node, prompts, say) {
  const signature = JSON.stringify(prompts ?? null);
  if (node.dataset.signature === signature) return;
  node.dataset.signature = signature;
  node.hidden = !prompts;
  fill(
    node,
    prompts?.title && h('span', { class: 'muted' }, prompts.title),
    (prompts?.prompts ?? []).map(({ title, message }) =>
      h('button', { type: 'button', class: 'chip', title: message, on: { click: () => say(message) } }, title),
    ),
  );
}

/** The title Sophia gave the thread. */
export function renderThreadTitle(node, { sessions }, place, ts) {
  const title = sessions.find((entry) => entry.channel === place.id && entry.thread === ts)?.title ?? '';
  if (node.textContent !== title) node.textContent = title;
}
