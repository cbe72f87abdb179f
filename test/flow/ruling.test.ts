/** What is said of a deed: an approval already given first, then the policy, broken glass, or a standing lease. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Action } from '../../src/core/action.ts';
import type { Job } from '../../src/core/job.ts';
import type { Plan, PlannedStep } from '../../src/core/plan.ts';
import type { ActionCall, Grant } from '../../src/flow/call.ts';
import { lookContext, planOf } from '../../src/flow/plan.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { ruleCall } from '../../src/flow/ruling.ts';
import { directJob } from './direct.ts';
import { alice, bob, channel, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
let job: Job;
let action: Action;
const { actions } = counterActions();
const policy = (then: string) =>
  parsePolicy(
    `version: 1\nbreak_glass: { who: [alice], announce: C0OPS, review: [bob] }\nrules:\n  - { name: asks, match: { action: counter_add_amount }, ${then} }\n`,
  );

beforeEach(async () => {
  house = await openTestHouse({ actions, policy: policy('then: ask, approvers: [bob]'), still: true });
  ({ job } = await directJob(house));
  action = house.services.actions.get('counter_add_amount') as Action;
});
afterEach(() => house.close());

const planned = async (amount: number, usd?: number): Promise<Plan> => ({
  ...(await planOf(action, { amount }, lookContext(job))),
  ...(usd === undefined ? {} : { cost: { usd } }),
});
const call = (over: Partial<ActionCall> = {}): ActionCall => ({
  ordinal: '1.1',
  action: action.name,
  input: {},
  ...over,
});
const step = (amount: number, over: Partial<PlannedStep> = {}): PlannedStep => ({
  action: 'counter_add_amount',
  input: { amount },
  summary: 'add',
  ...over,
});
const grantOf = (over: Partial<Grant> = {}): Grant => ({
  key: `${job.run.id}/1`,
  approvalId: 'workflow',
  steps: [step(1), step(2, { times: 2 })],
  spent: new Map(),
  usd: 0,
  lease: undefined,
  standing: null,
  environment: undefined,
  glassBroken: false,
  ...over,
});
const ruled = async (given: Partial<ActionCall>, amount = 2, usd?: number) =>
  ruleCall(job, call(given), action, await planned(amount, usd));
const lend = (usdLeft: number | null = null) =>
  house.store.leases.grant(
    {
      holder: alice,
      channel,
      audience: 'test:T1:public',
      shape: { action: 'counter_add_amount', arguments: { amount: { is: 2 } } },
      environment: null,
      approvalId: null,
      voters: [bob],
      grantedAt: '2030-01-01T00:00:00.000Z',
      expiresAt: '9999-01-01T00:00:00.000Z',
      usesLeft: 5,
      usdLeft,
    },
    'deed',
  );
const asked = { ruling: { verdict: 'ask', rule: { name: 'asks' } }, grantStep: null, grantUse: 1, lease: null };

test('a listed step is allowed by its number and counted by its uses, until they are taken', async () => {
  const grant = grantOf();
  const second = { ruling: { verdict: 'allow', rule: 'step 2 of the approved plan' }, grantStep: 1, lease: null };
  expect(await ruled({ grant })).toEqual({ ...second, grantUse: 1 });
  grant.spent.set(1, 1);
  expect(await ruled({ grant })).toEqual({ ...second, grantUse: 2 });
  grant.spent.set(1, 2);
  expect(await ruled({ grant })).toMatchObject(asked);
  expect(await ruled({ grant }, 3)).toMatchObject(asked);
  expect(await ruled({ grant }, 1)).toMatchObject({ grantStep: 0, grantUse: 1 });
});

test('a listed step is granted as far as the money of all together goes', async () => {
  const lease = { minutes: 10, usd: 0.3 };
  await house.store.ledger.begin({
    key: `${job.run.id}/1`,
    runId: job.run.id,
    action: 'workflow',
    planHash: 'x',
    approvalId: null,
    grantStep: null,
    owner: 'test',
    attempt: 1,
    state: 'started',
    writeDeadline: new Date().toISOString(),
    result: null,
    startedAt: new Date().toISOString(),
    settledAt: null,
  });
  // In doubles, three times a tenth is more than three tenths.
  expect(await ruled({ grant: grantOf({ lease, usd: 0.1 + 0.1 }) }, 2, 0.1)).toMatchObject({ grantStep: 1 });
  expect(await ruled({ grant: grantOf({ lease, usd: 0.2 }) }, 2, 0.11)).toMatchObject(asked);
  expect(await ruled({ grant: grantOf({ lease, usd: 0.3 }) })).toMatchObject({ grantStep: 1 });
  expect(await ruled({ grant: grantOf({ lease, usd: 0.31 }) })).toMatchObject(asked);
});

test('without a listed step the policy speaks, and a lease answers what it would ask', async () => {
  expect(await ruled({})).toMatchObject(asked);
  const { id } = await lend();
  expect(await ruled({})).toEqual({
    ruling: { verdict: 'allow', rule: `lease ${id}` },
    grantStep: null,
    grantUse: 1,
    lease: id,
  });
  expect(await ruled({}, 3)).toMatchObject(asked);
});

test('no lease is spent on what the policy allows, or refuses', async () => {
  await lend();
  house.setPolicy(policy('then: allow'));
  expect(await ruled({})).toMatchObject({ ruling: { verdict: 'allow', rule: 'asks' }, lease: null });
  house.setPolicy(policy('then: refuse, reason: closed'));
  expect(await ruled({})).toMatchObject({ ruling: { verdict: 'refuse', reason: 'closed' }, lease: null, grantUse: 1 });
});

test('broken glass asks the one who breaks it, lease or not, and never passes a refusal', async () => {
  await lend();
  const glass = { verdict: 'ask', rule: { name: 'break-glass', approvers: [alice], glass: { reason: 'fire' } } };
  expect(await ruled({ breakGlass: 'fire' })).toMatchObject({ ...asked, ruling: glass });
  house.setPolicy(policy('then: allow'));
  expect(await ruled({ breakGlass: 'fire' })).toMatchObject({ ...asked, ruling: glass });
  house.setPolicy(policy('then: refuse, reason: closed'));
  expect(await ruled({ breakGlass: 'fire' })).toMatchObject({ ruling: { verdict: 'refuse', reason: 'closed' } });
});
