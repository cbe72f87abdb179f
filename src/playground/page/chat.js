/** The two panes of talk: a channel or her direct message with its Home tab, and the thread beside it. */
import { blocks } from './blocks.js';
import { fill, h } from './dom.js';
import { renderEmpty, renderPrompts, renderStatus, renderThreadTitle } from './frame.js';
import { renderMessages } from './messages.js';

const find = (selector, from = document) => from.querySelector(selector);
const byTime = (messages) => messages.sort((a, b) => Number(a.ts) - Number(b.ts));

/** @param {{ stop(): void, prompt(message: string): void, clickHome(view: object, click: object): void }} acts */
export function createChat({ stop, prompt, clickHome }) {
  const [stage, chat, thread] = ['#stage', '#chat', '#thread'].map((id) => find(id));
  let drawn = '';
  let drawnThread = null;

  function drawPlace({ slack, place, at, context }) {
    const direct = place.kind === 'im';
    fill(find('#place-name'), direct ? 'Sophia' : `# ${place.name}`);
    fill(find('#topic'), direct ? 'Direct message' : place.topic);
    find('#direct-tabs').hidden = !direct;
    find('#tab-home').setAttribute('aria-pressed', String(at.home));
    find('#tab-messages').setAttribute('aria-pressed', String(!at.home));
    find('#home').hidden = !at.home;
    find('#messages').hidden = at.home;
    chat.classList.toggle('at-home', at.home);

    const here = `${place.id}/${at.me}`;
    const roots = byTime([...place.messages, ...whispersIn(slack, place, at).filter(({ thread_ts }) => !thread_ts)]);
    renderMessages(find('#messages'), find('.messages', chat), roots, context, { firstTime: here !== drawn });
    drawn = here;
    renderEmpty(find('.empty', chat), roots.length === 0, direct);
    renderStatus(find('.status', chat), slack, place, null);
    const offered = direct && !at.home ? slack.prompts.find(({ channel }) => channel === place.id) : undefined;
    renderPrompts(find('.prompts', chat), offered, prompt);
    if (at.home) drawHome(slack.homes[at.me], at.me, context.names);
  }

  function drawThread({ slack, place, at, context }) {
    const root = place.messages.find(({ ts }) => ts === at.thread);
    thread.hidden = !root;
    stage.classList.toggle('with-thread', Boolean(root));
    if (root) {
      const own = whispersIn(slack, place, at).filter(({ thread_ts }) => thread_ts === root.ts);
      const replies = byTime([root, ...root.replies, ...own]);
      renderMessages(find('.scroller', thread), find('.messages', thread), replies, context, {
        inThread: true,
        firstTime: drawnThread !== root.ts,
      });
    }
    renderThreadTitle(find('.title', thread), slack, place, root?.ts);
    drawnThread = root?.ts ?? null;
    renderStatus(find('.status', thread), slack, place, drawnThread, stop);
  }

  function drawHome(view, me, names) {
    const signature = `${me}${JSON.stringify(view ?? null)}`;
    const node = find('#home');
    if (node.dataset.signature === signature) return;
    node.dataset.signature = signature;
    const own = { names, act: (click) => clickHome(view, click) };
    fill(
      node,
      view ? blocks(view.blocks, own) : h('p', { class: 'muted' }, 'Sophia has not published a Home tab for you yet.'),
    );
  }

  /** @param {{ slack: object, place: object, at: object, context: object }} scene `at`: what the reader looks at */
  return (scene) => {
    drawPlace(scene);
    drawThread(scene);
  };
}

/** What only this person sees there. */
function whispersIn(slack, place, { me }) {
  return (slack.ephemerals[me] ?? []).filter(({ channel }) => channel === place.id);
}
