/** Leases: one approval for the like of a deed, and every way in which a deed is not the like, asks again. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction, defineWorkflow, type PlainAction } from '../../src/core/action.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { readTypedLease } from '../../src/flow/typed-lease.ts';
import { readTypedShape, shapeAround } from '../../src/flow/typed-shape.ts';
import {
  alice,
  bob,
  carol,
  counterActions,
  guest,
  type HouseOptions,
  openTestHouse,
  type TestHouse,
} from '../flow/test-house.ts';

let house: TestHouse;
let world: ReturnType<typeof counterActions>['world'];
let now = new Date('2030-11-20T10:00:00.000Z');
afterEach(() => house.close());

const asks = parsePolicy(`version: 1
rules:
  - { name: production asks two, match: { action: counter_add_amount, environment: production }, then: ask, approvers: [bob, carol, alice], quorum: 2 }
  - { name: asks, match: { effect: write }, then: ask, approvers: [bob, carol] }
`);

async function opened(options: HouseOptions = {}) {
  now = new Date('2030-11-20T10:00:00.000Z');
  const counter = counterActions();
  world = counter.world;
  // The real clock and the test's differ: nothing that waits may depend on which is read.
  house = await openTestHouse({ actions: counter.actions, policy: asks, now: () => now, ...options });
}
const say = (text: string, person = alice, place = {}) => house.say(text, person, 'command', place);
const click = (approvalId: string, person: string) => house.door.decide({ approvalId, person, verdict: 'approve' });

async function granted(command = 'allow 1h add * to staging', voters = [bob]) {
  const { thread } = await say(command);
  const card = await house.card(thread);
  for (const voter of voters) await click(card.id, voter);
  return { card, reply: await house.answer(thread) };
}
/** Ends what waits in this thread, and waits until it has let its target go: by the test's clock nobody would look again. */
async function stopped(thread: string) {
  await say('stop', alice, { thread });
  await house.surface.until(
    () =>
      house.surface.posts.find(
        ({ thread: where, reply }) =>
          where === thread &&
          reply.kind === 'outcome' &&
          reply.outcome.state === 'refused' &&
          reply.outcome.code === 'stopped',
      ),
    'the end of what was stopped',
  );
}
/** Whether it was done without anybody being asked. */
async function free(text: string, person = alice, place = {}) {
  const { thread } = await say(text, person, place);
  const seen = await house.surface.until(
    () =>
      house.surface.posts.find(
        (post) => post.thread === thread && (post.reply.kind === 'card' || post.sendId.endsWith('/answer')),
      )?.reply,
    'a card or an answer',
  );
  return seen.kind === 'outcome' && seen.outcome.state === 'done';
}

test('after one approval the like is done at once, each use is told with what is left and how to end it', async () => {
  await opened();
  const { card, reply } = await granted();
  expect(card.plan.details.map((detail) => detail.value)).toContain(
    'counter_add_amount: environment staging, amount *',
  );
  expect(reply).toMatchObject({ kind: 'words', buttons: [{ action: 'sophia_revoke_lease', input: { lease: 'L1' } }] });
  expect(await free('add 3 to staging')).toBe(true);
  expect(await free('add 4 to staging')).toBe(true);
  expect(world.value).toBe(7);
  const told = house.surface.posts
    .filter((post) => post.sendId.endsWith('/lease'))
    .map((post) => JSON.stringify(post.reply));
  expect(told).toHaveLength(2);
  expect(told[1]).toContain('18 uses left');
  const rows = await house.store.audit.search({ action: 'counter_add_amount' }, 50);
  expect(rows.find((row) => row.kind === 'started')?.facts).toMatchObject({ lease: 'L1' });
});

test.each([
  ['another person', 'add 3 to staging', carol, {}],
  ['another channel', 'add 3 to staging', alice, { channel: 'test:T1:C9' }],
  ['the same channel, now read by others', 'add 3 to staging', alice, { audience: 'test:T1:C1' }],
  ['another argument', 'add 3 to eu', alice, {}],
  ['an argument more or less', 'add 3', alice, {}],
  ['words of others in the run', 'add 3 to staging', alice, { taint: [{ source: 'a quoted message' }] }],
])('%s asks again', async (_what, text, person, place) => {
  await opened();
  await granted();
  expect(await free(text, person, place)).toBe(false);
  expect(world.writes).toHaveLength(0);
});

test('at the very instant it ends it is over', async () => {
  await opened();
  await granted();
  now = new Date('2030-11-20T10:59:59.999Z');
  expect(await free('add 1 to staging')).toBe(true);
  now = new Date('2030-11-20T11:00:00.000Z');
  expect(await free('add 1 to staging')).toBe(false);
});

test('anybody revokes it, also while everything is frozen, and then it asks', async () => {
  await opened();
  await granted();
  await house.answer((await say('freeze because of the release', bob)).thread);
  expect(await house.answer((await say('add 3 to staging')).thread)).toMatchObject({
    outcome: { state: 'refused', code: 'frozen' },
  });
  expect(await house.answer((await say('revoke l1', carol)).thread)).toMatchObject({ outcome: { state: 'done' } });
  await house.store.freezes.thaw((await house.store.freezes.all())[0] as never);
  expect(await free('add 3 to staging')).toBe(false);
});

test('revoked between the plan and the deed: it asks', async () => {
  await opened();
  await granted();
  const { use } = house.store.leases;
  house.services.leases.use = async (...given) => {
    await house.store.leases.revoke('L1', carol, now.toISOString());
    return use(...given);
  };
  expect(await free('add 3 to staging')).toBe(false);
  expect(world.writes).toHaveLength(0);
});

test('who said yes to the lease must still be able to say yes to the deed', async () => {
  await opened();
  await granted();
  house.setPolicy(
    parsePolicy(
      'version: 1\nrules:\n  - { name: only carol, match: { effect: write }, then: ask, approvers: [carol] }\n',
    ),
  );
  expect(await free('add 1 to staging')).toBe(false);
  house.setPolicy(
    parsePolicy(
      'version: 1\nrules:\n  - { name: two, match: { effect: write }, then: ask, approvers: [bob, carol], quorum: 2 }\n',
    ),
  );
  expect(await free('add 2 to staging')).toBe(false);
});

test('who said yes and is no full member any more counts no longer', async () => {
  await opened();
  await granted();
  house.surface.people.set(bob, { id: bob, name: 'bob', kind: 'guest' });
  expect(await free('add 1 to staging')).toBe(false);
});

test('a policy that grows stricter between the plan and the deed: it asks', async () => {
  await opened();
  await granted();
  const { get } = house.services.runs;
  let looks = 0;
  // The run is looked up once as it is planned and once as it begins.
  house.services.runs.get = async (id) => {
    if (++looks === 2)
      house.setPolicy(
        parsePolicy(
          'version: 1\nrules:\n  - { name: only carol, match: { effect: write }, then: ask, approvers: [carol] }\n',
        ),
      );
    return get(id);
  };
  expect(await free('add 3 to staging')).toBe(false);
  expect(world.writes).toHaveLength(0);
});

test('what the policy refuses no lease allows, and no lease is asked for', async () => {
  await opened();
  await granted();
  const never =
    'version: 1\nrules:\n  - { name: never, match: { action: counter_add_amount }, then: refuse, reason: not by hand }\n  - { name: asks, match: { effect: write }, then: ask, approvers: [bob] }\n';
  house.setPolicy(parsePolicy(never));
  expect(await house.answer((await say('add 1 to staging')).thread)).toMatchObject({
    outcome: { state: 'refused', code: 'policy' },
  });
  expect(await house.answer((await say('allow 1h add * to staging')).thread)).toMatchObject({
    outcome: { state: 'refused', code: 'policy' },
  });
});

test('a lease asks for what the deeds it covers would: two for production, and a star over environments is held to each', async () => {
  await opened();
  const { thread } = await say('allow 1h add * to production');
  const card = await house.card(thread);
  expect(card.rule).toMatchObject({ quorum: 2, approvers: [bob, carol] });
  await click(card.id, bob);
  expect((await house.store.approvals.get(card.id))?.state).toBe('pending');
  await stopped(thread);
  await granted('allow 1h add * to *');
  expect(await free('add 1 to staging')).toBe(true);
  expect(await free('add 1 to production')).toBe(false);
});

test('the holder does not approve their own lease, and a guest is nobody', async () => {
  await opened({
    policy: parsePolicy(
      'version: 1\nrules:\n  - { name: asks, match: { effect: write }, then: ask, approvers: [alice, bob] }\n',
    ),
  });
  const { thread } = await say('allow 1h add * to staging');
  const card = await house.card(thread);
  expect((await click(card.id, alice)).counted).toBe(false);
  expect((await click(card.id, guest)).counted).toBe(false);
  expect(await house.store.leases.live(now.toISOString())).toEqual([]);
});

test('it survives a restart, and its uses do too', async () => {
  await opened();
  await granted();
  expect(await free('add 1 to staging')).toBe(true);
  const { directory, surface } = house;
  await house.close(true);
  const counter = counterActions();
  world = counter.world;
  house = await openTestHouse({ actions: counter.actions, policy: asks, now: () => now, directory, surface });
  expect(await free('add 2 to staging')).toBe(true);
  expect((await house.store.leases.get('L1'))?.usesLeft).toBe(18);
});

test.each([
  ['allow 25h add * to staging', 'a day at most'],
  ['allow 1h freeze *', 'cannot be allowed ahead'],
  ['allow 1h add *3 to staging', 'A star may only stand'],
  ['allow 1h dance *', 'no command I know'],
  ['allow 1h uses 101 add * to staging', 'a hundred times at most'],
  ['allow 1h add * to staging uses 0', 'once at least'],
  ['allow 1h add * to staging uses some', 'a whole number'],
  ['allow 1h up to $0 add * to staging', 'more than nothing'],
  ['allow 1h add * to staging up to ten', 'an amount in dollars'],
])('“%s” is refused in words', async (text, words) => {
  await opened();
  expect(JSON.stringify(await house.answer((await say(text)).thread))).toContain(words);
});

test('a star given as a value is that value; typed, it is a pattern', async () => {
  await opened();
  const { actions } = house.services;
  const add = actions.get('counter_add_amount');
  if (!add) throw new Error('no action');
  expect(shapeAround(add, { amount: 3, environment: '*' }, ['amount']).shape.arguments).toEqual({
    environment: { is: '*' },
    amount: { any: true },
  });
  expect(readTypedShape('add 3 to eu-*', actions).shape.arguments).toEqual({
    amount: { is: 3 },
    environment: { prefix: 'eu-' },
  });
});

test('an approved deed whose arguments may vary offers the like for an hour', async () => {
  const counter = counterActions();
  now = new Date('2030-11-20T10:00:00.000Z');
  world = counter.world;
  house = await openTestHouse({
    actions: counter.actions.map((action) => ({ ...action, varies: ['amount'] })),
    policy: asks,
    now: () => now,
  });
  const { thread } = await say('add 3 to staging');
  await click((await house.card(thread)).id, bob);
  const reply = await house.answer(thread);
  const button = reply.kind === 'outcome' ? reply.buttons?.[0] : undefined;
  if (!button) throw new Error('no button');
  expect(button.action).toBe('sophia_grant_lease');
  const pressed = await say('Allow the like for 1 h', alice, { act: { action: button.action, input: button.input } });
  await click((await house.card(pressed.thread)).id, bob);
  await house.answer(pressed.thread);
  expect(await free('add 5 to staging')).toBe(true);
  expect(await free('add 5 to eu')).toBe(false);
});

test('a lease of a private channel is of no use where others read, nor once the channel is opened to all', async () => {
  await opened();
  const inside = { channel: 'test:T1:C9', audience: 'test:T1:C9' };
  const { thread } = await say('allow 1h add * to staging', alice, inside);
  await click((await house.card(thread)).id, bob);
  await house.answer(thread);
  expect(await free('add 1 to staging', alice, inside)).toBe(true);
  for (const place of [{}, { channel: 'test:T1:C9' }, { channel: 'test:T1:C1', audience: 'test:T1:C9' }]) {
    const { thread: outside } = await say('add 2 to staging', alice, place);
    await house.card(outside);
    await stopped(outside);
  }
  expect(world.value).toBe(1);
});

test.each([
  ['allow 1h uses 2 add * to staging', { usesLeft: 2, usdLeft: null }],
  ['allow 1h up to $20 add * to staging', { usesLeft: 20, usdLeft: 20 }],
  ['allow 1h uses 3 up to 2.50 add * to staging', { usesLeft: 3, usdLeft: 2.5 }],
  ['allow 1h add * to staging uses 2', { usesLeft: 2, usdLeft: null }],
  ['allow 1h add * to staging up to $20', { usesLeft: 20, usdLeft: 20 }],
  ['allow 1h add * to staging uses 3 UP TO $2.50', { usesLeft: 3, usdLeft: 2.5 }],
  ['allow 1h add * to staging up to $2.50 uses 3', { usesLeft: 3, usdLeft: 2.5 }],
])('“%s” limits it so', async (command, limits) => {
  await opened();
  const { card } = await granted(command);
  expect(await house.store.leases.get('L1')).toMatchObject({ ...limits, shape: { action: 'counter_add_amount' } });
  const shown = card.plan.details.find((detail) => detail.label === 'At most')?.value;
  expect(shown).toBe(`${limits.usesLeft} times${limits.usdLeft === null ? '' : `, $${limits.usdLeft.toFixed(2)}`}`);
});

test('words that fit a command as they stand are part of it, not limits', async () => {
  await opened();
  const note = defineAction({
    name: 'note_write_text',
    description: 'writes',
    effect: 'write',
    usage: 'note <text...>',
    input: z.strictObject({ text: z.string() }),
    output: z.object({}),
    plan: async () => ({ target: 'note', summary: 'note', details: [], preconditions: [] }),
    run: async () => ({}),
  });
  const limits = { uses: 20, usd: undefined };
  expect(readTypedLease('note fix it uses 3', limits, new Map([[note.name, note]]))).toMatchObject({
    uses: 20,
    fixed: { text: 'fix it uses 3' },
  });
});

test('its uses run out: the next one asks', async () => {
  await opened();
  await granted('allow 1h uses 2 add * to staging');
  expect(await free('add 1 to staging')).toBe(true);
  expect(await free('add 2 to staging')).toBe(true);
  expect(await free('add 3 to staging')).toBe(false);
  expect(world.value).toBe(3);
  expect(JSON.stringify(await house.answer((await say('leases')).thread))).not.toContain('L1');
});

test('its dollars run out: what no longer fits asks, what is cheaper does not', async () => {
  const counter = counterActions();
  const add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  const { plan } = add;
  // A dollar for each.
  add.plan = async (input, context) => {
    const draft = await plan?.(input, context);
    if (!draft) throw new Error('no plan');
    return { ...draft, cost: { usd: input.amount } };
  };
  now = new Date('2030-11-20T10:00:00.000Z');
  world = counter.world;
  house = await openTestHouse({ actions: counter.actions, policy: asks, now: () => now });
  await granted('allow 1h up to $5 add * to staging');
  expect(await free('add 3 to staging')).toBe(true);
  const { thread } = await say('add 3 to staging');
  const card = await house.card(thread);
  expect(world.value).toBe(3);
  await click(card.id, bob);
  await house.answer(thread);
  expect(world.value).toBe(6);
  // That one was paid for by its own approval.
  expect(await house.store.leases.get('L1')).toMatchObject({ usesLeft: 19, usdLeft: 2 });
  expect(await free('add 2 to staging')).toBe(true);
  expect(await free('add 1 to staging')).toBe(false);
});

const twice = defineWorkflow({
  name: 'counter_add_twice',
  description: 'adds two amounts',
  effect: 'write',
  usage: 'twice <amount> to <environment>',
  input: z.strictObject({ amount: z.int(), environment: z.string() }),
  output: z.object({}),
  plan: async (input) => ({
    target: 'counter:twice',
    summary: `Add ${input.amount} twice`,
    environment: input.environment,
    details: [],
    preconditions: [],
    steps: [1, 2].map((step) => ({ action: 'counter_add_amount', input, summary: `step ${step}` })),
  }),
  async run(plan, context) {
    for (let step = 1; step <= plan.input.amount; step++) {
      const outcome = await context.act('counter_add_amount', plan.input);
      if (outcome.state !== 'done') return { state: 'failed' as const, reason: `step ${step}: ${outcome.state}` };
    }
    return { state: 'done' as const, output: {}, summary: 'Added twice' };
  },
});

async function withTwice() {
  const counter = counterActions();
  now = new Date('2030-11-20T10:00:00.000Z');
  world = counter.world;
  house = await openTestHouse({ actions: [...counter.actions, twice], policy: asks, now: () => now });
  await granted('allow 1h uses 1 twice * to staging');
}

test('a workflow under a lease takes its listed steps, each once, and is written down as what allowed it', async () => {
  await withTwice();
  const { thread } = await say('twice 2 to staging');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(4);
  const [started] = await house.store.audit.search({ words: 'L1', action: 'counter_add_twice' }, 1);
  const run = started?.runId ?? '';
  const rows = await house.store.audit.byRun(run);
  expect(
    rows.map((row) => [row.kind, row.facts.call, row.facts.lease ?? row.facts.step ?? null, row.approvalId]),
  ).toEqual([
    ['planned', '1', null, null],
    ['started', '1', 'L1', null],
    ['planned', '1.1', null, null],
    ['started', '1.1', 1, null],
    ['settled', '1.1', null, null],
    ['planned', '1.2', null, null],
    ['started', '1.2', 2, null],
    ['settled', '1.2', null, null],
    ['settled', '1', null, null],
  ]);
  expect((await house.store.ledger.byRun(run)).map((row) => [row.key, row.state, row.grantStep, row.grantKey])).toEqual(
    [
      [`${run}/1`, 'done', null, undefined],
      [`${run}/1.1`, 'done', 0, `${run}/1`],
      [`${run}/1.2`, 'done', 1, `${run}/1`],
    ],
  );
  expect((await house.store.leases.usedBy(`${run}/1`))?.usesLeft).toBe(0);
  expect(await house.store.locks.release(run)).toEqual([]);
  expect(await house.store.audit.verify()).toMatchObject({ state: 'whole' });
  // One use, whatever its steps were.
  expect(await free('twice 2 to staging')).toBe(false);
});

test('a step beyond those a workflow under a lease has listed asks, and the lease does not cover it', async () => {
  await withTwice();
  const { thread } = await say('twice 3 to staging');
  const card = await house.card(thread);
  expect(card.plan.action).toBe('counter_add_amount');
  expect(card.call).toBe('1.3');
  expect(world.writes).toHaveLength(2);
});

test('a lease revoked in the middle of its workflow grants no further step: it asks', async () => {
  await withTwice();
  const { settle } = house.services.ledger;
  house.services.ledger.settle = async (...given) => {
    if (given[0].endsWith('/1.1')) await house.store.leases.revoke('L1', carol, now.toISOString());
    return settle(...given);
  };
  const { thread } = await say('twice 2 to staging');
  const card = await house.card(thread);
  expect([card.call, card.plan.action, world.writes.length]).toEqual(['1.2', 'counter_add_amount', 1]);
  await click(card.id, bob);
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(4);
});

test('a lease revoked between the plan of a step and the step: it asks', async () => {
  await withTwice();
  const { take } = house.services.locks;
  let taken = 0;
  house.services.locks.take = async (lock) => {
    // The workflow's, its first step's, its second step's.
    if (++taken === 3) await house.store.leases.revoke('L1', carol, now.toISOString());
    return take(lock);
  };
  const { thread } = await say('twice 2 to staging');
  expect(await house.card(thread)).toMatchObject({ call: '1.2' });
  expect(world.writes).toHaveLength(1);
});

test('a lease that ends in the middle of its workflow lets it go on: its use was spent in time', async () => {
  await withTwice();
  const { settle } = house.services.ledger;
  house.services.ledger.settle = async (...given) => {
    if (given[0].endsWith('/1.1')) now = new Date('2030-11-20T11:00:00.000Z');
    return settle(...given);
  };
  const { thread } = await say('twice 2 to staging');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.writes).toHaveLength(2);
});

test('a workflow under a lease that is cut off in the middle goes on after a restart, and spends no second use', async () => {
  await withTwice();
  const { settle } = house.services.ledger;
  let died = false;
  // As if the process died with the first step done and not written down.
  house.services.ledger.settle = async (...given) => {
    if (!died && given[0].endsWith('/1.1')) {
      died = true;
      throw new Error('killed');
    }
    return settle(...given);
  };
  const { thread } = await say('twice 2 to staging');
  expect(
    await house.surface.until(
      () => house.surface.posts.findLast((post) => post.thread === thread && post.sendId.endsWith('/answer'))?.reply,
      'an answer',
      20_000,
    ),
  ).toMatchObject({ outcome: { state: 'done' } });
  expect(died).toBe(true);
  expect(world.writes).toHaveLength(2);
  expect((await house.store.leases.get('L1'))?.usesLeft).toBe(0);
});
