/** Asking people about one plan: what is kept, shown and told, what is waited for, and the words of each end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Approval, Rule } from '../../src/core/approval.ts';
import { SophiaError } from '../../src/core/error.ts';
import type { Plan } from '../../src/core/plan.ts';
import { ask } from '../../src/flow/approve.ts';
import type { ActionCall, Ready } from '../../src/flow/call.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { type DirectOptions, directJob, writtenOf } from './direct.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
let now: Date;
const call: ActionCall = { ordinal: '2', action: 'counter_add_amount', input: { amount: 1 } };
const plan: Plan = {
  target: 'counter:main',
  summary: 'Add 1',
  details: [],
  preconditions: [],
  action: 'counter_add_amount',
  input: { amount: 1 },
  effect: 'write',
  hash: 'abc',
};
const rule: Rule = { name: 'asks', approvers: [bob, carol], quorum: 1, selfApproval: false, expiresInMs: 7_200_000 };

beforeEach(async () => {
  now = new Date('2030-11-20T10:00:00.000Z');
  house = await openTestHouse({ actions: counterActions().actions, now: () => now, still: true });
});
afterEach(() => house.close());

const ready = (over: Partial<Rule> = {}): Ready => ({
  state: 'ready',
  plan,
  ruling: { verdict: 'ask', rule: { ...rule, ...over } },
  approvalId: 'the-approval',
  grantStep: null,
  grantUse: 1,
  lease: null,
  taint: [],
});
const vote = (person: string, verdict: 'approve' | 'deny', reason?: string) =>
  house.store.approvals.vote('the-approval', {
    person,
    verdict,
    ...(reason ? { reason } : {}),
    at: now.toISOString(),
  });
const close = (state: Parameters<TestHouse['store']['approvals']['close']>[1], reason: string) =>
  house.store.approvals.close('the-approval', state, reason);
/** Asks, and while it waits does this. */
async function askAnd(waits: DirectOptions['waits'], over: Partial<Rule> = {}, options: DirectOptions = {}) {
  const direct = await directJob(house, { ...options, ...(waits ? { waits } : {}) });
  const decision = await ask(direct.job, call, ready(over), 3);
  return { ...direct, decision };
}
const standing = async (id: string) => (await house.store.runs.get(id))?.standing;
const cards = () =>
  house.surface.posts.map(({ thread, to, sendId, reply }) => ({
    to: to ?? thread,
    sendId,
    state: reply.kind === 'card' ? reply.approval.state : reply.kind,
  }));

test('what is asked is kept whole, written down, shown once, and the run says what it waits for', async () => {
  const taint = [{ source: 'a page' }];
  const direct = await directJob(house, {
    waits: [
      async () => {
        expect(await standing(direct.job.run.id)).toBe('waiting for approval: Add 1');
        expect(house.surface.statuses).toEqual(['suspended']);
        await vote(bob, 'approve');
      },
    ],
  });
  direct.job.taint.push(...taint);
  const { job, steps, waited } = direct;
  expect(await ask(job, { ...call, modelNote: 'so that it is more' }, ready(), 3)).toEqual({
    state: 'approved',
    id: 'the-approval',
  });
  const kept: Partial<Approval> = {
    id: 'the-approval',
    runId: job.run.id,
    call: '2',
    requester: alice,
    thread: job.thread,
    plan,
    rule,
    taint,
    modelNote: 'so that it is more',
    state: 'approved',
    createdAt: '2030-11-20T10:00:00.000Z',
    expiresAt: '2030-11-20T12:00:00.000Z',
    cards: [{ thread: job.thread, id: 'm1' }],
  };
  expect(await house.store.approvals.get('the-approval')).toMatchObject(kept);
  expect(await writtenOf(house, job.run.id)).toEqual([
    {
      kind: 'asked',
      person: alice,
      action: 'counter_add_amount',
      approvalId: 'the-approval',
      facts: { plan: 'abc', quorum: 1, approvers: [bob, carol], expires: '2030-11-20T12:00:00.000Z' },
      texts: { rule: 'asks' },
    },
  ]);
  expect(cards()).toEqual([{ to: job.thread, sendId: 'the-approval/card', state: 'approved' }]);
  expect(steps).toEqual(['2 ask 3', '2 card 3', '2 decision 3.1', '2 decision 3.2', '2 decided 3']);
  expect(waited).toEqual([{ name: '2 wait 3.1', signal: 'approval:the-approval', until: '2030-11-20T12:00:00.000Z' }]);
  expect(await standing(job.run.id)).toBe('running');
  expect(house.surface.statuses).toEqual(['suspended', 'processing']);
  expect(await house.store.approvals.unnoticed()).toEqual([]);
});

test('what was growing in the thread is closed before the card stands below it', async () => {
  const { job } = await directJob(house, { waits: [() => vote(bob, 'approve')] });
  const seen: number[] = [];
  const live = {
    heard() {},
    restarted() {},
    step() {},
    pause: async () => void seen.push(house.surface.posts.length),
    end: () => Promise.reject(new TypeError('nothing ends here')),
  };
  await ask({ ...job, live }, call, ready(), 3);
  expect(seen).toEqual([0]);
});

test('without words of the model none are kept; a new question has no votes', async () => {
  await askAnd([
    async () => {
      const approval = await house.store.approvals.get('the-approval');
      expect(approval).toMatchObject({ state: 'pending', votes: [] });
      expect(approval).not.toHaveProperty('modelNote');
      await vote(bob, 'approve');
    },
  ]);
});

test('what needs no asking has no approval', async () => {
  const { job } = await directJob(house);
  const allowed: Ready = { ...ready(), ruling: { verdict: 'allow', rule: 'free' } };
  await expect(ask(job, call, allowed, 1)).rejects.toThrow('only what must be asked');
  expect(await house.store.approvals.pending()).toEqual([]);
});

test('a no is told with who said it, and why where that was said', async () => {
  const plain = await askAnd([() => vote(bob, 'deny')]);
  expect(plain.decision).toEqual({ state: 'denied', reason: 'bob said no.' });
  expect(cards().map(({ state }) => state)).toEqual(['denied']);
});

test('of several votes the no is the one told', async () => {
  const { decision } = await askAnd(
    [
      async () => {
        await vote(bob, 'approve');
        await vote(carol, 'deny', 'too late today');
      },
    ],
    { quorum: 2 },
  );
  expect(decision).toEqual({ state: 'denied', reason: 'carol said no: “too late today”' });
});

test('where the one who said no cannot be looked up, it is somebody', async () => {
  const { decision } = await askAnd([
    async () => {
      await vote(bob, 'deny');
      house.surface.people.delete(bob);
    },
  ]);
  expect(decision).toEqual({ state: 'denied', reason: 'Somebody said no.' });
});

test('a no without a vote is said by somebody', async () => {
  const { get } = house.services.approvals;
  const { decision } = await askAnd([
    async () => {
      await vote(bob, 'deny');
      house.services.approvals.get = async (id) => {
        const approval = await get(id);
        return approval && { ...approval, votes: [] };
      };
    },
  ]);
  expect(decision).toEqual({ state: 'denied', reason: 'Somebody said no.' });
});

test('at the very instant of its end it is expired, closed and written down', async () => {
  const { decision, job, waited } = await askAnd([
    () => {
      now = new Date('2030-11-20T11:59:59.999Z');
    },
    async () => {
      expect((await house.store.approvals.get('the-approval'))?.state).toBe('pending');
      now = new Date('2030-11-20T12:00:00.000Z');
    },
  ]);
  expect(waited).toHaveLength(2);
  expect(decision).toEqual({ state: 'expired', reason: 'Nobody decided in time, so nothing was done.' });
  expect(await house.store.approvals.get('the-approval')).toMatchObject({
    state: 'expired',
    stateReason: 'Nobody decided in time.',
  });
  expect((await writtenOf(house, job.run.id)).slice(1)).toEqual([
    {
      kind: 'closed',
      person: alice,
      action: 'counter_add_amount',
      approvalId: 'the-approval',
      facts: { state: 'expired' },
    },
  ]);
  expect(cards().map(({ state }) => state)).toEqual(['expired']);
});

test('a vote that comes in the moment of its closing counts', async () => {
  const { close: really } = house.services.approvals;
  house.services.approvals.close = async (...given) => {
    await vote(bob, 'approve');
    await really('nonsense', given[1], given[2]);
    return null;
  };
  const { decision } = await askAnd([
    () => {
      house.services.now = () => new Date('2030-11-20T12:00:00.000Z');
    },
  ]);
  expect(decision).toEqual({ state: 'approved', id: 'the-approval' });
});

test.each([
  ['superseded', 'bob was quicker', 'superseded', 'bob was quicker'],
  ['superseded', null, 'superseded', 'A newer request took its place.'],
  ['stopped', 'enough', 'stopped', 'enough'],
  ['stopped', null, 'stopped', 'The run was stopped.'],
  ['void', 'it moved', 'changed', 'it moved'],
  ['void', null, 'changed', 'The approval no longer holds.'],
] as const)('%s because of %s', async (state, reason, ends, words) => {
  const { get } = house.services.approvals;
  const { decision, job } = await askAnd([
    async () => {
      await close(state, reason ?? '');
      if (reason === null)
        house.services.approvals.get = async (id) => {
          const { stateReason: _, ...approval } = (await get(id)) as Approval;
          return approval;
        };
    },
  ]);
  expect(decision).toEqual({ state: ends, reason: words });
  expect(await writtenOf(house, job.run.id)).toHaveLength(1);
});

test('a question that was erased stops, and nothing is drawn', async () => {
  const { decision, steps } = await askAnd(
    [],
    {},
    {
      after: {
        '2 ask 3': () => {
          house.services.approvals.get = async () => null;
        },
      },
    },
  );
  expect(decision).toEqual({ state: 'stopped', reason: 'The question is no longer there.' });
  expect(house.surface.posts).toEqual([]);
  expect(steps).toEqual(['2 ask 3', '2 card 3', '2 decision 3.1', '2 decided 3']);
  expect(house.surface.statuses).toEqual(['processing']);
});

test('in a private place each approver but the one who asks gets the card; the others see it where it stands', async () => {
  const { job } = await askAnd(
    [
      () => {
        expect(cards().map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
        return vote(bob, 'approve');
      },
    ],
    { approvers: [alice, bob, carol] },
    {
      audience: 'test:T1:D1',
    },
  );
  expect(cards()).toEqual([
    { to: job.thread, sendId: 'the-approval/card', state: 'approved' },
    { to: bob, sendId: `the-approval/tell/${bob}`, state: 'approved' },
    { to: carol, sendId: `the-approval/tell/${carol}`, state: 'approved' },
  ]);
});

test('an approver who cannot be told does not hold up the others', async () => {
  const { tell } = house.surface;
  house.surface.tell = async (person, ...rest) => {
    if (person === bob) throw new Error('has left');
    return tell.call(house.surface, person, ...rest);
  };
  await askAnd([() => vote(carol, 'approve')], {}, { audience: 'test:T1:D1' });
  expect(cards().map(({ to }) => to)).toContain(carol);
  expect(house.surface.statuses).toEqual(['suspended', 'processing']);
});

const at = (time: string) => () => {
  now = new Date(`2030-11-20T${time}.000Z`);
};

test.each(['forbidden', 'not_found'] as const)(
  'where the thread is closed to her (%s) who asked and each approver gets the card',
  async (code) => {
    house.surface.post = async () => {
      throw new SophiaError(code, 'She was taken out of the channel.');
    };
    house.surface.tell = async (person, reply, sendId) => {
      const thread = `test:T1:D${person.split(':').at(-1)}:1`;
      house.surface.posts.push({ thread, id: sendId, reply, sendId, to: person });
      return { thread, id: sendId };
    };
    await askAnd([() => vote(bob, 'approve')]);
    expect(cards()).toEqual([
      { to: alice, sendId: 'the-approval/card/direct', state: 'approved' },
      { to: bob, sendId: `the-approval/tell/${bob}`, state: 'approved' },
      { to: carol, sendId: `the-approval/tell/${carol}`, state: 'approved' },
    ]);
  },
);

test('a card that could not be posted for another reason is tried again by the engine, not sent elsewhere', async () => {
  house.surface.post = async () => {
    throw new SophiaError('unavailable', 'Slack is away.');
  };
  house.surface.tell = async () => {
    throw new TypeError('nobody was to be told');
  };
  await expect(askAnd([])).rejects.toThrow('Slack is away.');
  expect(cards()).toEqual([]);
});

test('reminders and backups are waited for in their turn, each in a step of its own', async () => {
  house.setPolicy(
    parsePolicy(
      'version: 1\nrules:\n  - { name: asks, match: {}, then: ask, approvers: [bob], backup: { approvers: [carol], after: 40m } }\n',
    ),
  );
  const backup = { named: [{ selector: 'carol', people: [carol] }], afterMs: 40 * 60_000 };
  const { steps, waited, decision } = await askAnd(
    [at('10:14:59'), at('10:15:00'), at('10:30:00'), at('10:40:00'), at('10:45:00'), () => vote(bob, 'approve')],
    { approvers: [bob], remindEveryMs: 15 * 60_000, backup },
  );
  expect(decision.state).toBe('approved');
  expect(waited.map(({ name, until }) => `${name} until ${until.slice(11, 16)}`)).toEqual([
    '2 wait 3.1 until 10:15',
    '2 wait 3.2 until 10:15',
    '2 wait 3.4 until 10:30',
    '2 wait 3.6 until 10:40',
    '2 wait 3.8 until 10:45',
    '2 wait 3.10 until 12:00',
  ]);
  expect(steps.filter((name) => /remind|backup/.test(name))).toEqual([
    '2 remind 3 1',
    '2 remind 3 2',
    '2 backup 3 3',
    '2 remind 3 3',
  ]);
  expect(house.surface.posts.map(({ sendId }) => sendId.split('/')[1])).toEqual([
    'card',
    'remind',
    'remind',
    'backup',
    'remind',
  ]);
});
