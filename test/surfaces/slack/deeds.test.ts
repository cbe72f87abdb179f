/** Buttons that ask for a deed, and the window that edits a request: signed clicks in, the Door's words out. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';
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
