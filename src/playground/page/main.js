/** The playground's page: joins its parts, draws what the host says the world is, and sends what people do. */
import { createBehind } from './behind.js';
import { createChat } from './chat.js';
import { createComposer } from './composer.js';
import { renderApp, renderPanes, renderTroubles } from './frame.js';
import { createGuide } from './guide.js';
import { createModal } from './modal.js';
import { namesOf, renderPeople } from './people.js';
import { renderPlaces } from './places.js';
import { createReader } from './reader.js';
import { askForWords } from './reword.js';
import { act, follow } from './server.js';
import { createSpeech } from './speech.js';
import { setZone } from './time.js';
import { warn } from './toast.js';

const find = (selector, from = document) => from.querySelector(selector);
/** One pane at a time. */
const narrow = window.matchMedia('(width <= 900px)');
/** The world itself comes from the host. @type {any} */
let world = null;

const reader = createReader({
  changed: () => render(),
  entered: (person, tab) => void deed('home', { person, tab }),
});
const { at } = reader;
const speech = createSpeech({
  at,
  placeOf: () => reader.placeIn(world.slack),
  whispersOf: () => world.slack.ephemerals[at.me] ?? [],
  changed: () => render(),
});
const names = () => namesOf(world.slack, at.me);
const state = () => ({ ...world, me: at.me });

const deed = (verb, body) => deedOf(act(verb, body));
async function deedOf(doing) {
  const answer = await doing;
  if (!answer.ok) warn(answer.error ?? 'That did not work.');
  return answer;
}

const composers = [
  { place: '#chat', label: 'Message', inThread: false },
  { place: '#thread', label: 'Reply', inThread: true },
].map(({ place, label, inThread }) =>
  createComposer(find(`${place} .compose`), {
    label,
    send: (text, files) => speech.speak(text, inThread, files),
    changed: () => renderGuide(),
  }),
);
const [composer, replyComposer] = composers;

function openThread(ts, channel) {
  reader.openThread(ts, channel);
  replyComposer.focus();
}

function closeThread() {
  const ts = at.thread;
  reader.closeThread();
  find(`[data-focus="open-${ts}"]`)?.focus();
}

/** Puts words where they are to be said. */
function write(text, channel) {
  const place = world.slack.channels.find(({ name }) => name === channel);
  if (place) reader.go(place.id);
  composer.write(text);
}

/** Does what the guide's button says. */
async function heed({ kind, text, channel, thread, person }) {
  if (kind === 'use') write(text, channel);
  if (kind === 'reply') replyComposer.write(text);
  if (kind === 'become') reader.become(person);
  if (kind === 'start') await deed('start');
  if (kind === 'open') openThread(thread, channel);
  if (kind === 'travel') await deed('travel', { person, to: 'workday' });
  if (kind === 'sick') {
    await deed('unhealthy', { on: true });
    await deed('commit');
  }
}

const behind = createBehind(find('#behind .scroller'), deed, () => at.me);
const guide = createGuide({ next: find('#next'), chips: find('#chat .guide') }, { use: write, do: heed });
const chat = createChat({
  stop: () => deed('stopSession', { person: at.me, channel: reader.placeIn(world.slack).id, thread: at.thread }),
  prompt: (message) => deedOf(speech.speak(message, false)),
  clickHome: (view, click) => deed('clickView', { person: at.me, view: view.id, click }),
});
const modal = createModal({
  async submit(view, values) {
    const answer = await deed('submitView', { person: at.me, view: view.id, values });
    return answer.submission?.outcome === 'errors' ? answer.submission.errors : null;
  },
  close: (view) => deed('closeView', { person: at.me, view: view.id }),
  contextFor: (view, values) => ({
    names: names(),
    act: (click) => deed('clickView', { person: at.me, view: view.id, click, values: values() }),
  }),
});

/** What a message can be asked for. */
function context() {
  const on = (message) => ({ person: at.me, channel: message.channel, ts: message.ts });
  return {
    names: names(),
    shortcuts: world.shortcuts,
    openThread: (ts) => openThread(ts),
    click: (message, click) => deed('click', { ...on(message), click }),
    shortcut: (callbackId, message) => deed('shortcut', { ...on(message), callbackId }),
    reword: async (message) => {
      const before = message.text.replaceAll(`<@${world.slack.bot.userId}>`, '@sophia');
      const text = await askForWords(before);
      if (text !== null && text !== before) await deed('reword', { ...on(message), text });
    },
    unsay: (message) => deed('unsay', on(message)),
  };
}

function render() {
  if (!world) return;
  const { slack, app } = world;
  const place = reader.placeIn(slack);
  const answer = speech.answered(place, slack.bot.userId);
  if (answer !== null) {
    at.thread = answer;
    if (narrow.matches) at.pane = 'thread';
  }
  setZone(slack.people.find(({ id }) => id === at.me)?.timeZone);
  find('#stage').dataset.pane = at.pane;
  document.body.dataset.person = at.me;
  renderPeople(find('#who'), state(), reader.become);
  renderApp(app, world.time);
  renderTroubles(world.world, () => deed('heal'));
  renderPlaces(find('#places'), state(), at, reader.go);
  renderPanes(at);
  chat({ slack, place, at, context: context() });
  const me = names().personName(at.me) ?? '';
  composer.describe(place.kind === 'im' ? 'Message Sophia' : `Message #${place.name}`, me, at.me);
  replyComposer.describe('Reply in the thread', me, at.me);
  renderGuide();
  behind.render(state());
  modal.show(slack.views[at.me]?.at(-1));
}

function renderGuide() {
  if (!world) return;
  guide.render(state(), {
    written: composers.map((one) => one.written()).join(''),
    asked: speech.asked(),
    place: reader.placeIn(world.slack).id,
    thread: at.thread,
    pane: at.pane,
    narrow: narrow.matches,
  });
}

find('#crash').addEventListener('click', () => deed('crash'));
find('#start').addEventListener('click', () => deed('start'));
find('#close-thread').addEventListener('click', closeThread);
find('#thread').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeThread();
});
find('#tab-messages').addEventListener('click', () => reader.turn(false));
find('#tab-home').addEventListener('click', () => reader.turn(true));
// Reachable by keyboard in every browser, so that one can scroll without a mouse.
for (const scroller of document.querySelectorAll('.scroller')) scroller.tabIndex = 0;
for (const button of document.querySelectorAll('#panes button'))
  button.addEventListener('click', () => reader.show(button.dataset.pane));

follow(
  (next) => {
    world = next;
    render();
  },
  (connected) => {
    document.body.classList.toggle('offline', !connected);
    if (!connected) warn('The playground does not answer. Is npm start still running? Reload when it is.');
  },
);
