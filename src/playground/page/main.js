/** The playground's page: holds what is shown, draws it, and sends what people do to the host. */
import { createBehind } from './behind.js';
import { blocks } from './blocks.js';
import { createComposer } from './composer.js';
import { fill, h } from './dom.js';
import {
  renderApp,
  renderEmpty,
  renderPanes,
  renderPrompts,
  renderStatus,
  renderThreadTitle,
  renderTroubles,
} from './frame.js';
import { createGuide } from './guide.js';
import { renderMessages } from './messages.js';
import { createModal } from './modal.js';
import { namesOf, renderPeople } from './people.js';
import { renderPlaces } from './places.js';
import { askForWords } from './reword.js';
import { act, follow } from './server.js';
import { setZone } from './time.js';

const find = (selector, from = document) => from.querySelector(selector);
const top = find('#top');
const stage = find('#stage');
const chat = find('#chat');
const thread = find('#thread');
const toast = find('#toast');

/** What the reader looks at; the world itself comes from the host. */
const shown = { me: 'U0ALICE', place: 'C0ENG', thread: null, home: false, pane: 'chat' };
/** One pane at a time. */
const narrow = window.matchMedia('(width <= 900px)');
/** Where an answer is expected after something was said: its thread opens by itself, once. */
let expected = null;
/** What was not answered by then was perhaps not meant for Sophia. */
const answeredWithinMs = 4_000;
let drawn = '';
let drawnThread = null;
/** @type {any} */
let world = null;

const state = () => ({ ...world, me: shown.me });
const placeOf = () =>
  shown.place === 'im'
    ? world.slack.channels.find((place) => place.kind === 'im' && place.user === shown.me)
    : world.slack.channels.find((place) => place.id === shown.place);

const deed = (verb, body) => deedOf(act(verb, body));

async function deedOf(doing) {
  const answer = await doing;
  if (!answer.ok) warn(answer.error ?? 'That did not work.');
  return answer;
}

let toastTimer;
function warn(words) {
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    toast.hidden = true;
  }, 6000);
}

function context() {
  return {
    names: namesOf(world.slack, shown.me),
    shortcuts: world.shortcuts,
    openThread,
    click: (message, click) => deed('click', { person: shown.me, channel: message.channel, ts: message.ts, click }),
    shortcut: (id, message) =>
      deed('shortcut', { person: shown.me, callbackId: id, channel: message.channel, ts: message.ts }),
    reword: async ({ channel, ts, text }) => {
      const words = await askForWords(text);
      if (words !== null && words !== text) await deed('reword', { person: shown.me, channel, ts, text: words });
    },
    unsay: ({ channel, ts }) => deed('unsay', { person: shown.me, channel, ts }),
  };
}

function openThread(ts) {
  shown.thread = ts;
  show('thread');
  replyComposer.focus();
}

function closeThread() {
  const ts = shown.thread;
  shown.thread = null;
  show('chat');
  find(`[data-focus="open-${ts}"]`)?.focus();
}

function show(pane) {
  shown.pane = pane === 'thread' && shown.thread === null ? 'chat' : pane;
  render();
}

function go(place) {
  if (place !== shown.place) shown.thread = null;
  shown.place = place;
  shown.home = false;
  show('chat');
}

async function speak(text, inThread, reading = Promise.resolve([])) {
  const place = placeOf();
  const command = text.match(/^\/(\w+)\s*([\s\S]*)$/);
  if (command && inThread)
    return { ok: false, error: 'Slack has no slash commands in threads: mention @sophia, or type it in the channel.' };
  if (!inThread) {
    expected = { channel: place.id, after: newest(place), until: performance.now() + answeredWithinMs };
    setTimeout(render, answeredWithinMs);
  }
  const where = { person: shown.me, channel: place.id };
  if (command && (await reading).length > 0) return { ok: false, error: 'Slack’s commands take no files.' };
  if (command) return act('slash', { ...where, command: `/${command[1]}`, text: command[2].trim() });
  const files = await reading;
  return act('say', {
    ...where,
    text,
    ...(inThread ? { thread: shown.thread } : {}),
    ...(files.length ? { files } : {}),
  });
}

function newest(place) {
  return place.messages.reduce((latest, message) => (message.ts > latest ? message.ts : latest), '0');
}

const composer = createComposer(find('.compose', chat), {
  label: 'Message',
  send: (text, files) => speak(text, false, files),
  changed: () => renderGuide(),
});
const replyComposer = createComposer(find('.compose', thread), {
  label: 'Reply',
  send: (text, files) => speak(text, true, files),
  changed: () => renderGuide(),
});
const behind = createBehind(find('#behind .scroller'), deed, () => shown.me);
const guide = createGuide(
  { next: find('#next'), chips: find('.guide', chat) },
  {
    use: write,
    do: heed,
  },
);

/** Puts words where they are to be said. */
function write(text, channel) {
  const place = world.slack.channels.find((candidate) => candidate.name === channel);
  if (place) go(place.id);
  composer.write(text);
}

/** Does what the guide's button says. */
async function heed({ kind, text, channel, thread: ts, person }) {
  if (kind === 'use') write(text, channel);
  if (kind === 'become') choosePerson(person);
  if (kind === 'start') await deed('start');
  if (kind === 'open') {
    shown.place = channel;
    shown.home = false;
    openThread(ts);
  }
  if (kind === 'travel') await deed('travel', { person, to: 'workday' });
  if (kind === 'sick') {
    await deed('unhealthy', { on: true });
    await deed('commit');
  }
}
const modal = createModal({
  async submit(view, values) {
    const answer = await deed('submitView', { person: shown.me, view: view.id, values });
    return answer.submission?.outcome === 'errors' ? answer.submission.errors : null;
  },
  close: (view) => deed('closeView', { person: shown.me, view: view.id }),
  contextFor: (view, values) => ({
    names: namesOf(world.slack, shown.me),
    act: (click) => deed('clickView', { person: shown.me, view: view.id, click, values: values() }),
  }),
});

function render() {
  if (!world) return;
  const { slack, app } = world;
  const place = placeOf();
  const names = namesOf(slack, shown.me);
  setZone(slack.people.find((person) => person.id === shown.me)?.timeZone);
  openExpected(place);
  stage.dataset.pane = shown.pane;
  document.body.dataset.person = shown.me;
  renderPeople(find('#who'), state(), choosePerson);
  renderApp(app, world.time);
  renderTroubles(world.world, () => deed('heal'));
  renderPlaces(find('#places'), state(), shown, go);
  renderPanes(shown);

  const direct = place.kind === 'im';
  fill(find('#place-name'), direct ? 'Sophia' : `# ${place.name}`);
  fill(find('#topic'), direct ? 'Direct message' : place.topic);
  find('#direct-tabs').hidden = !direct;
  find('#tab-home').setAttribute('aria-pressed', String(shown.home));
  find('#tab-messages').setAttribute('aria-pressed', String(!shown.home));
  find('#home').hidden = !shown.home;
  find('#messages').hidden = shown.home;
  chat.classList.toggle('at-home', shown.home);

  const fresh = `${place.id}/${shown.me}` !== drawn;
  drawn = `${place.id}/${shown.me}`;
  const whispers = (slack.ephemerals[shown.me] ?? []).filter((message) => message.channel === place.id);
  const roots = byTime([...place.messages, ...whispers.filter((message) => !message.thread_ts)]);
  renderMessages(find('#messages'), find('.messages', chat), roots, context(), { firstTime: fresh });
  renderEmpty(find('.empty', chat), roots.length === 0);
  if (shown.home) renderHome();

  const root = place.messages.find((message) => message.ts === shown.thread);
  thread.hidden = !root;
  stage.classList.toggle('with-thread', Boolean(root));
  if (root) {
    const own = whispers.filter((message) => message.thread_ts === root.ts);
    const replies = byTime([root, ...root.replies, ...own]);
    renderMessages(find('.scroller', thread), find('.messages', thread), replies, context(), {
      inThread: true,
      firstTime: drawnThread !== root.ts,
    });
  }
  renderThreadTitle(find('.title', thread), slack, place, root?.ts);
  drawnThread = root?.ts ?? null;
  renderStatus(find('.status', chat), slack, place, null);
  renderStatus(find('.status', thread), slack, place, drawnThread, () =>
    deed('stopSession', { person: shown.me, channel: place.id, thread: shown.thread }),
  );

  renderPrompts(
    find('.prompts', chat),
    direct && !shown.home ? slack.prompts.find((entry) => entry.channel === place.id) : undefined,
    (message) => deedOf(speak(message, false)),
  );

  const me = names.personName(shown.me) ?? '';
  composer.describe(direct ? 'Message Sophia' : `Message #${place.name}`, me, shown.me);
  replyComposer.describe('Reply in the thread', me, shown.me);
  renderGuide();
  behind.render(state());
  modal.show(slack.views[shown.me]?.at(-1));
}

function renderGuide() {
  if (!world) return;
  const written = `${composer.written()}${replyComposer.written()}`;
  const asked = expected !== null && performance.now() < expected.until;
  guide.render(state(), { written, asked, thread: shown.thread, pane: shown.pane, narrow: narrow.matches });
}

const byTime = (messages) => messages.sort((a, b) => Number(a.ts) - Number(b.ts));

/** Opens the thread that answers what was just said: the answer is what one wants to see. */
function openExpected(place) {
  if (!expected || place.id !== expected.channel) return;
  const answer = place.messages.find(
    (message) => message.ts > expected.after && (message.reply_count > 0 || message.user === world.slack.bot.userId),
  );
  if (!answer) return;
  expected = null;
  shown.thread = answer.ts;
  if (narrow.matches) shown.pane = 'thread';
}

function renderHome() {
  const view = world.slack.homes[shown.me];
  const signature = `${shown.me}${JSON.stringify(view ?? null)}`;
  const node = find('#home');
  if (node.dataset.signature === signature) return;
  node.dataset.signature = signature;
  const own = {
    names: namesOf(world.slack, shown.me),
    act: (click) => deed('clickView', { person: shown.me, view: view.id, click }),
  };
  fill(
    node,
    view ? blocks(view.blocks, own) : h('p', { class: 'muted' }, 'Sophia has not published a Home tab for you yet.'),
  );
}

function choosePerson(id) {
  shown.me = id;
  shown.home = false;
  if (shown.place === 'im') shown.thread = null;
  render();
}

find('#crash', top).addEventListener('click', () => deed('crash'));
find('#start', top).addEventListener('click', () => deed('start'));
find('#close-thread').addEventListener('click', closeThread);
thread.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') closeThread();
});
find('#tab-messages').addEventListener('click', () => {
  shown.home = false;
  render();
});
find('#tab-home').addEventListener('click', () => {
  shown.home = true;
  render();
  void deed('home', { person: shown.me });
});
// Reachable by keyboard in every browser, so that one can scroll without a mouse.
for (const scroller of document.querySelectorAll('.scroller')) scroller.tabIndex = 0;
for (const button of document.querySelectorAll('#panes button'))
  button.addEventListener('click', () => show(button.dataset.pane));

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
