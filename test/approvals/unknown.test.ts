/** An outcome nobody can tell is put to people with its evidence, stays so until one has looked, and is settled once. */
import { afterEach, expect, test } from 'vitest';
import type { PlainAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { reportBroken } from '../../src/flow/broken.ts';
import { payOwed } from '../../src/flow/owe.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const free = '{ name: free, match: { action: counter_add_amount }, then: allow }';
const policyOf = (...rules: string[]) =>
  parsePolicy(`version: 1\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`);

/** Alice's deed, whose answer was lost and whose look-up cannot tell. */
async function lost(admins = [alice, bob], rules = free, approver?: string) {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  add.reconcile = async () => ({ state: 'unknown', evidence: 'the counter keeps no marks' });
  const { plan } = add;
  add.plan = async (...given) => {
    const draft = await plan?.(...given);
    if (!draft) throw new Error('no plan');
    return { ...draft, cost: { usd: 2 } };
  };
  house = await openTestHouse({ actions: counter.actions, policy: policyOf(rules), admins });
  counter.world.afterWrite = new SophiaError('timeout', 'no answer');
  const { thread } = await house.say('add 2');
  if (approver)
    await house.door.decide({ approvalId: (await house.card(thread)).id, person: approver, verdict: 'approve' });
  const reply = await house.answer(thread);
  if (reply.kind !== 'outcome' || reply.outcome.state !== 'unknown') throw new Error(JSON.stringify(reply));
  return { thread, reference: reply.outcome.reference, counter };
}

const answerTo = async (text: string, person: string) => house.answer((await house.say(text, person)).thread);
const state = async () => (await house.store.ledger.unknown()).length;

test('it is put to people where it was asked and to each admin, with evidence and two buttons, once', async () => {
  const { thread, reference } = await lost();
  const told = house.surface.posts.filter((post) => post.sendId.includes('/unknown'));
  expect(told.map((post) => post.to ?? post.thread).sort()).toEqual([alice, bob, thread].sort());
  for (const { reply } of told) {
    if (reply.kind !== 'words') throw new Error(reply.kind);
    expect(reply.markdown).toContain('the counter keeps no marks');
    expect(reply.buttons?.map((button) => button.input)).toEqual([
      { reference, ending: 'done', reason: 'looked it up' },
      { reference, ending: 'failed', reason: 'looked it up' },
    ]);
  }
});

test('an admin who has looked settles it, once, and the thread, the ledger and the audit trail say so', async () => {
  const { thread, reference, counter } = await lost();
  expect(JSON.stringify(await answerTo('unknowns', carol))).toContain(reference);
  expect(await answerTo(`settle ${reference} done the display shows 2`, bob)).toMatchObject({
    outcome: { state: 'done', output: { reference, state: 'done' } },
  });
  expect(await state()).toBe(0);
  await house.surface.until(
    () =>
      house.surface.posts.some((post) => post.thread === thread && JSON.stringify(post.reply).includes('was done.')),
    'word in the thread',
  );
  const run = (await house.store.audit.find(reference))?.runId ?? '';
  expect((await house.store.audit.byRun(run)).at(-1)).toMatchObject({
    kind: 'settled',
    person: bob,
    facts: { state: 'done', settles: reference },
    texts: { reason: 'the display shows 2' },
  });
  expect(await answerTo(`settle ${reference} failed no it does not`, bob)).toMatchObject({
    outcome: { state: 'refused', reason: `${reference} is not open: it is done.` },
  });
  expect(counter.world.writes).toHaveLength(1);
  expect(await house.store.audit.verify()).toMatchObject({ state: 'whole' });
});

test('Slack is away as it is settled: the thread is told when it is back, once', async () => {
  const { thread, reference } = await lost();
  const { post } = house.surface;
  let away = true;
  house.surface.post = async (...given) => {
    if (away && given[2].endsWith('/told')) throw new SophiaError('unavailable', 'Slack is away.');
    return post.apply(house.surface, given);
  };
  expect(await answerTo(`settle ${reference} done the display shows 2`, bob)).toMatchObject({
    outcome: { state: 'done' },
  });
  const told = () =>
    house.surface.posts.filter((one) => one.thread === thread && JSON.stringify(one.reply).includes('was done.'));
  expect(told()).toEqual([]);
  away = false;
  const later = new Date(Date.now() + 600_000);
  house.services.now = () => later;
  await payOwed(house.services);
  expect(told()).toHaveLength(1);
});

test('who asked for the deed does not say how it ended, unless there is no other admin', async () => {
  const { reference } = await lost();
  expect(await answerTo(`settle ${reference} done trust me please`, alice)).toMatchObject({
    outcome: { state: 'refused', reason: expect.stringContaining('asked for this yourself') },
  });
  expect(await state()).toBe(1);
  await house.close();
  const alone = await lost([alice]);
  expect(await answerTo(`settle ${alone.reference} done I looked at it`, alice)).toMatchObject({
    outcome: { state: 'done' },
  });
});

test('somebody who is no admin asks one', async () => {
  const { reference } = await lost();
  const { thread } = await house.say(`settle ${reference} failed nothing there`, carol);
  const card = await house.card(thread);
  expect(card.plan.details.map((detail) => detail.value)).toContain('the counter keeps no marks');
  expect((await house.door.decide({ approvalId: card.id, person: carol, verdict: 'approve' })).counted).toBe(false);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { state: 'failed' } } });
});

test('two who settle it differently at once: one does, the other is told', async () => {
  const { reference } = await lost([alice, bob, carol]);
  const [one, other] = await Promise.all([
    answerTo(`settle ${reference} done I saw it there`, bob),
    answerTo(`settle ${reference} failed I saw nothing`, carol),
  ]);
  const states = [one, other].map((reply) => (reply.kind === 'outcome' ? reply.outcome.state : reply.kind));
  expect(states.filter((each) => each === 'done')).toHaveLength(1);
  expect(await state()).toBe(0);
});

test.each(['settle A999 done nothing like it', 'settle A1 done not an outcome'])(
  '“%s” is refused in words',
  async (text) => {
    await lost();
    expect(await answerTo(text, bob)).toMatchObject({ outcome: { state: 'refused', code: 'plan_failed' } });
  },
);

const carolDecides = '{ name: carol decides, match: { action: counter_add_amount }, then: ask, approvers: [carol] }';
/** Whether it was settled without anybody being asked. */
async function alone(text: string, person: string) {
  const { thread } = await house.say(text, person);
  const seen = await house.surface.until(
    () =>
      house.surface.posts.find(
        (post) => post.thread === thread && (post.reply.kind === 'card' || post.sendId.endsWith('/answer')),
      )?.reply,
    'a card or an answer',
  );
  return seen.kind === 'card' ? 'asks' : seen.kind === 'outcome' ? seen.outcome.state : seen.kind;
}

test('who may approve the deed settles it too, though no admin', async () => {
  const { reference } = await lost([alice, bob], carolDecides, carol);
  expect(await alone(`settle ${reference} done the display shows 2`, carol)).toBe('done');
  expect(await state()).toBe(0);
});

test('who may no longer approve it asks an admin, as does whoever never might', async () => {
  const { reference } = await lost([alice, bob], carolDecides, carol);
  house.surface.people.set('test:T1:dave', { id: 'test:T1:dave', name: 'dave', kind: 'member' });
  expect(await alone(`settle ${reference} done the display shows 2`, 'test:T1:dave')).toBe('asks');
  await house.answer((await house.say('stop', 'test:T1:dave', 'command', { thread: openCard() })).thread);
  house.setPolicy(
    policyOf('{ name: bob decides, match: { action: counter_add_amount }, then: ask, approvers: [bob] }'),
  );
  expect(await alone(`settle ${reference} done the display shows 2`, carol)).toBe('asks');
  expect(await state()).toBe(1);
});

function openCard(): string {
  const card = house.surface.posts.findLast(
    (post) => post.reply.kind === 'card' && post.reply.approval.state === 'pending',
  );
  if (!card) throw new Error('no open card');
  return card.thread;
}

test('a policy that grows stricter between the plan and the settlement: it asks', async () => {
  const { reference } = await lost([alice, bob], carolDecides, carol);
  const { get } = house.services.runs;
  let looks = 0;
  house.services.runs.get = async (id) => {
    // Looked up twice as it is planned (the run, the deed's) and first of all as it begins.
    const entry = await house.store.ledger.unknown();
    if (entry[0]?.runId !== id && ++looks === 2)
      house.setPolicy(
        policyOf('{ name: bob decides, match: { action: counter_add_amount }, then: ask, approvers: [bob] }'),
      );
    return get(id);
  };
  expect(await alone(`settle ${reference} done the display shows 2`, carol)).toBe('asks');
  expect(await state()).toBe(1);
});

test('the policy rules: a rule of its own comes before', async () => {
  const never = '{ name: on call only, match: { action: sophia_settle_outcome, approver: true }, then: refuse }';
  const { reference } = await lost([alice, bob], carolDecides, carol);
  house.setPolicy(policyOf(never, carolDecides));
  expect(await alone(`settle ${reference} done the display shows 2`, carol)).toBe('refused');
  expect(await alone(`settle ${reference} done the display shows 2`, bob)).toBe('done');
});

test('whoever asked for it does not settle it alone, own approval or not, while anybody else may', async () => {
  const own = `{ name: own, match: { action: counter_add_amount }, then: ask, approvers: [alice, carol], self_approval: true }`;
  const { reference } = await lost([alice], own, alice);
  const reply = await answerTo(`settle ${reference} done trust me please`, alice);
  expect(reply).toMatchObject({
    outcome: {
      state: 'refused',
      reason: expect.stringContaining('asked for this yourself'),
      hint: 'They may: @carol.',
    },
  });
  expect(await alone(`settle ${reference} done the display shows 2`, carol)).toBe('done');
});

test('a deed under a lease is settled by who may decide such a lease', async () => {
  const asks =
    '{ name: asks, match: { action: [counter_add_amount, sophia_grant_lease] }, then: ask, approvers: [carol] }';
  await lost([alice, bob], asks, carol);
  const { thread } = await house.say('allow 1h add *');
  await house.door.decide({ approvalId: (await house.card(thread)).id, person: carol, verdict: 'approve' });
  await house.answer(thread);
  const add = house.services.actions.get('counter_add_amount') as PlainAction;
  add.run = async () => {
    throw new SophiaError('timeout', 'no answer');
  };
  const reply = await house.answer((await house.say('add 3')).thread);
  if (reply.kind !== 'outcome' || reply.outcome.state !== 'unknown') throw new Error(JSON.stringify(reply));
  expect((await house.store.leases.get('L1'))?.usesLeft).toBe(19);
  expect(await alone(`settle ${reply.outcome.reference} failed nothing there`, carol)).toBe('done');
});

/** What must be there once, wherever it was killed. */
async function settledOnce(thread: string, reference: string) {
  const run = (await house.store.audit.find(reference))?.runId ?? '';
  const rows = (await house.store.audit.byRun(run)).filter((row) => row.facts.settles === reference);
  const told = house.surface.posts.filter(
    (post) => post.thread === thread && JSON.stringify(post.reply).includes('was done.'),
  );
  const since = '2000-01-01T00:00:00.000Z';
  return {
    state: (await house.store.ledger.get(`${run}/1`))?.state,
    rows: rows.length,
    told: told.length,
    spent: await house.store.budgets.spent({ since, runId: run }),
    chain: (await house.store.audit.verify()).state,
  };
}

test.each<[string, (once: () => boolean) => void]>([
  [
    'before anything',
    (once) => {
      const { settleWritten } = house.services.ledger;
      house.services.ledger.settleWritten = async (...given) => {
        if (once()) throw new Error('killed');
        return settleWritten(...given);
      };
    },
  ],
  [
    'between the record and the message',
    (once) => {
      const { settleWritten } = house.services.ledger;
      house.services.ledger.settleWritten = async (...given) => {
        const row = await settleWritten(...given);
        if (once()) throw new Error('killed');
        return row;
      };
    },
  ],
  [
    'between the message and the end of the deed',
    (once) => {
      const { settle } = house.services.ledger;
      house.services.ledger.settle = async (...given) => {
        if (once()) throw new Error('killed');
        return settle(...given);
      };
    },
  ],
])('killed %s: ledger, budget, trail and thread say it, each once', async (_, kill) => {
  const { thread, reference } = await lost();
  const settle = house.services.actions.get('sophia_settle_outcome') as PlainAction;
  settle.deadlineMs = 1;
  let killed = 0;
  kill(() => killed++ === 0);
  expect(await answerTo(`settle ${reference} done the display shows 2`, bob)).toMatchObject({
    outcome: { state: 'done' },
  });
  expect(killed).toBeGreaterThan(0);
  expect(await settledOnce(thread, reference)).toEqual({ state: 'done', rows: 1, told: 1, spent: 2, chain: 'whole' });
});

test('a run that broke leaves what it had begun open, with its row, and it can be settled', async () => {
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions });
  const { thread } = await house.say('add 2');
  const { id, runId, plan } = await house.card(thread);
  await house.door.decide({ approvalId: id, person: bob, verdict: 'approve' });
  await house.answer(thread);
  // As a crash leaves it: begun under another call, and nobody came back to it.
  const at = new Date().toISOString();
  await house.store.ledger.begin({
    key: `${runId}/2`,
    runId,
    action: 'counter_add_amount',
    planHash: plan.hash,
    approvalId: null,
    grantStep: null,
    owner: 'gone',
    attempt: 1,
    state: 'started',
    writeDeadline: at,
    result: null,
    startedAt: at,
    settledAt: null,
  });
  await house.store.audit.append({
    kind: 'started',
    at,
    runId,
    person: alice,
    action: 'counter_add_amount',
    approvalId: null,
    facts: { call: '2', target: 'counter:main' },
  });
  const run = await house.store.runs.get(runId);
  if (!run) throw new Error('no run');
  // Twice, as two replicas might: one row.
  await reportBroken(house.services, run, 'the engine gave up');
  await reportBroken(house.services, run, 'the engine gave up');
  const open = (await house.store.audit.byRun(runId)).filter((row) => row.facts.state === 'unknown');
  expect(open.map((row) => row.facts)).toEqual([
    { state: 'unknown', call: '2', plan: plan.hash, target: 'counter:main' },
  ]);
  expect(JSON.stringify(await answerTo('unknowns', bob))).toContain('counter_add_amount on counter:main');
  const asked = house.surface.posts.filter((post) => post.sendId.includes('/unknown'));
  expect(asked.map((post) => post.to ?? post.thread).sort()).toEqual([alice, bob, thread].sort());
  for (const { reply } of asked) {
    if (reply.kind !== 'words') throw new Error(reply.kind);
    expect(reply.markdown).toContain('the engine gave up');
    expect(reply.markdown).toContain('Please look at `counter:main`');
    expect(reply.buttons).toHaveLength(2);
  }
  expect(await answerTo(`settle ${open[0]?.reference} failed nothing there`, bob)).toMatchObject({
    outcome: { state: 'done' },
  });
  expect(await state()).toBe(0);
});

test('killed as it reports a run that broke: each part is made up for, and nothing is said twice', async () => {
  const counter = counterActions();
  house = await openTestHouse({ actions: counter.actions });
  const { thread } = await house.say('add 2');
  const { id, runId, plan } = await house.card(thread);
  const at = new Date().toISOString();
  await house.store.ledger.begin({
    key: `${runId}/1`,
    runId,
    action: 'counter_add_amount',
    planHash: plan.hash,
    approvalId: id,
    grantStep: null,
    owner: 'gone',
    attempt: 1,
    state: 'started',
    writeDeadline: at,
    result: null,
    startedAt: at,
    settledAt: null,
  });
  const run = await house.store.runs.get(runId);
  if (!run) throw new Error('no run');
  // Killed before each thing it keeps, one after the other.
  const { owed, ledger, audit, runs } = house.services;
  let left = 0;
  const dying =
    <Given extends unknown[], Kept>(keep: (...given: Given) => Promise<Kept>) =>
    async (...given: Given): Promise<Kept> => {
      if (left-- === 0) throw new Error('killed');
      return keep(...given);
    };
  house.services.owed = { ...owed, add: dying(owed.add) };
  house.services.ledger = { ...ledger, settleWritten: dying(ledger.settleWritten) };
  house.services.audit = { ...audit, append: dying(audit.append) };
  house.services.runs = { ...runs, end: dying(runs.end) };
  let deaths = 0;
  for (let before = 0; (await runs.get(runId))?.state === 'running'; before++) {
    left = before;
    await reportBroken(house.services, run, 'the engine gave up').catch((error: Error) => {
      if (error.message !== 'killed') throw error;
      deaths++;
    });
  }
  expect(deaths).toBeGreaterThan(4);
  const said = house.surface.posts.filter(({ sendId }) => /unknown|broken/.test(sendId));
  expect(said.map((post) => post.to ?? post.thread).sort()).toEqual([alice, bob, thread, thread].sort());
  expect(JSON.stringify(said[0]?.reply)).toContain('whether this was done: Add 2');
  const rows = await house.store.audit.byRun(runId);
  expect(rows.filter((row) => row.facts.state === 'unknown' || row.facts.state === 'broke')).toHaveLength(2);
  expect(await runs.get(runId)).toMatchObject({ state: 'failed', standing: 'broke' });
  expect(await state()).toBe(1);
});
