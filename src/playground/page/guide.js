/** The first-time guide: things worth trying, and one line that says what to do next. */
import { fill, h } from './dom.js';

const tries = [
  { channel: 'eng', text: '@sophia what is waiting to be merged in acme/web?', label: 'What is waiting to be merged?' },
  { channel: 'deploys', text: '/sophia deploy web to production', label: '/sophia deploy web' },
  { channel: 'deploys', text: '/sophia plan deploy web', label: '/sophia plan deploy web' },
  { channel: 'eng', text: '@sophia why is #13 failing in acme/web?', label: 'Why is #13 failing?' },
  { channel: 'eng', text: '@sophia merge #12 in acme/web', label: 'Merge #12' },
  { channel: 'deploys', text: '/sophia runs', label: '/sophia runs' },
  { channel: 'deploys', text: '/sophia freeze because demo', label: '/sophia freeze' },
  { channel: 'deploys', text: '/sophia help', label: '/sophia help' },
];

/** @param {HTMLElement} node @param {(text: string, channel: string) => void} use */
export function createGuide(node, use) {
  const next = h('p', { class: 'next', role: 'status' });
  const chips = h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': 'Try this' },
    h('span', { class: 'muted' }, 'Try'),
    tries.map(({ text, channel, label }) =>
      h('button', { type: 'button', class: 'chip', title: text, on: { click: () => use(text, channel) } }, label),
    ),
  );
  node.append(next, chips);
  let said = '';
  return {
    render(state) {
      const words = advice(state);
      if (words === said) return;
      said = words;
      fill(next, h('span', { class: 'next-mark', 'aria-hidden': 'true' }, '→'), words);
    },
  };
}

/** The one thing worth doing now, from what the world looks like. */
export function advice({ slack, app, me, approvers, records, world, time }) {
  const name = (id) => slack.people.find((person) => person.id === id)?.realName.split(' ')[0] ?? id;
  if (time?.underway) return 'Time moves on…';
  if (app.state === 'crashed')
    return 'The app is dead; Slack and the world are not. Type something or click a button if you like, then press Start: nothing is lost.';
  if (app.state === 'starting') return 'The app is starting…';
  const said = slack.channels.some((place) => place.messages.length > 0);
  if (!said) return 'Start with a question or a command below. You are Alice; Sophia is in every channel.';
  const pending = records.approvals.find((approval) => approval.state === 'pending');
  if (pending) {
    const requester = lastPart(pending.requester);
    const mayDecide = approvers.filter((id) => id !== requester);
    if (mayDecide.includes(me))
      return `You are ${name(me)}, an approver: read the card in the thread and approve or deny it. Or press Crash first, then Start, and approve the old card.`;
    const other = mayDecide.map(name).join(' or ');
    const why = me === requester ? 'You asked for this, so you cannot approve it' : 'You are no approver';
    return `${why}; try it, then switch to ${other} at the top and approve.`;
  }
  if (records.run?.state === 'running') return `Sophia is at work: ${records.run.standing || records.run.title}.`;
  if (world.unhealthyNext)
    return 'The next release will be unhealthy: press “Commit to main”, deploy it, approve as another person, and watch it roll back by itself.';
  if (records.approvals.some((approval) => approval.state === 'consumed'))
    return 'Done once, and written down under “Behind the scenes”. Next: switch on “Make the next release unhealthy”, press “Commit to main” and deploy again.';
  return 'Next: ask for a deploy and see who has to say yes.';
}

/** `slack:T0ACME:U0BOB` → `U0BOB` */
export function lastPart(id) {
  return (
    String(id ?? '')
      .split(':')
      .at(-1) ?? ''
  );
}
