/** What the person at the page does to the world: lets time pass, and makes services fail. */
import { fill, h } from './dom.js';
import { moment, span } from './time.js';

/** @param {(verb: string, body?: object) => Promise<unknown>} act @param {() => string} me */
export function createTimeControl(act, me) {
  const now = h('time', { class: 'now' });
  const ahead = h('p', { class: 'muted small' });
  let time = { now: 0, ahead: 0, underway: false };
  let heard = 0;
  let name = '';
  const jump = (label, to) =>
    h('button', { type: 'button', class: 'button small', on: { click: () => go(to) } }, label);
  const buttons = [jump('+30 minutes', 'half hour'), jump('+1 hour', 'hour'), jump('Next workday, 09:00', 'workday')];
  const go = (to) => act('travel', { person: me(), to });

  function tick() {
    if (heard === 0) return;
    const at = time.now + (performance.now() - heard);
    const words = moment(at);
    if (now.textContent !== words) now.textContent = words;
  }
  setInterval(tick, 5_000);

  return {
    nodes: [h('p', null, now), h('div', { class: 'row' }, buttons), ahead],
    render(state) {
      time = state.time;
      name = state.slack.people.find((person) => person.id === state.me)?.realName.split(' ')[0] ?? '';
      heard = performance.now();
      tick();
      for (const button of buttons) button.disabled = time.underway;
      const words = time.underway
        ? 'Time moves on, and the app is started again in the new time…'
        : time.ahead > 0
          ? `${name}’s clock. Moved on by ${span(time.ahead)}: digests, reminders and expiries that fell due have come.`
          : `${name}’s clock. Move it on to see digests, reminders and expiries come.`;
      if (ahead.textContent !== words) fill(ahead, words);
    },
  };
}

/** @param {(verb: string, body?: object) => Promise<unknown>} act */
export function createTroubleControl(act) {
  const unhealthy = h('input', {
    type: 'checkbox',
    role: 'switch',
    on: { change: (event) => act('unhealthy', { on: event.target.checked }) },
  });
  const services = h('div', { class: 'troubles' });
  const heal = h(
    'button',
    { type: 'button', class: 'button small', on: { click: () => act('heal') } },
    'All well again',
  );
  const selects = new Map();

  function make({ name, label, kinds }) {
    const id = `trouble-${name}`;
    const select = h(
      'select',
      { id, on: { change: (event) => act('trouble', { service: name, kind: event.target.value }) } },
      h('option', { value: '' }, 'works'),
      kinds.map((kind) => h('option', { value: kind.name }, kind.label)),
    );
    const about = h('p', { class: 'about' });
    selects.set(name, { select, about });
    services.append(h('div', { class: 'trouble' }, h('label', { for: id }, label), select, about));
  }

  return {
    nodes: [
      services,
      h('label', { class: 'switch' }, unhealthy, h('span', null, 'Make the next release unhealthy')),
      h('div', { class: 'row' }, heal),
    ],
    render({ world }) {
      unhealthy.checked = world.unhealthyNext;
      for (const service of world.troubles) {
        if (!selects.has(service.name)) make(service);
        const { select, about } = selects.get(service.name);
        select.value = service.on;
        select.classList.toggle('on', service.on !== '');
        const words = service.kinds.find((kind) => kind.name === service.on)?.about ?? '';
        if (about.textContent !== words) fill(about, words);
      }
      heal.disabled = troublesOn(world).length === 0;
    },
  };
}

/** What fails at the moment, in words. */
export function troublesOn(world) {
  return [
    ...world.troubles.flatMap(({ label, kinds, on }) =>
      kinds.filter((kind) => kind.name === on).map((kind) => `${label} ${kind.label}`),
    ),
    ...(world.unhealthyNext ? ['the next release will be unhealthy'] : []),
  ];
}
