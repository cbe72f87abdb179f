/** Approval cards in the workspace: every click is answered, to the clicker alone, and decided by the Door. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Approval } from '../../../src/core/approval.ts';
import { eventBody, type House, openHouse, RecordingDoor, send } from './house.ts';
import { sampleApproval } from './samples.ts';

let house: House;
let thread: string;
beforeEach(async () => {
  house = await openHouse();
  const { ts } = await house.slack.say('U0CAROL', 'C0ENG', 'please deploy');
  thread = `slack:T0ACME:C0ENG:${ts}`;
});
afterEach(() => house.close());

async function card(change: Partial<Approval> = {}, plan = {}): Promise<{ ts: string; approval: Approval }> {
  const approval = sampleApproval({ thread, ...change }, plan);
  house.door.approvals.set(approval.id, approval);
  const { id } = await house.sophia.surface.post(thread, { kind: 'card', approval }, `${approval.id}/card`);
  return { ts: id, approval };
}
const heard = async (person: string) => {
  await house.slack.waitFor((world) => (world.ephemerals[person] ?? []).length > 0);
  return house.slack.ephemerals(person);
};
const modal = async (person: string) => {
  await house.slack.waitFor(() => house.slack.view(person) !== null);
  return house.slack.view(person);
};

test('Approve is decided by the Door and answered to the clicker alone, in the thread', async () => {
  const { ts } = await card();
  expect(await house.slack.click('U0ALICE', 'C0ENG', ts, { actionId: 'approval_approve' })).toEqual({ ok: true });
  const [answer] = await heard('U0ALICE');
  expect(answer?.text).toBe('Counted. One more is needed.');
  expect(answer?.thread_ts).toBe(thread.split(':').at(-1));
  expect(house.door.choices).toEqual([{ approvalId: 'apr_7Zk2', person: 'slack:T0ACME:U0ALICE', verdict: 'approve' }]);
  expect(house.slack.ephemerals('U0BOB')).toEqual([]);
  expect(house.slack.thread('C0ENG', thread.split(':').at(-1) ?? '').map((message) => message.ts)).toContain(ts);
});

test('somebody who may not approve is told the Door’s words, whatever they are', async () => {
  const { ts } = await card();
  house.door.words = 'You may not approve this: ask Alice or Bob.';
  await house.slack.click('U0CAROL', 'C0ENG', ts, { actionId: 'approval_approve' });
  expect((await heard('U0CAROL'))[0]?.text).toContain('You may not approve this');
});

test('a card told in a direct message works as well', async () => {
  const approval = sampleApproval({ thread });
  const told = await house.sophia.surface.tell('slack:T0ACME:U0BOB', { kind: 'card', approval }, 'tell/bob');
  expect(told.thread).toBe(`slack:T0ACME:D0BOB:${told.id}`);
  await house.slack.click('U0BOB', 'D0BOB', told.id, { actionId: 'approval_approve' });
  await heard('U0BOB');
  expect(house.door.choices[0]?.person).toBe('slack:T0ACME:U0BOB');
});

test('Deny asks for a reason and hands it to the Door', async () => {
  const { ts } = await card();
  await house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'approval_deny' });
  const view = await modal('U0BOB');
  expect(view?.callback_id).toBe('approval_deny');
  expect(JSON.parse(view?.private_metadata ?? '')).toMatchObject({ approvalId: 'apr_7Zk2', channel: 'C0ENG' });
  expect(house.door.choices).toEqual([]);
  house.door.words = 'Denied.';
  expect(await house.slack.submitView('U0BOB', view?.id ?? '', { reason: 'Not on a Friday.' })).toEqual({
    outcome: 'closed',
  });
  expect((await heard('U0BOB'))[0]?.text).toBe('Denied.');
  expect(house.door.choices).toEqual([
    { approvalId: 'apr_7Zk2', person: 'slack:T0ACME:U0BOB', verdict: 'deny', reason: 'Not on a Friday.' },
  ]);
});

test('a reason of blanks is not a reason', async () => {
  const { ts } = await card();
  await house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'approval_deny' });
  const view = await modal('U0BOB');
  const outcome = await house.slack.submitView('U0BOB', view?.id ?? '', { reason: '   ' });
  expect(outcome.outcome).toBe('errors');
  expect(house.door.choices).toEqual([]);
});

test('“View full plan” shows every argument, page by page, with hidden characters visible', async () => {
  const rows = Array.from({ length: 900 }, (_, index) => `row ${index} of the argument`);
  const { ts } = await card({}, { input: { rows, trap: 'safe\u202Egnp.exe' } });
  await house.slack.click('U0CAROL', 'C0ENG', ts, { actionId: 'approval_plan' });
  let view = await modal('U0CAROL');
  let seen = JSON.stringify(view?.blocks);
  for (let page = 1; seen.includes('Next page') && JSON.stringify(view?.blocks).includes('Next page'); page++) {
    await house.slack.clickView('U0CAROL', view?.id ?? '', { actionId: 'approval_plan_next' });
    await house.slack.waitFor(() =>
      JSON.stringify(house.slack.view('U0CAROL')?.blocks).includes(`Page ${page + 1} of`),
    );
    view = house.slack.view('U0CAROL');
    seen += JSON.stringify(view?.blocks);
  }
  for (const row of rows) expect(seen).toContain(row);
  expect(seen).toContain('safe⟨U+202E⟩gnp.exe');
  expect(seen).not.toContain('\u202E');
  expect(seen).toContain(sampleApproval().plan.hash);
  await house.slack.clickView('U0CAROL', view?.id ?? '', { actionId: 'approval_plan_previous' });
  await house.slack.waitFor(() => JSON.stringify(house.slack.view('U0CAROL')?.blocks).includes('Page 2 of'));
});

test('a plan this person may not see is said so', async () => {
  const { ts } = await card();
  house.door.approvals.clear();
  await house.slack.click('U0CAROL', 'C0ENG', ts, { actionId: 'approval_plan' });
  expect((await heard('U0CAROL'))[0]?.text).toContain('may not see it');
});

const click = (value: unknown, actionId = 'approval_approve', extra: object = {}) => {
  const payload = {
    type: 'block_actions',
    user: { id: 'U0ALICE', team_id: 'T0ACME' },
    team: { id: 'T0ACME' },
    trigger_id: `forged-${JSON.stringify(value)}-${actionId}`,
    channel: { id: 'C0ENG' },
    actions: [{ type: 'button', block_id: 'b', action_id: actionId, value }],
    ...extra,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
};

test.each([[undefined], [42], [''], [{ id: 'apr_7Zk2' }], ['apr <!channel>'], ['x'.repeat(300)]])(
  'a button whose value is %j is no approval, and the clicker is told so',
  async (value) => {
    expect(await send(house, click(value), { form: true })).toBe(200);
    expect((await heard('U0ALICE'))[0]?.text).toContain('no approval I know');
    expect(house.door.choices).toEqual([]);
  },
);

test('a button of ours that does not exist is answered; a foreign one is only acknowledged', async () => {
  expect(await send(house, click('apr_7Zk2', 'approval_everything'), { form: true })).toBe(200);
  expect((await heard('U0ALICE'))[0]?.text).toContain('do not know this button');
  expect(await send(house, click('x', 'open_link'), { form: true })).toBe(200);
  expect(house.door.choices).toEqual([]);
});

test('somebody of another workspace is named with their own team, so that the Door can tell', async () => {
  const eve = { user: { id: 'U0EVE', team_id: 'T0EVIL' } };
  await send(house, click('apr_7Zk2', 'approval_approve', eve), { form: true });
  await vi.waitFor(() => expect(house.door.choices).toHaveLength(1));
  expect(house.door.choices[0]?.person).toBe('slack:T0EVIL:U0EVE');
});

test('a window that opens too late is said so: no click is ignored', async () => {
  const { ts } = await card();
  house.slack.faults.failNext('views.open', 'expired_trigger_id');
  await house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'approval_deny' });
  expect((await heard('U0BOB'))[0]?.text).toContain('Please click again');
});

test('a decision the Door could not take is told once, kept, and taken by the next process', async () => {
  const { ts } = await card();
  house.door.onDecide = async () => {
    throw new Error('database is down');
  };
  await house.slack.click('U0ALICE', 'C0ENG', ts, { actionId: 'approval_approve' });
  expect((await heard('U0ALICE'))[0]?.text).toContain('I am trying again');
  await vi.waitFor(async () => expect(await house.inbox.open()).toHaveLength(1));
  const door = new RecordingDoor();
  const successor = await house.again(door);
  await successor.replay();
  expect(door.choices).toEqual([{ approvalId: 'apr_7Zk2', person: 'slack:T0ACME:U0ALICE', verdict: 'approve' }]);
  expect(await house.inbox.open()).toEqual([]);
});

test('when the click’s own address is dead the answer comes in the thread', async () => {
  const dead = { response_url: `${house.slack.url}/respond/none`, message: { ts: thread.split(':').at(-1) } };
  await send(house, click('apr_7Zk2', 'approval_approve', dead), { form: true });
  expect((await heard('U0ALICE'))[0]?.text).toBe('Counted. One more is needed.');
});

test('an event that looks like a click is not one', async () => {
  const event = {
    type: 'app_mention',
    user: 'U0ALICE',
    text: 'x',
    ts: '1.1',
    channel: 'C0ENG',
    actions: [{ action_id: 'approval_approve', value: 'apr_7Zk2' }],
  };
  await send(house, eventBody(event));
  await vi.waitFor(() => expect(house.door.received).toHaveLength(1));
  expect(house.door.choices).toEqual([]);
});
