/** The side panel: what the world and the app's own records say, beside what Slack shows. */
import { lastPart } from './advice.js';
import { createTimeControl, createTroubleControl } from './controls.js';
import { fill, h, reconcile } from './dom.js';

/** @param {HTMLElement} node @param {(verb: string, body?: object) => Promise<unknown>} act @param {() => string} me */
export function createBehind(node, act, me) {
  const time = createTimeControl(act, me);
  const troubles = createTroubleControl(act);
  const machines = h('ul', { class: 'machines' });
  const worldNote = h('p', { class: 'muted small' });
  const run = h('div', { class: 'run' });
  const cost = h('p', { class: 'cost' });
  const audit = h('ol', { class: 'audit', reversed: true });
  const auditNote = h('p', { class: 'muted small' });

  node.append(
    section(
      'The world',
      h('p', { class: 'muted small' }, 'Fly app acme-web, production'),
      machines,
      h(
        'div',
        { class: 'row' },
        button('Push to PR #12', () => act('push')),
        button('Commit to main', () => act('commit')),
      ),
      worldNote,
    ),
    section('Current run', run),
    section('Cost', cost),
    section('Make something fail', troubles.nodes),
    section('Time', time.nodes),
    section('Audit trail', auditNote, audit),
  );

  return {
    render(state) {
      const { world, records, slack } = state;
      time.render(state);
      troubles.render(state);
      fill(worldNote, world.note);
      reconcile(machines, world.machines, (machine) => machine.id, JSON.stringify, machineNode);
      fill(run, runNode(records, slack));
      fill(
        cost,
        records.calls === 0
          ? 'Nothing spent so far.'
          : [
              h('strong', null, dollars(records.usd)),
              ` in ${records.calls} model call${records.calls === 1 ? '' : 's'}`,
            ],
        h('span', { class: 'muted block' }, world.models),
      );
      fill(
        auditNote,
        records.audit.length === 0
          ? 'Nothing written down yet.'
          : 'Each row’s hash covers the row before it. Newest first.',
      );
      reconcile(
        audit,
        records.audit,
        (row) => String(row.sequence),
        JSON.stringify,
        (row) => auditNode(row, slack),
      );
    },
  };
}

function section(title, ...children) {
  return h('section', { class: 'panel' }, h('h2', null, title), ...children);
}

function button(label, click) {
  return h('button', { type: 'button', class: 'button small', on: { click } }, label);
}

function machineNode(machine) {
  const health = machine.healthy ? 'healthy' : machine.state === 'started' ? 'unhealthy' : machine.state;
  return h(
    'li',
    null,
    h('span', { class: `dot ${machine.healthy ? 'good' : 'bad'}`, 'aria-hidden': 'true' }),
    h('strong', null, machine.region),
    h('code', { title: machine.image }, machine.sha),
    h('span', { class: 'muted' }, health),
  );
}

function runNode(records, slack) {
  const { run } = records;
  if (!records.available) return h('p', { class: 'muted' }, 'The app has written no records yet.');
  if (!run) return h('p', { class: 'muted' }, 'No run yet.');
  const approval = records.approvals.find((candidate) => candidate.runId === run.id);
  const votes = (approval?.votes ?? []).map((vote) => `${personName(vote.person, slack)}: ${vote.verdict}`);
  return [
    h('p', null, h('strong', null, run.title)),
    facts([
      ['State', h('span', { class: `state ${run.state}` }, run.state)],
      ['Doing', run.standing],
      ['Asked by', personName(run.requester, slack)],
      ['Plan hash', approval && h('code', { title: approval.planHash }, short(approval.planHash))],
      ['Approval', approval && h('span', { class: `state ${approval.state}` }, approval.state)],
      ['Rule', approval?.rule],
      ['Votes', votes.join(', ')],
      ['Target', approval && h('code', null, approval.target)],
      ['Run', h('code', { title: run.id }, short(run.id))],
    ]),
  ];
}

function facts(pairs) {
  return h(
    'dl',
    null,
    pairs.filter(([, value]) => value).flatMap(([label, value]) => [h('dt', null, label), h('dd', null, value)]),
  );
}

function auditNode(row, slack) {
  const about = [row.action, row.person && personName(row.person, slack)].filter(Boolean).join(' · ');
  return h(
    'li',
    null,
    h('span', { class: 'sequence' }, `A${row.sequence}`),
    h('span', { class: `kind ${row.kind}` }, row.kind),
    h('span', { class: 'about' }, about || '·'),
    h('code', { title: row.hash }, short(row.hash)),
  );
}

function personName(id, slack) {
  return slack.people.find((person) => person.id === lastPart(id))?.realName.split(' ')[0] ?? lastPart(id);
}

function short(text) {
  return String(text ?? '')
    .replace(/^sha256:/, '')
    .slice(0, 10);
}

function dollars(usd) {
  return usd === 0 ? '$0' : `$${usd.toFixed(usd < 0.01 ? 5 : 3)}`;
}
