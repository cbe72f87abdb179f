/** Who is who: avatars, names, and the switch that decides whom you act as. */
import { h, reconcile } from './dom.js';

/** @param {string} id @param {string} name */
export function avatar(id, name) {
  return h('span', { class: 'avatar', 'aria-hidden': 'true', data: { person: id } }, name.slice(0, 1).toUpperCase());
}

/** What the renderers need to know about names. */
export function namesOf(slack, me) {
  const people = slack.people.map((person) => ({ id: person.id, name: person.realName }));
  const channels = slack.channels.filter((place) => place.kind !== 'im').map(({ id, name }) => ({ id, name }));
  const own = new Map([
    [slack.bot.userId, 'Sophia'],
    ['USLACKBOT', 'Slackbot'],
  ]);
  return {
    me,
    bot: slack.bot.userId,
    people,
    channels,
    personName: (id) => own.get(id) ?? people.find((person) => person.id === id)?.name,
    channelName: (id) => channels.find((place) => place.id === id)?.name,
  };
}

/** The "You are" switch, a group of radio buttons: arrow keys work. */
export function renderPeople(node, state, choose) {
  reconcile(
    node.querySelector('.people'),
    state.slack.people,
    (person) => person.id,
    (person) => JSON.stringify([person.realName, person.id === state.me, state.approvers.includes(person.id)]),
    (person) => {
      const role = state.approvers.includes(person.id) ? 'approver' : 'member';
      const input = h('input', {
        type: 'radio',
        name: 'person',
        value: person.id,
        checked: person.id === state.me,
        class: 'hidden-input',
        data: { focus: person.id },
        on: { change: () => choose(person.id) },
      });
      const [first] = person.realName.split(' ');
      return h(
        'label',
        { class: 'person', data: { person: person.id } },
        input,
        avatar(person.id, person.realName),
        h('span', { class: 'person-name' }, first, h('small', null, role)),
      );
    },
  );
}
