/** The one thing worth doing now, from what the world looks like and what the reader has before them. */
import { missed } from './unheard.js';

/**
 * @param {object} state the host's state, and `me`
 * @param {{ written: string, asked: boolean, place: string, thread: string | null, narrow: boolean, pane: string }} look `asked`: just now, and not answered yet
 * @returns {{ words: string, deed?: { label: string, kind: string, text?: string, channel?: string, thread?: string, person?: string } }}
 */
export function advice(state, look) {
  const { slack, app, records, world, time } = state;
  if (time.underway) return { words: 'Time moves on…' };
  if (app.state === 'crashed')
    return {
      words:
        'The app is dead; Slack and the world are not. Type something or press a button if you like, then start it: nothing is lost.',
      deed: { label: 'Start the app', kind: 'start' },
    };
  if (app.state === 'starting') return { words: 'The app is starting…' };
  if (look.written.trim() !== '') return { words: 'Press Enter, or ➤, to send it.' };
  const unheard = missed(state, look);
  if (unheard) return unheard;
  if (look.asked) return { words: 'Sophia has heard you…' };
  const pending = records.approvals.find((approval) => approval.state === 'pending');
  if (pending) return decide(state, look, pending);
  if (records.run?.state === 'running') {
    const doing = records.run.standing || records.run.title;
    return { words: `Sophia is at work: ${doing}.`, ...whereItIs(records.run.thread, look) };
  }
  if (!slack.channels.some((place) => place.messages.length > 0))
    return {
      words: 'You are Alice, and Sophia is in every channel. Ask her to deploy, and see who has to say yes.',
      deed: ask('Ask for a deploy'),
    };
  if (world.unhealthyNext)
    return {
      words:
        'The next release will be unhealthy. Deploy it, approve it as another person, and watch it roll back by itself.',
      deed: ask('Ask for a deploy'),
    };
  return afterwards(state);
}

const ask = (label) => ({ label, kind: 'use', text: '/sophia deploy web to production', channel: 'deploys' });

function decide(state, look, pending) {
  const { slack, me, approvers } = state;
  const name = (id) => slack.people.find((person) => person.id === id)?.realName.split(' ')[0] ?? id;
  const requester = lastPart(pending.requester);
  const open = whereItIs(pending.thread, look);
  const mayDecide = approvers.filter((id) => id !== requester);
  if (mayDecide.includes(me))
    return open.deed
      ? { words: `You are ${name(me)}, an approver, and a plan waits for you.`, ...open }
      : { words: `You are ${name(me)}, an approver: read the plan in the thread, then press Approve or Deny.` };
  const [other] = mayDecide;
  const why = me === requester ? 'You asked, so your own yes does not count' : 'You are no approver';
  return {
    words: `${why} (try it). ${name(other)} may say yes.`,
    deed: { label: `Become ${name(other)}`, kind: 'become', person: other },
  };
}

/** A button to the thread, unless it is open. */
function whereItIs(thread, look) {
  const [, , channel = '', ts = ''] = String(thread ?? '').split(':');
  const seen = look.thread === ts && (!look.narrow || look.pane === 'thread');
  return ts === '' || seen ? {} : { deed: { label: 'Open the thread', kind: 'open', channel, thread: ts } };
}

/** Once the first deploy is done there is more to see, each thing once. */
function afterwards({ records, time }) {
  const done = (name) => records.approvals.filter(({ state, action }) => state === 'consumed' && action === name);
  if (done('deploy').length === 0)
    return { words: 'Next: ask for a deploy and see who has to say yes.', deed: ask('Ask for a deploy') };
  if (done('deploy').length === 1)
    return {
      words: 'Done once, and written down under “Behind the scenes”. Next: a release that turns out unhealthy.',
      deed: { label: 'Make one', kind: 'sick' },
    };
  const [digest] = done('sophia_schedule_digest');
  if (!digest) {
    const text = '/sophia digest schedule daily every weekday at 9';
    return {
      words: 'Next: a digest that comes by itself every weekday at 9.',
      deed: { label: 'Schedule a digest', kind: 'use', text, channel: 'deploys' },
    };
  }
  if (time.ahead === 0)
    return {
      words: 'The digest is set. Do not wait for it: move the clock to nine in the morning.',
      // Nine where the one lives who asked for it.
      deed: { label: 'Move the clock', kind: 'travel', person: lastPart(digest.requester) },
    };
  return {
    words: 'Now make it hard for her: let a service fail (“Make something fail”), or press Crash while a card waits.',
  };
}

/** `slack:T0ACME:U0BOB` → `U0BOB` */
export function lastPart(id) {
  return (
    String(id ?? '')
      .split(':')
      .at(-1) ?? ''
  );
}
