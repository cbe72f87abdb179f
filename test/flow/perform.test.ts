/** The way of one deed through the gate, called directly: its steps by name, what it holds, what it leaves behind. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import type { Json } from '../../src/core/json.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Grant } from '../../src/flow/call.ts';
import { perform, preview } from '../../src/flow/gate.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { deedHash } from '../../src/flow/ruling.ts';
import { type DirectOptions, directJob, listenToWakes, writtenOf } from './direct.ts';
import { alice, bob, carol, counterActions, guest, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
let world: ReturnType<typeof counterActions>['world'];
let woken: string[];
let now: Date;
let planning: { error: Error | null; usd: number; looks: boolean; target: string; times: number };

const policy = (then: string, match = '{ effect: write }') =>
  parsePolicy(
    `version: 1\nbreak_glass: { who: [alice], announce: C0OPS, review: [bob] }\nrules:\n  - { name: mine, match: ${match}, ${then} }\n`,
  );
const asks = policy('then: ask, approvers: [bob, carol]');
const allows = policy('then: allow');
const refuses = policy('then: refuse, reason: closed');

beforeEach(async () => {
  now = new Date('2030-11-20T10:00:00.000Z');
  planning = { error: null, usd: 0, looks: false, target: 'shop:main', times: 0 };
  const counter = counterActions();
  world = counter.world;
  const page = defineAction({
    name: 'web_read_page',
    description: 'reads a page',
    effect: 'read',
    usage: 'page <name>',
    taints: true,
    input: z.strictObject({ name: z.string() }),
    output: z.object({}),
    run: async () => ({}),
  });
  const shop = defineAction({
    name: 'shop_buy_thing',
    description: 'buys',
    effect: 'write',
    usage: 'buy',
    input: z.strictObject({}),
    output: z.object({}),
    plan: async (_input, context) => {
      planning.times++;
      if (planning.error) throw planning.error;
      if (planning.looks) await context.look('web_read_page', { name: 'prices' });
      return {
        target: planning.target,
        summary: 'Buy',
        details: [],
        preconditions: [],
        ...(planning.usd > 0 ? { cost: { usd: planning.usd } } : {}),
      };
    },
    run: async () => ({}),
  });
  house = await openTestHouse({
    actions: [...counter.actions, page, shop],
    policy: asks,
    now: () => now,
    still: true,
  });
  woken = listenToWakes(house);
});
afterEach(() => house.close());

const add = (amount: Json = 2) => ({ ordinal: '1', action: 'counter_add_amount', input: { amount } });
const buy = { ordinal: '1', action: 'shop_buy_thing', input: {} };
const page = { ordinal: '1', action: 'web_read_page', input: { name: 'news' } };
/** On the card that was shown last. */
const decide =
  (verdict: 'approve' | 'deny', person = bob) =>
  async () => {
    const card = house.surface.posts.findLast(({ reply }) => reply.kind === 'card')?.reply;
    const approvalId = card?.kind === 'card' ? card.approval.id : '';
    expect(await house.door.decide({ approvalId, person, verdict })).toMatchObject({ counted: true });
  };
const approve = decide('approve');
const direct = (options?: DirectOptions) => directJob(house, options);
const hold = (target: string, runId: string) =>
  house.store.locks.take({ target, runId, approvalId: null, since: now.toISOString() });
const holder = async (target: string) => (await hold(target, 'nobody')).runId;
const refused = (code: string, reason: string, hint?: string) => ({
  state: 'refused',
  code,
  reason,
  reference: expect.any(String),
  ...(hint === undefined ? {} : { hint }),
});
const words = () => house.surface.posts.flatMap(({ reply }) => (reply.kind === 'words' ? [reply.markdown] : []));

test('a deed that is asked and done: its steps, its record, and a target that is free again', async () => {
  const { job, steps } = await direct({ waits: [approve] });
  expect(await perform(job, add())).toMatchObject({ state: 'done', output: { value: 2 } });
  expect(steps).toEqual([
    '1 plan 1',
    '1 ask 1',
    '1 card 1',
    '1 decision 1.1',
    '1 decision 1.2',
    '1 decided 1',
    '1 run 1',
  ]);
  const rows = await writtenOf(house, job.run.id);
  expect(rows.map(({ kind }) => kind)).toEqual(['planned', 'asked', 'voted', 'started', 'settled']);
  expect(rows[0]).toEqual({
    kind: 'planned',
    person: alice,
    action: 'counter_add_amount',
    approvalId: null,
    facts: { plan: expect.stringMatching(/^[0-9a-f]{64}$/), target: 'counter:main', call: '1', verdict: 'ask' },
    texts: { summary: 'Add 2' },
  });
  expect(woken).toContain('target:counter:main');
  expect(await holder('counter:main')).toBe('nobody');
});

test('while it is asked the run holds its target, since that moment', async () => {
  const { job } = await direct({
    waits: [
      async () => {
        expect(await hold('counter:main', 'nobody')).toMatchObject({
          runId: job.run.id,
          approvalId: null,
          since: now.toISOString(),
        });
        await approve();
      },
    ],
  });
  await perform(job, add());
});

test('a read takes nothing, asks nobody, and frees nothing that the run holds', async () => {
  const { job, steps } = await direct();
  await hold('shop:main', job.run.id);
  expect(await perform(job, { ...add(), action: 'counter_get_value', input: {} })).toMatchObject({
    state: 'done',
    output: { value: 0 },
  });
  expect(steps).toEqual(['1 plan 1']);
  expect((await writtenOf(house, job.run.id)).map(({ kind }) => kind)).toEqual(['settled']);
  expect(woken).toEqual([]);
  expect(await holder('shop:main')).toBe(job.run.id);
});

test('a read that the policy asks about is asked about', async () => {
  house.setPolicy(policy('then: ask, approvers: [bob]', '{ action: counter_get_value }'));
  const { job } = await direct({ waits: [decide('deny')] });
  expect(await perform(job, { ...add(), action: 'counter_get_value', input: {} })).toMatchObject({
    state: 'refused',
    code: 'denied',
  });
});

test('a page taints what follows it; a read of the house’s own does not', async () => {
  const { job } = await direct();
  await perform(job, { ...add(), action: 'counter_get_value', input: {} });
  expect(job.taint).toEqual([]);
  await perform(job, page);
  expect(job.taint).toEqual([{ source: 'web_read_page news' }]);
});

test('a read that failed taints nothing', async () => {
  const { job } = await direct();
  const read = house.services.actions.get('web_read_page');
  (house.services.actions as Map<string, unknown>).set('web_read_page', {
    ...read,
    run: () => Promise.reject(new SophiaError('unavailable', 'away')),
  });
  expect(await perform(job, page)).toMatchObject({ state: 'failed', reason: 'away' });
  expect(job.taint).toEqual([]);
});

test('what the plan read taints what follows, not its own card', async () => {
  planning.looks = true;
  const { job } = await direct({ waits: [approve] });
  expect(await perform(job, buy)).toMatchObject({ state: 'done' });
  expect(job.taint).toEqual([{ source: 'web_read_page prices' }]);
  const [row] = await house.store.ledger.byRun(job.run.id);
  expect((await house.store.approvals.get(row?.approvalId ?? ''))?.taint).toEqual([]);
});

test('a no lets the target go, and exactly that deed is not asked again in this run', async () => {
  const { job, steps } = await direct({ waits: [decide('deny'), approve] });
  expect(await perform(job, add())).toMatchObject(refused('denied', 'bob said no.'));
  expect(steps.at(-1)).toBe('1 refused 1');
  expect(await writtenOf(house, job.run.id)).toContainEqual({
    kind: 'refused',
    person: alice,
    action: 'counter_add_amount',
    approvalId: null,
    facts: { code: 'denied', call: '1', plan: expect.any(String), target: 'counter:main' },
    texts: { reason: 'bob said no.' },
  });
  expect(woken).toContain('target:counter:main');
  expect([...job.denied]).toEqual([deedHash('counter_add_amount', { amount: 2 })]);

  expect(await perform(job, { ...add(), ordinal: '2' })).toEqual(
    refused('denied', 'Somebody already said no to exactly this in this run.'),
  );
  expect((await writtenOf(house, job.run.id)).at(-1)).toMatchObject({
    kind: 'refused',
    facts: { call: '2', plan: expect.any(String) },
  });
  expect(await perform(job, { ...add(1), ordinal: '3' })).toMatchObject({ state: 'done' });
});

test('what was denied but is allowed by now is done', async () => {
  const { job } = await direct();
  job.denied.add(deedHash('counter_add_amount', { amount: 2 }));
  house.setPolicy(allows);
  expect(await perform(job, add())).toMatchObject({ state: 'done' });
});

test('what expired is not counted as a no', async () => {
  const { job } = await direct({
    waits: [
      () => {
        now = new Date('2030-12-24T10:00:00.000Z');
      },
    ],
  });
  expect(await perform(job, add())).toMatchObject({ state: 'refused', code: 'expired' });
  expect(job.denied.size).toBe(0);
});

test('what the policy refuses is told with its rule and its plan, and asks nobody', async () => {
  house.setPolicy(refuses);
  const { job, steps } = await direct();
  expect(await perform(job, add())).toEqual(refused('policy', 'closed', 'Rule: mine.'));
  expect(steps).toEqual(['1 plan 1']);
  expect(await writtenOf(house, job.run.id)).toMatchObject([
    { kind: 'refused', facts: { code: 'policy', target: 'counter:main' } },
  ]);
});

test('what moved is asked anew in the next round; refused then, it lets its target go', async () => {
  const { job, steps } = await direct({
    waits: [
      async () => {
        await approve();
        world.version++;
      },
    ],
    after: { '1 run 1': () => house.setPolicy(refuses) },
  });
  expect(await perform(job, add())).toMatchObject({ state: 'refused', code: 'policy' });
  expect(steps.slice(-2)).toEqual(['1 run 1', '1 plan 2']);
  expect(woken).toContain('target:counter:main');
  expect(await holder('counter:main')).toBe('nobody');
});

test('a plan that keeps moving is given up after five cards', async () => {
  const moves = async () => {
    await approve();
    world.version++;
  };
  const { job, steps } = await direct({ waits: [moves, moves, moves, moves, moves] });
  const outcome = (await perform(job, add())) as Extract<Outcome, { state: 'refused' }>;
  expect(outcome).toMatchObject(
    refused('changed', 'Since it was planned, version moved from 5 to 6. I stopped after 5 tries.'),
  );
  expect(steps.filter((name) => name.startsWith('1 plan'))).toEqual([1, 2, 3, 4, 5].map((round) => `1 plan ${round}`));
  expect(steps.at(-1)).toBe('1 refused 5');
  expect(await holder('counter:main')).toBe('nobody');
  expect(world.writes).toEqual([]);
});

test('a run that was stopped plans nothing', async () => {
  house.setPolicy(allows);
  const { job, steps } = await direct();
  await house.store.runs.end(job.run.id, 'stopped', 'stopped', now.toISOString());
  expect(await perform(job, add())).toEqual(refused('stopped', 'This run was stopped.'));
  expect(steps).toEqual(['1 plan 1']);
  expect(world.writes).toEqual([]);
});

test('an action that is not there is told, with the nearest one', async () => {
  const { job } = await direct();
  expect(await perform(job, { ...add(), action: 'counter_add_amuont' })).toEqual(
    refused('unknown_action', 'I have no action called `counter_add_amuont`.', 'The nearest is `counter_add_amount`.'),
  );
});

test('input that does not fit is told with the example, where there is one', async () => {
  const { job } = await direct();
  const wrong = await perform(job, add(99));
  expect(wrong).toMatchObject({ code: 'bad_input', hint: 'For example: `add 3 to production`' });
  expect(wrong).toMatchObject({ reason: expect.stringMatching(/^That does not fit counter_add_amount: `amount`/) });
  expect(await perform(job, { ...buy, input: { more: 1 } })).toEqual({
    state: 'refused',
    code: 'bad_input',
    reason: expect.stringContaining('shop_buy_thing'),
    reference: expect.any(String),
  });
});

test('who is no full member is turned away before anything is planned', async () => {
  planning.error = new Error('was planned');
  const { job } = await direct({ person: guest });
  expect(await perform(job, buy)).toEqual(
    refused('not_permitted', 'Only full members of this workspace may ask me to act.'),
  );
});

const freeze = (scope: string) =>
  house.store.freezes.freeze({ scope, by: bob, reason: 'sale', since: '2030-11-20T09:00:00.000Z' });

test('a freeze of everything stops it before it is planned, one of its target after', async () => {
  await freeze('everything');
  planning.error = new Error('was planned');
  const { job } = await direct();
  expect(await perform(job, buy)).toMatchObject(
    refused(
      'frozen',
      'Everything is frozen since 2030-11-20 09:00 UTC: sale',
      'When it is safe again: `/sophia thaw`.',
    ),
  );
  await house.store.freezes.thaw({ scope: 'everything', by: bob, reason: 'sale', since: '2030-11-20T09:00:00.000Z' });
  planning.error = null;
  await freeze('shop:main');
  expect(await perform(job, buy)).toMatchObject(
    refused('frozen', 'shop:main is frozen since 2030-11-20 09:00 UTC: sale', expect.stringContaining('shop:main')),
  );
});

test('what costs more than is left is refused before anybody is asked', async () => {
  planning.usd = 11;
  const { job } = await direct();
  expect(await perform(job, buy)).toMatchObject(
    refused('over_budget', expect.stringContaining('It may cost $11.00'), expect.stringContaining('midnight')),
  );
  expect(await house.store.approvals.pending()).toEqual([]);
});

test('what cannot be planned is told in the words of whoever could not', async () => {
  planning.error = new SophiaError('not_found', 'No such shop.', { hint: 'Look at the map.' });
  const { job } = await direct();
  expect(await perform(job, buy)).toEqual(refused('plan_failed', 'No such shop.', 'Look at the map.'));
  expect(await writtenOf(house, job.run.id)).toMatchObject([{ kind: 'refused', facts: { code: 'plan_failed' } }]);
});

test('broken glass: nothing is asked of who may not break it', async () => {
  const { job } = await direct({ person: carol });
  expect(await perform(job, { ...buy, breakGlass: 'fire' })).toEqual(
    refused('not_permitted', expect.stringContaining('may break the glass')),
  );
});

test('broken glass: announced after the yes and before the deed, and no freeze holds it up', async () => {
  await freeze('everything');
  const { job, steps } = await direct({ waits: [decide('approve', alice)] });
  expect(await perform(job, { ...buy, breakGlass: 'fire' })).toMatchObject({ state: 'done' });
  expect(steps.slice(-2)).toEqual(['1 announce 1', '1 run 1']);
  expect(words().join()).toContain('**Break-glass** by @alice');
});

test('broken glass that nobody can see is given up', async () => {
  const { job, steps } = await direct({ waits: [decide('approve', alice)] });
  house.surface.announce = () => Promise.reject(new SophiaError('forbidden', 'not in there'));
  expect(await perform(job, { ...buy, breakGlass: 'fire' })).toMatchObject(
    refused('not_permitted', expect.stringContaining('not in there')),
  );
  expect(steps.slice(-2)).toEqual(['1 announce 1', '1 refused 1']);
  expect(await holder('shop:main')).toBe('nobody');
});

test('listed steps are counted as they are planned, with what they cost', async () => {
  planning.usd = 2;
  const grant: Grant = {
    key: 'workflow',
    approvalId: null,
    steps: [
      { action: 'counter_add_amount', input: { amount: 2 }, summary: 'add', times: 2 },
      { action: 'shop_buy_thing', input: {}, summary: 'buy' },
    ],
    spent: new Map(),
    usd: 0,
    lease: undefined,
    standing: null,
    environment: undefined,
    glassBroken: false,
  };
  const { job } = await direct({ waits: [approve] });
  expect(await perform(job, { ...buy, ordinal: '1.1', grant })).toMatchObject({ state: 'done' });
  expect(await perform(job, { ...add(), ordinal: '1.2', grant })).toMatchObject({ state: 'done' });
  expect(await perform(job, { ...add(), ordinal: '1.3', grant })).toMatchObject({ state: 'done' });
  expect([...grant.spent]).toEqual([
    [1, 1],
    [0, 2],
  ]);
  expect(grant.usd).toBe(2);
  // Beside the list: asked, and not counted.
  expect(await perform(job, { ...add(5), ordinal: '1.4', grant })).toMatchObject({ state: 'done' });
  expect(grant.usd).toBe(2);
  expect(grant.spent.size).toBe(2);
});

test('a step without an environment of its own is planned in that of its workflow', async () => {
  house.setPolicy(policy('then: refuse, reason: not by hand', '{ environment: production }'));
  const grant = {
    key: 'w',
    approvalId: null,
    steps: [],
    spent: new Map(),
    usd: 0,
    lease: undefined,
    standing: null,
    glassBroken: false,
  };
  const { job } = await direct();
  expect(await perform(job, { ...buy, grant: { ...grant, environment: 'production' } })).toMatchObject({
    code: 'policy',
    reason: 'not by hand',
  });
});

/** Another run with an open question about the counter. */
async function other(person: string, audience?: string) {
  const asker = await direct({
    person,
    ...(audience ? { audience } : {}),
    waits: [() => Promise.reject(new Error('parked'))],
  });
  await expect(perform(asker.job, add(1))).rejects.toThrow('parked');
  const open = (await house.store.approvals.pending()).find(({ runId }) => runId === asker.job.run.id);
  if (!open) throw new TypeError('nothing was asked');
  house.surface.posts.length = 0;
  woken.length = 0;
  return { run: asker.job.run.id, open, free: () => house.store.locks.release(asker.job.run.id) };
}

test('a target somebody else holds is waited for, said once, with longer looks in between', async () => {
  const held = await other(bob);
  const nothing = () => undefined;
  const { job, steps, waited } = await direct({
    waits: [
      async () => {
        expect((await house.store.runs.get(job.run.id))?.standing).toBe('waiting for counter:main');
      },
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      held.free,
      approve,
    ],
  });
  expect(await perform(job, add())).toMatchObject({ state: 'done' });
  expect(steps.slice(0, 5)).toEqual([
    '1 plan 1',
    '1 queue 1',
    '1 plan 1 after queue 1',
    '1 queue 2',
    '1 plan 1 after queue 2',
  ]);
  expect(waited.slice(0, 7).map(({ name, until }) => `${name} ${Date.parse(until) - now.getTime()}`)).toEqual([
    '1 queued 1 2000',
    '1 queued 2 4000',
    '1 queued 3 8000',
    '1 queued 4 16000',
    '1 queued 5 32000',
    '1 queued 6 60000',
    '1 queued 7 60000',
  ]);
  expect(waited[0]?.signal).toBe('target:counter:main');
  const said = house.surface.posts.filter(({ sendId }) => sendId.endsWith('/queue'));
  expect(said).toMatchObject([
    {
      thread: job.thread,
      sendId: `${job.run.id}/1/queue`,
      reply: {
        kind: 'words',
        tone: 'warning',
        people: [bob],
        markdown: `\`counter:main\` already has an open plan: “directly” by @bob. I will go on when it has ended; \`/sophia stop ${held.run.slice(0, 8)}\` ends it.`,
      },
    },
  ]);
});

/** Somebody's open question about the shop. */
async function shopper() {
  const asker = await direct({ person: bob, waits: [() => Promise.reject(new Error('parked'))] });
  await expect(perform(asker.job, buy)).rejects.toThrow('parked');
  planning.times = 0;
  house.surface.posts.length = 0;
  return { run: asker.job.run.id, free: () => house.store.locks.release(asker.job.run.id) };
}

test('who waits for hours looks less often: a run has only so many steps', async () => {
  const held = await shopper();
  const { job, waited } = await direct({
    waits: [...Array.from({ length: 41 }, () => () => undefined), held.free, approve],
  });
  expect(await perform(job, buy)).toMatchObject({ state: 'done' });
  expect(waited.slice(38, 42).map(({ name, until }) => `${name} ${Date.parse(until) - now.getTime()}`)).toEqual([
    '1 queued 39 60000',
    '1 queued 40 60000',
    '1 queued 41 900000',
    '1 queued 42 900000',
  ]);
});

test('who waits plans anew only when it has the target: of many who are woken one asks the outside world', async () => {
  const held = await shopper();
  const seen: number[] = [];
  const look = () => void seen.push(planning.times);
  const { job } = await direct({
    waits: [
      look,
      look,
      look,
      async () => {
        look();
        await held.free();
      },
      () => {
        look();
        return approve();
      },
    ],
  });
  expect(await perform(job, buy)).toMatchObject({ state: 'done' });
  expect(seen).toEqual([1, 1, 1, 1, 2]);
});

test('a target that the new plan no longer wants is let go', async () => {
  const held = await shopper();
  const { job } = await direct({
    waits: [
      async () => {
        planning.target = 'shop:other';
        await held.free();
      },
      async () => {
        expect(await holder('shop:other')).toBe(job.run.id);
        woken.push(`then ${await holder('shop:main')}`);
        return approve();
      },
    ],
  });
  expect(await perform(job, buy)).toMatchObject({ state: 'done' });
  expect(woken.slice(0, 2)).toEqual(['target:shop:main', 'then nobody']);
});

test('stopped while it waited: it ends, and takes nothing', async () => {
  const held = await shopper();
  const { job } = await direct({
    waits: [
      async () => {
        await house.store.runs.end(job.run.id, 'stopped', 'stopped', now.toISOString());
        await held.free();
      },
    ],
  });
  expect(await perform(job, buy)).toEqual(refused('stopped', 'This run was stopped.'));
  expect(await holder('shop:main')).toBe('nobody');
});

test('who slept until the run had ended takes no target, and who waits for one that an ended run holds gets it', async () => {
  const { job } = await direct();
  const { take } = house.services.locks;
  house.services.locks.take = async (lock) => {
    await house.store.runs.end(job.run.id, 'done', 'ended', now.toISOString());
    return take(lock);
  };
  expect(await perform(job, add())).toEqual(refused('stopped', 'This run has ended.'));
  house.services.locks.take = take;
  expect(await holder('counter:main')).toBe('nobody');
  expect(woken).toContain('target:counter:main');
  await house.store.locks.release('nobody');
  await hold('counter:main', job.run.id);
  const next = await direct({ waits: [() => undefined, approve] });
  expect(await perform(next.job, add())).toMatchObject({ state: 'done' });
  expect(words()).toEqual([]);
});

test('who waits is not told what was asked in a private place, nor of a run that is gone', async () => {
  const held = await other(bob, 'test:T1:D1');
  const first = await direct({ waits: [held.free, () => Promise.reject(new Error('parked'))] });
  await expect(perform(first.job, add())).rejects.toThrow('parked');
  expect(words()[0]).toContain('“(asked in a private place)” by @bob');
  house.surface.posts.length = 0;
  const { get } = house.services.runs;
  const second = await direct({ person: carol, waits: [() => Promise.reject(new Error('parked'))] });
  house.services.runs.get = async (id) => (id === second.job.run.id ? get(id) : null);
  await expect(perform(second.job, add())).rejects.toThrow('parked');
  expect(words()[0]).toContain('“another run” by @');
  expect(house.surface.posts[0]?.reply).toMatchObject({ people: [] });
});

test('an own older question gives way, and nothing is said of it', async () => {
  const mine = await elsewhere();
  now = new Date('2030-11-20T10:00:01.000Z');
  const held = await other(alice);
  const { job } = await direct({ waits: [held.free, approve] });
  expect(await perform(job, add())).toMatchObject({ state: 'done' });
  expect(await house.store.approvals.get(held.open.id)).toMatchObject({
    state: 'superseded',
    stateReason: 'The same person asked for this target anew.',
  });
  expect(woken[0]).toBe(`approval:${held.open.id}`);
  expect(house.surface.posts.some(({ sendId }) => sendId.endsWith('/queue'))).toBe(false);
  // Another question of the same person, about something else, stays.
  expect((await house.store.approvals.get(mine))?.state).toBe('pending');
});

/** Alice has asked for the shop as well. */
async function elsewhere() {
  const asker = await direct({ waits: [() => Promise.reject(new Error('parked'))] });
  await expect(perform(asker.job, buy)).rejects.toThrow('parked');
  const open = (await house.store.approvals.pending()).find(({ runId }) => runId === asker.job.run.id);
  house.surface.posts.length = 0;
  return open?.id ?? '';
}

test('broken glass takes the place of whoever asked', async () => {
  const held = await other(bob);
  const { job } = await direct({ waits: [held.free, decide('approve', alice)] });
  expect(await perform(job, { ...add(), breakGlass: 'fire' })).toMatchObject({ state: 'done' });
  expect((await house.store.approvals.get(held.open.id))?.stateReason).toBe('alice broke the glass for counter:main.');
  expect(house.surface.posts.some(({ sendId }) => sendId.endsWith('/queue'))).toBe(false);
});

test('a preview is one step, with the plan and what the policy says of it, and leaves nothing behind', async () => {
  const { job, steps } = await direct();
  expect(await preview(job, 'counter_add_amount', { amount: 2 })).toEqual({
    plan: expect.objectContaining({ target: 'counter:main', input: { amount: 2 } }),
    ruling: expect.objectContaining({ verdict: 'ask' }),
  });
  expect(steps).toEqual(['preview']);
  expect(await holder('counter:main')).toBe('nobody');
  expect(await writtenOf(house, job.run.id)).toEqual([]);
  expect(await preview(job, 'nonsense', {})).toMatchObject({ state: 'refused', code: 'unknown_action' });
  expect(await writtenOf(house, job.run.id)).toMatchObject([{ kind: 'refused', facts: { call: '0' } }]);
});
