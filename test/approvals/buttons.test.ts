/** Buttons forged, moved, worn out or pressed by the wrong person: each click is answered in words, and nothing changes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/core/action.ts';
import { acmeWorkspace } from '../../src/emulators/slack/workspace.ts';
import { openTestHouse, type TestHouse } from '../flow/test-house.ts';
import { type House, openHouse, send } from '../surfaces/slack/house.ts';

const guest = { id: 'U0GUEST', name: 'gus', realName: 'Gus Guest', isGuest: true, im: 'D0GUEST' };
const partner = { id: 'U0PARTNER', name: 'pat', realName: 'Pat Partner', home: 'T0OTHER', im: 'D0PARTNER' };
const written: string[] = [];
const note = defineAction({
  name: 'note_write_text',
  description: 'writes a note',
  effect: 'write',
  usage: 'note <name>',
  input: z.strictObject({ name: z.string() }),
  output: z.object({}),
  plan: async ({ name }) => ({
    target: `note:${name}`,
    summary: `Write ${name}`,
    details: [],
    preconditions: [],
    // More than any card can hold: what is written is all in the plan.
    resolved: {
      lines: name === 'long' ? Array.from({ length: 4000 }, (_, row) => `line ${row} of the long note`) : [],
    },
  }),
  async run(plan) {
    const lines = z.array(z.string()).parse(plan.resolved?.lines);
    written.push(`${plan.input.name} ${lines.length}`);
    return {};
  },
});

let slack: House;
let house: TestHouse;
beforeAll(async () => {
  const people = [...acmeWorkspace.people, guest, partner];
  const everywhere = (channel: (typeof acmeWorkspace.channels)[number]) => ({
    ...channel,
    members: [...channel.members, guest.id, partner.id],
  });
  const channels = acmeWorkspace.channels.map(everywhere);
  slack = await openHouse({ start: false, emulator: { people, channels } });
  house = await openTestHouse({
    actions: [note],
    at: slack.sophia.surface,
    // Named by mistake, the guest and the partner still may not decide.
    admins: ['slack:T0ACME:U0ALICE', 'slack:T0ACME:U0BOB', `slack:T0ACME:${guest.id}`, `slack:T0OTHER:${partner.id}`],
  });
  const { url } = await slack.sophia.start(house.door);
  slack.url = url;
  slack.slack.setRequestUrl(url ?? '');
});
afterAll(async () => {
  await slack.close();
  await house.close();
});

let turn = 0;
/** A question asked by Carol, with its card. */
async function asked(name = `note${++turn}`) {
  const before = new Set((await house.store.approvals.pending()).map((one) => one.id));
  await slack.slack.slash('U0CAROL', 'C0ENG', '/sophia', `note ${name}`);
  const card = () =>
    slack.slack
      .messages('C0ENG')
      .flatMap((root) => [root, ...root.replies])
      .find(
        (message) => message.text.includes(`Write ${name}`) && JSON.stringify(message.blocks).includes('approval_'),
      );
  await slack.slack.waitFor(() => card() !== undefined, 10_000);
  const [approval] = (await house.store.approvals.pending()).filter((one) => !before.has(one.id));
  const message = card();
  if (!approval || !message) throw new Error('there is no card');
  return { approval, message };
}

type Forged = {
  value?: unknown;
  actionId?: string;
  user?: { id: string; team_id: string };
  message?: { ts: string; thread_ts?: string };
};
/** A click as Slack would sign it, whatever it carries. */
async function click({ value, actionId = 'approval_approve', user, message }: Forged): Promise<void> {
  const payload = {
    type: 'block_actions',
    user: user ?? { id: 'U0ALICE', team_id: 'T0ACME' },
    team: { id: 'T0ACME' },
    trigger_id: `forged.${++turn}`,
    channel: { id: 'C0ENG' },
    ...(message ? { message } : {}),
    actions: [{ type: 'button', block_id: 'b', action_id: actionId, value }],
  };
  expect(await send(slack, new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), { form: true })).toBe(
    200,
  );
}

/** What this person is told next, by an ephemeral message or, where that cannot be, a direct one. */
async function told(person: string, deed: () => Promise<unknown>): Promise<string> {
  const seen = slack.slack.ephemerals(person).length;
  await deed();
  await slack.slack.waitFor(() => slack.slack.ephemerals(person).length > seen, 10_000);
  return slack.slack.ephemerals(person)[seen]?.text ?? '';
}

/** Everything that a click could have changed. */
async function state() {
  return {
    pending: (await house.store.approvals.pending()).map(({ id, votes }) => [id, votes]),
    runs: (await house.services.runs.list({ limit: 200 })).map(({ id, state }) => [id, state]),
    written: [...written],
    audit: await house.store.audit.head(),
    views: slack.slack.view('U0ALICE'),
  };
}

const here = (message: { ts: string; thread_ts?: string }) => ({
  ts: message.ts,
  ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
});

test.each(['approval_approve', 'approval_deny', 'approval_edit', 'approval_plan'])(
  'the id of another request on this card (%s) is not taken',
  async (actionId) => {
    const [one, other] = [await asked(), await asked()];
    const before = await state();
    const words = await told('U0ALICE', () =>
      click({ value: other.approval.id, actionId, message: here(one.message) }),
    );
    expect(words).toContain('belongs to another request');
    expect(await state()).toEqual(before);
  },
);

test.each([
  [
    'an id nobody knows',
    (id: string) => id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    'do not know this request',
  ],
  ['an id with a hash behind it', (id: string) => `${id}:deadbeef`, 'do not know this request'],
  ['an id in capitals', (id: string) => id.toUpperCase(), 'do not know this request'],
  ['an id in an object', (id: string) => ({ id }), 'no approval I know'],
  ['an id with a command beside it', (id: string) => `${id} OR 1=1`, 'no approval I know'],
  ['nothing', () => undefined, 'no approval I know'],
])('a button with %s is answered and changes nothing', async (_what, forge, said) => {
  const { approval } = await asked();
  const before = await state();
  expect(await told('U0ALICE', () => click({ value: forge(approval.id) }))).toContain(said);
  expect(await state()).toEqual(before);
});

test('a button of ours that does not exist is answered and changes nothing', async () => {
  const { approval, message } = await asked();
  const before = await state();
  for (const actionId of ['approval_', 'approval_approve_all', 'approval_APPROVE', 'approval_consume'])
    expect(await told('U0ALICE', () => click({ value: approval.id, actionId, message: here(message) }))).toContain(
      'do not know this button',
    );
  expect(await state()).toEqual(before);
});

test.each([
  ['a guest', guest.id, 'T0ACME'],
  ['somebody of another workspace, here by Slack Connect', partner.id, 'T0OTHER'],
  ['a partner whose click names our workspace', partner.id, 'T0ACME'],
  ['somebody with the id of an approver in another workspace', 'U0ALICE', 'T0EVIL'],
])('%s cannot approve, deny, edit or read, although the policy names them', async (_who, id, team_id) => {
  const { approval, message } = await asked();
  const before = await state();
  const user = { id, team_id };
  const press = (actionId: string) =>
    told(id, () => click({ value: approval.id, actionId, user, message: here(message) }));
  expect(await press('approval_approve')).toContain('Only full members of this workspace may decide');
  expect(await press('approval_edit')).toContain('Only full members of this workspace may edit');
  expect(await press('approval_plan')).toContain('you may not see it');
  expect(await state()).toEqual(before);
});

test('a denial by a guest is asked for its reason by Slack, and then refused', async () => {
  const { approval, message } = await asked();
  await slack.slack.click(guest.id, 'C0ENG', message.ts, { actionId: 'approval_deny' });
  await slack.slack.waitFor(() => slack.slack.view(guest.id) !== null);
  const view = slack.slack.view(guest.id);
  const before = await state();
  const words = await told(guest.id, () => slack.slack.submitView(guest.id, view?.id ?? '', { reason: 'no' }));
  expect(words).toContain('Only full members of this workspace may decide');
  expect(await state()).toEqual(before);
  expect((await house.store.approvals.get(approval.id))?.state).toBe('pending');
});

test('a plan of more than 100 kB has a card, can be read to its last line, and runs as it was read', async () => {
  const { approval, message } = await asked('long');
  expect(JSON.stringify(approval.plan).length).toBeGreaterThan(100_000);
  await slack.slack.click('U0BOB', 'C0ENG', message.ts, { actionId: 'approval_plan' });
  await slack.slack.waitFor(() => slack.slack.view('U0BOB') !== null, 10_000);
  const shown = () => JSON.stringify(slack.slack.view('U0BOB')?.blocks);
  const pages = Number(shown().match(/Page 1 of (\d+)/)?.[1]);
  expect(pages).toBeGreaterThan(3);
  let all = shown();
  for (let page = 2; page <= pages; page++) {
    await slack.slack.clickView('U0BOB', slack.slack.view('U0BOB')?.id ?? '', { actionId: 'approval_plan_next' });
    await slack.slack.waitFor(() => shown().includes(`Page ${page} of ${pages}`), 10_000);
    all += shown();
  }
  for (let row = 0; row < 4000; row++) expect(all).toContain(`line ${row} of the long note`);
  expect(shown()).not.toContain('approval_plan_next');
  expect(all).toContain(approval.plan.hash);
  await slack.slack.click('U0BOB', 'C0ENG', message.ts, { actionId: 'approval_approve' });
  await slack.slack.waitFor(() => written.includes('long 4000'), 10_000);
  expect(written.filter((one) => one.startsWith('long'))).toEqual(['long 4000']);
});
