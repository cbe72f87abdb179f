/** The list of channels and direct messages, with what is unread in bold. */
import { h, reconcile } from './dom.js';
import { avatar } from './people.js';

/** Newest time stamp the reader has seen, by channel. */
const seen = new Map();

export function renderPlaces(node, state, shown, go) {
  const { slack } = state;
  const current = shown.place === 'im' ? slack.channels.find((place) => place.user === state.me)?.id : shown.place;
  const workspace = node.querySelector('.workspace');
  if (workspace.textContent !== slack.team.name) workspace.textContent = slack.team.name;
  const draw = (place) => {
    const newest = newestOf(place);
    if (place.id === current) seen.set(place.id, newest);
    return { place, here: place.id === current, unread: newest > (seen.get(place.id) ?? '0') };
  };
  const list = (selector, places) =>
    reconcile(
      node.querySelector(selector),
      places.map(draw),
      ({ place }) => place.id,
      ({ place, here, unread }) => JSON.stringify([place.name, here, unread]),
      ({ place, here, unread }) => item(place, here, unread, go),
    );
  list(
    '.channels',
    slack.channels.filter((place) => place.kind !== 'im'),
  );
  list(
    '.direct',
    slack.channels.filter((place) => place.kind === 'im' && place.user === state.me),
  );
}

function item(place, here, unread, go) {
  const direct = place.kind === 'im';
  return h(
    'li',
    null,
    h(
      'button',
      {
        type: 'button',
        class: `place${unread ? ' unread' : ''}`,
        'aria-current': here ? 'page' : undefined,
        data: { focus: place.id },
        on: { click: () => go(direct ? 'im' : place.id) },
      },
      direct ? avatar('U0SOPHIA', 'Sophia') : h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
      direct ? 'Sophia' : place.name,
      unread && h('span', { class: 'unread-dot', role: 'img', 'aria-label': 'unread' }),
    ),
  );
}

function newestOf(place) {
  return place.messages.reduce((latest, message) => {
    const ts = message.latest_reply ?? message.ts;
    return ts > latest ? ts : latest;
  }, '0');
}
