/** A later try of a write that was cut off: what it rests on is read again, since it may be hours after the first. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlainAction } from '../../src/core/action.ts';
import { perform } from '../../src/flow/gate.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { directJob } from './direct.ts';
import { alice, bob, channel, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
let world: ReturnType<typeof counterActions>['world'];
let add: PlainAction;
let now: Date;

const policy = (then: string) =>
  parsePolicy(`version: 1\nrules:\n  - { name: mine, match: { effect: write }, ${then} }\n`);
const asks = policy('then: ask, approvers: [bob]');

beforeEach(async () => {
  now = new Date('2030-11-20T10:00:00.000Z');
  const counter = counterActions();
  world = counter.world;
  add = counter.actions.find((action) => action.name === 'counter_add_amount') as PlainAction;
  house = await openTestHouse({ actions: counter.actions, policy: asks, now: () => now, still: true });
});
afterEach(() => house.close());

const call = { ordinal: '1', action: 'counter_add_amount', input: { amount: 2 } };
async function approve() {
  const [approval] = await house.store.approvals.pending();
  expect(await house.door.decide({ approvalId: approval?.id ?? '', person: bob, verdict: 'approve' })).toMatchObject({
    counted: true,
  });
}

/** The first try is cut off before it wrote anything; `meanwhile` is done before it is looked up. */
async function cutOff(meanwhile: (runId: string) => unknown, waits = [approve]) {
  world.fail = new Error('socket cut');
  const { job } = await directJob(house, {
    waits,
    after: {
      '1 run 1': async () => {
        world.fail = null;
        await meanwhile(job.run.id);
      },
    },
  });
  const outcome = await perform(job, call);
  return { outcome, attempts: (await house.store.ledger.get(`${job.run.id}/1`))?.attempt };
}
const failed = (reason: string | RegExp) => ({
  outcome: { state: 'failed', reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
  attempts: 1,
});

test('where all of it holds it is written', async () => {
  expect(await cutOff(() => {})).toMatchObject({ outcome: { state: 'done' }, attempts: 2 });
  expect(world.value).toBe(2);
});

test.each([
  [
    'the run was stopped',
    /^It was interrupted before it was done\. This run was stopped\./,
    (runId: string) => house.store.runs.end(runId, 'stopped', 'stopped', now.toISOString()),
  ],
  [
    'everything is frozen',
    /^It was interrupted before it was done\. Everything is frozen .*: sale/,
    () => house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'sale', since: now.toISOString() }),
  ],
  ['the policy has come to refuse it', /done\. closed$/, () => house.setPolicy(policy('then: refuse, reason: closed'))],
  [
    'who said yes may no longer',
    /done\. It needs 1 approval by people who may give one now, and has 0\./,
    () => {
      house.surface.people.set(bob, { id: bob, name: 'bob', kind: 'guest' });
    },
  ],
  [
    'who asked has left',
    /done\. Whoever asked for this is no full member of the workspace any more\./,
    () => {
      house.surface.people.set(alice, { id: alice, name: 'alice', kind: 'guest' });
    },
  ],
  [
    'the approval has expired',
    /done\. The approval has expired\./,
    () => {
      now = new Date(now.getTime() + 3_600_000);
    },
  ],
  [
    'a fact has moved',
    /done\. Since it was planned, version moved from 1 to 2\./,
    () => {
      world.version = 2;
    },
  ],
  [
    'it cannot be planned any more',
    /done\. It can no longer be planned: ./,
    () => {
      add.plan = async () => {
        throw new Error('gone');
      };
    },
  ],
] as [string, RegExp, (runId: string) => unknown][])('nothing is written when %s', async (_, reason, meanwhile) => {
  expect(await cutOff(meanwhile)).toMatchObject(failed(reason));
  expect(world.writes).toEqual([]);
});

test('a run that was stopped is told as stopped, whatever else has moved', async () => {
  const meanwhile = (runId: string) => {
    world.version = 2;
    return house.store.runs.end(runId, 'stopped', 'stopped', now.toISOString());
  };
  expect(await cutOff(meanwhile)).toMatchObject(failed(/done\. This run was stopped\./));
});

test('the way out is told: that of the freeze, or to ask anew', async () => {
  const freeze = () =>
    house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'sale', since: now.toISOString() });
  expect((await cutOff(freeze)).outcome).toMatchObject({ hint: expect.stringContaining('/sophia thaw') });
  await house.store.freezes.thaw({ scope: 'everything', by: bob, reason: 'sale', since: now.toISOString() });
  expect((await cutOff(() => house.setPolicy(policy('then: refuse')))).outcome).toMatchObject({
    hint: 'Ask anew if it is still wanted.',
  });
});

test('an approval that was forgotten meanwhile is none', async () => {
  const meanwhile = () => {
    house.services.approvals.get = async () => null;
  };
  expect(await cutOff(meanwhile)).toMatchObject(failed(/done\. The approval is no longer there\./));
  expect(world.writes).toEqual([]);
});

test('a millisecond before it expires the approval holds', async () => {
  expect(
    await cutOff(() => {
      now = new Date(now.getTime() + 3_599_999);
    }),
  ).toMatchObject({ outcome: { state: 'done' } });
});

test('a freeze and a stop that come while the facts are read again hold as well', async () => {
  const { plan } = add;
  let looks = 0;
  add.plan = async (...given) => {
    // At the card, before the first try, and now.
    if (++looks === 3)
      await house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'late', since: now.toISOString() });
    return (await plan?.(...given)) as never;
  };
  expect(await cutOff(() => {})).toMatchObject(failed(/Everything is frozen .*: late/));
  expect(world.writes).toEqual([]);
});

test('what moved because the cut-off write came through after all is done, and said to be', async () => {
  const { plan } = add;
  let looks = 0;
  add.plan = async (given, context) => {
    if (++looks === 3) {
      // The sleeper woke: its write is there now, and has moved the counter.
      world.version = 2;
      for (const entry of await house.store.ledger.byRun(context.run)) world.marks.add(entry.key);
    }
    return (await plan?.(given, context)) as never;
  };
  expect(await cutOff(() => {})).toMatchObject({ outcome: { state: 'done' }, attempts: 1 });
  expect(world.writes).toEqual([]);
});

test('what is half done goes on although its facts have moved by its own hand, and says so when it may not', async () => {
  add.reconcile = async () => ({ state: 'not done', begun: true });
  const moved = () => {
    world.version = 2;
  };
  expect(await cutOff(moved)).toMatchObject({ outcome: { state: 'done' }, attempts: 2 });
  const frozen = async () => {
    moved();
    await house.store.freezes.freeze({ scope: 'everything', by: bob, reason: 'sale', since: now.toISOString() });
  };
  expect(await cutOff(frozen)).toMatchObject(failed(/^It was interrupted when part of it was done\. Everything is/));
});

test('what the policy allowed is asked of it again', async () => {
  house.setPolicy(policy('then: allow'));
  expect(await cutOff(() => {}, [])).toMatchObject({ outcome: { state: 'done' }, attempts: 2 });
  world.writes.length = 0;
  expect(await cutOff(() => house.setPolicy(asks), [])).toMatchObject(failed(/done\. The policy has changed\./));
  expect(world.writes).toEqual([]);
});

async function lease() {
  const granted = {
    holder: alice,
    channel,
    audience: 'test:T1:public',
    shape: { action: call.action, arguments: { amount: { any: true as const } } },
    environment: null,
    approvalId: null,
    voters: [bob],
    grantedAt: now.toISOString(),
    expiresAt: '2030-11-20T11:00:00.000Z',
    usesLeft: 1,
    usdLeft: null,
  };
  return (await house.store.leases.grant(granted, crypto.randomUUID())).id;
}

test('the last use of a lease is spent by the first try, and the second is made under it', async () => {
  await lease();
  expect(await cutOff(() => {}, [])).toMatchObject({ outcome: { state: 'done' }, attempts: 2 });
});

test.each([
  ['revoked', /done\. Lease L1 was revoked\./, () => house.store.leases.revoke('L1', bob, now.toISOString())],
  [
    'over',
    /done\. Lease L1 is over\./,
    () => {
      now = new Date('2030-11-20T11:00:00.000Z');
    },
  ],
  ['of what is refused now', /done\. closed/, () => house.setPolicy(policy('then: refuse, reason: closed'))],
] as [string, RegExp, () => unknown][])('nothing is written under a lease that is %s', async (_, reason, meanwhile) => {
  await lease();
  expect(await cutOff(meanwhile, [])).toMatchObject(failed(reason));
  expect(world.writes).toEqual([]);
});
