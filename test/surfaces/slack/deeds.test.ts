/** Buttons that ask for a deed, and the window that edits a request: signed clicks in, the Door's words out. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, RecordingDoor } from './house.ts';
import { sampleApproval } from './samples.ts';

let house: House;
let thread: string;
beforeEach(async () => {
  house = await openHouse();
  const { ts } = await house.slack.say('U0CAROL', 'C0ENG', 'how did it end?');
  thread = `slack:T0ACME:C0ENG:${ts}`;
});
afterEach(() => house.close());

const input = { reference: 'A42', ending: 'done', reason: 'looked it up' };
const heard = async (person: string) => {
  await house.slack.waitFor((world) => (world.ephemerals[person] ?? []).length > 0);
  return house.slack.ephemerals(person).at(-1)?.text ?? '';
};
const received = async (count: number) => {
  await house.slack.waitFor(() => house.door.received.length >= count);
  return house.door.received;
};

async function question() {
  const buttons = [
    { label: 'It happened', action: 'sophia_settle_outcome', input, confirm: 'Have you looked?' },
    { label: 'Too long', action: 'sophia_settle_outcome', input: { reason: 'x'.repeat(3000) } },
  ];
  return (await house.sophia.surface.post(thread, { kind: 'words', markdown: 'How did it end?', buttons }, 'q')).id;
}

test('a press is a message of the presser, in the same thread, naming the deed outright', async () => {
  const ts = await question();
  await house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'deed_0' });
  const [first] = await received(1);
  expect(first?.message).toMatchObject({
    person: 'slack:T0ACME:U0BOB',
    thread,
    text: 'It happened',
    act: { action: 'sophia_settle_outcome', input },
    audience: 'slack:T0ACME:public',
  });
  expect(await heard('U0BOB')).toContain('On it');
});

test('two presses at once by one person are one job, those of two people are two', async () => {
  const ts = await question();
  const press = (person: string) => house.slack.click(person, 'C0ENG', ts, { actionId: 'deed_0' });
  await Promise.all([press('U0BOB'), press('U0BOB'), press('U0ALICE')]);
  const all = await received(3);
  expect(new Set(all.map((one) => one.jobKey)).size).toBe(2);
});

test('a press carries Slack’s own time of it, the same however often it is delivered, and pressing again is said to be one', async () => {
  const ts = await question();
  await house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'deed_0' });
  const [first] = await received(1);
  const delivery = house.slack.deliveries.find((one) => one.kind === 'block_actions');
  const payload = JSON.parse(new URLSearchParams(delivery?.body).get('payload') ?? '{}');
  expect(first?.message.at).toBe(new Date(Math.floor(Number(payload.actions[0].action_ts) * 1000)).toISOString());
  expect(first?.jobKey).toBe(`button:C0ENG:${ts}:deed_0:U0BOB`);
  await heard('U0BOB');
  await house.slack.click('U0BOB', 'C0ENG', ts, { actionId: 'deed_0' });
  await house.slack.waitFor((world) => (world.ephemerals.U0BOB ?? []).length > 1);
  expect(await heard('U0BOB')).toContain('You pressed “It happened” before');
});

test('a deed too long for a button is left out', async () => {
  const ts = await question();
  expect(
    JSON.stringify(house.slack.thread('C0ENG', thread.split(':').at(-1) ?? '').find((one) => one.ts === ts)?.blocks),
  ).not.toContain('Too long');
});

test('Edit opens a window with the arguments; what is sent goes to the Door, and its words about a field come back', async () => {
  const approval = sampleApproval({ thread });
  house.door.approvals.set(approval.id, approval);
  house.door.form = {
    state: 'open',
    title: 'Deploy',
    fields: [
      { name: 'ref', kind: 'text', value: 'main', optional: false },
      { name: 'environment', kind: 'choice', value: 'production', options: ['staging', 'production'], optional: true },
    ],
  };
  const { id } = await house.sophia.surface.post(thread, { kind: 'card', approval }, 'card');
  await house.slack.click('U0BOB', 'C0ENG', id, { actionId: 'approval_edit' });
  await house.slack.waitFor(() => house.slack.view('U0BOB') !== null);
  const view = house.slack.view('U0BOB');
  const values = { ref: { value: 'v2' }, environment: { value: 'staging' } };
  house.door.editAnswer = { state: 'wrong', errors: { ref: 'there is no such branch' } };
  expect(await house.slack.submitView('U0BOB', view?.id ?? '', values)).toMatchObject({
    errors: { ref: 'there is no such branch' },
  });
  house.door.editAnswer = { state: 'asked', words: 'Asked anew.' };
  await house.slack.submitView('U0BOB', view?.id ?? '', values);
  await house.slack.waitFor(() => house.door.edits.length === 2);
  expect(house.door.edits[1]).toEqual({
    approvalId: approval.id,
    person: 'slack:T0ACME:U0BOB',
    values: { ref: 'v2', environment: 'staging' },
  });
});

test('an argument whose options Slack cannot offer whole is typed', async () => {
  const long = ['a'.repeat(151), 'b'];
  const alike = [`${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`];
  const fields = [
    { name: 'long', kind: 'choice' as const, value: long[0] ?? '', options: long, optional: false },
    { name: 'alike', kind: 'choice' as const, value: alike[1] ?? '', options: alike, optional: false },
    {
      name: 'many',
      kind: 'choice' as const,
      value: '7',
      options: Array.from({ length: 101 }, (_, i) => `${i}`),
      optional: false,
    },
    {
      name: 'fine',
      kind: 'choice' as const,
      value: 'a'.repeat(75),
      options: ['a'.repeat(75), 'b'.repeat(150)],
      optional: false,
    },
  ];
  house.door.form = { state: 'open', title: 'Deploy', fields };
  const approval = sampleApproval({ thread });
  const { id } = await house.sophia.surface.post(thread, { kind: 'card', approval }, 'card');
  await house.slack.click('U0BOB', 'C0ENG', id, { actionId: 'approval_edit' });
  await house.slack.waitFor(() => house.slack.view('U0BOB') !== null);
  const view = house.slack.view('U0BOB');
  const inputs = view?.blocks.filter((block) => block.type === 'input') as unknown as { element: { type: string } }[];
  expect(inputs.map(({ element }) => element.type)).toEqual([
    'plain_text_input',
    'plain_text_input',
    'plain_text_input',
    'static_select',
  ]);
  // What was not touched comes back as it was.
  await house.slack.submitView('U0BOB', view?.id ?? '', {});
  await house.slack.waitFor(() => house.door.edits.length === 1);
  expect(house.door.edits[0]?.values).toEqual(Object.fromEntries(fields.map(({ name, value }) => [name, value])));
});

test('an edit that could not be answered in its window is answered in the thread by the next process', async () => {
  const approval = sampleApproval({ thread });
  house.door.approvals.set(approval.id, approval);
  house.door.form = {
    state: 'open',
    title: 'x',
    fields: [{ name: 'ref', kind: 'text', value: 'main', optional: false }],
  };
  const { id } = await house.sophia.surface.post(thread, { kind: 'card', approval }, 'card');
  await house.slack.click('U0BOB', 'C0ENG', id, { actionId: 'approval_edit' });
  await house.slack.waitFor(() => house.slack.view('U0BOB') !== null);
  house.door.submitEdit = async () => {
    throw new Error('database is down');
  };
  await house.slack.submitView('U0BOB', house.slack.view('U0BOB')?.id ?? '', { ref: { value: 'v2' } });
  const door = new RecordingDoor();
  door.approvals.set(approval.id, approval);
  const successor = await house.again(door);
  await successor.replay();
  expect(door.edits).toEqual([{ approvalId: approval.id, person: 'slack:T0ACME:U0BOB', values: { ref: 'v2' } }]);
  expect(await heard('U0BOB')).toContain('Asked anew.');
});

test('who may not edit is told why', async () => {
  const approval = sampleApproval({ thread });
  house.door.form = { state: 'refused', words: 'Only the one who asked may.' };
  const { id } = await house.sophia.surface.post(thread, { kind: 'card', approval }, 'card');
  await house.slack.click('U0CAROL', 'C0ENG', id, { actionId: 'approval_edit' });
  expect(await heard('U0CAROL')).toContain('Only the one who asked may.');
  expect(house.slack.view('U0CAROL')).toBeNull();
});

test('a list of approvals carries the buttons of each that is pending', async () => {
  const approvals = [sampleApproval({ thread }), sampleApproval({ id: 'apr_other', thread, state: 'denied' })];
  const { id } = await house.sophia.surface.post(thread, { kind: 'approvals', approvals }, 'list');
  await house.slack.click('U0BOB', 'C0ENG', id, { actionId: 'approval_approve' });
  await house.slack.waitFor(() => house.door.choices.length === 1);
  expect(house.door.choices).toEqual([{ approvalId: 'apr_7Zk2', person: 'slack:T0ACME:U0BOB', verdict: 'approve' }]);
});
