/** What the reader looks at: which person, place, thread and pane, and how they move between them. */

/** @param {{ changed(): void, entered(person: string, tab: 'home' | 'messages'): void }} told `entered`: Sophia's direct message came before somebody's eyes */
export function createReader({ changed, entered }) {
  const at = { me: 'U0ALICE', place: 'C0ENG', thread: null, home: false, pane: 'chat' };

  function show(pane) {
    at.pane = pane === 'thread' && at.thread === null ? 'chat' : pane;
    changed();
  }

  function tellWhatIsOpen() {
    if (at.place === 'im') entered(at.me, at.home ? 'home' : 'messages');
  }

  return {
    at,
    show,

    go(place) {
      if (place !== at.place) at.thread = null;
      at.place = place;
      at.home = false;
      show('chat');
      tellWhatIsOpen();
    },

    /** @param {boolean} home the other tab of a direct message */
    turn(home) {
      at.home = home;
      changed();
      tellWhatIsOpen();
    },

    become(person) {
      at.me = person;
      at.home = false;
      if (at.place === 'im') at.thread = null;
      changed();
      tellWhatIsOpen();
    },

    /** @param {string} ts @param {string} [channel] another than the one at hand */
    openThread(ts, channel = at.place) {
      at.place = channel;
      at.home = false;
      at.thread = ts;
      show('thread');
    },

    closeThread() {
      at.thread = null;
      show('chat');
    },

    /** @param {{ channels: object[] }} slack */
    placeIn: ({ channels }) =>
      at.place === 'im'
        ? channels.find((place) => place.kind === 'im' && place.user === at.me)
        : channels.find((place) => place.id === at.place),
  };
}
