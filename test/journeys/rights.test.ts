/** Who is told what, by the real app: the model hears only what everybody there may, and people see, correct and take along what is theirs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acmeWorkspace } from '../../src/emulators/slack/workspace.ts';
import { alice, bob, carol, eng, eventually, openStage, random, type Stage } from './stage.ts';

const leads = 'C0LEADS';
const open = 'C0OPEN';
const guest = 'U0GUEST';
const nothing = /Nothing is remembered about that/;
const secret = 'the acquisition code name is lighthouse';
const port = 'the staging tunnel listens on 5433';

let stage: Stage;
beforeAll(async () => {
  const all = [alice, bob, carol, 'U0SOPHIA'];
  stage = await openStage({
    environment: { SOPHIA_LISTEN: 'invited' },
    timeoutMs: 40_000,
    slack: {
      people: [
        ...acmeWorkspace.people,
        { id: guest, name: 'gus', realName: 'Gus Guest', isGuest: true, im: 'D0GUEST' },
      ],
      channels: [
        ...acmeWorkspace.channels,
        { id: leads, name: 'leads', members: [alice, carol, 'U0SOPHIA'], isPrivate: true },
        { id: open, name: 'open', members: [...all, guest] },
      ],
    },
  });
  for (const [person, channel, text] of [
    [alice, leads, secret],
    [carol, eng, port],
  ] as const) {
    await stage.slack.say(person, channel, text);
    await eventually('it is kept', () =>
      expect(stage.rows('select id from memories where text = ?', text)).toHaveLength(1),
    );
  }
}, 60_000);
afterAll(() => stage.close());

/** What the model was told to this question. */
async function toldTo(person: string, channel: string, question: string): Promise<string> {
  const before = stage.world.openRouter?.requests.length ?? 0;
  const { ts } = await stage.slack.say(person, channel, channel.startsWith('D') ? question : `@sophia ${question}`);
  await stage.driver.reply({ channel, ts }, ['An AI wrote this']);
  return JSON.stringify(stage.world.openRouter?.requests.slice(before).map(({ body }) => body));
}
async function recalled(person: string, channel: string, question: string, expected: RegExp | string): Promise<void> {
  const place = await stage.driver.command(person, channel, `/sophia recall ${question}`);
  await stage.driver.reply(place, [expected]);
}

test('the same question: its answer reaches the model in the private channel and a member’s own messages, never in public or for others', async () => {
  const question = 'what is the acquisition code name?';
  expect(await toldTo(alice, leads, question)).toContain('lighthouse');
  expect(await toldTo(alice, 'D0ALICE', question)).toContain('lighthouse');
  expect(await toldTo(alice, random, question)).not.toContain('lighthouse');
  expect(await toldTo(bob, 'D0BOB', question)).not.toContain('lighthouse');
}, 60_000);

test('where a guest reads along nothing of other channels is told, and when they have left it is', async () => {
  await recalled(alice, open, 'staging tunnel', nothing);
  await stage.slack.leave(guest, open);
  await expect
    .poll(async () => (await toldTo(bob, open, 'on which port does the staging tunnel listen?')).includes('5433'), {
      timeout: 30_000,
    })
    .toBe(true);
}, 60_000);

test('a channel that is shared with another organisation hears of no other, from that moment on', async () => {
  await recalled(alice, random, 'staging tunnel', '5433');
  await stage.slack.change(random, { isShared: true });
  await expect
    .poll(() => stage.slack.deliveries.some(({ name, status }) => name === 'channel_shared' && status === 200))
    .toBe(true);
  await recalled(alice, random, 'staging tunnel', nothing);
}, 60_000);

test('somebody put out of a private channel is told nothing of it at once', async () => {
  await recalled(carol, 'D0CAROL', 'acquisition code name', 'lighthouse');
  await stage.slack.leave(carol, leads);
  await expect
    .poll(() => stage.slack.deliveries.some(({ name, status }) => name === 'member_left_channel' && status === 200))
    .toBe(true);
  await recalled(carol, 'D0CAROL', 'acquisition code name', nothing);
}, 60_000);

test('what is known of somebody is shown to them alone, is put right, and given to them as a file', async () => {
  const inOwn = () => JSON.stringify(stage.slack.messages('D0ALICE'));
  await stage.slack.slash(alice, eng, '/sophia', 'memory');
  // The secret alone stands there from before.
  await expect.poll(inOwn, { timeout: 20_000 }).toMatch(/of you or about you.*lighthouse/);
  expect(JSON.stringify(stage.slack.messages(eng))).not.toContain('lighthouse');
  const [row] = stage.rows('select id from memories where text = ?', secret);
  const id = String(row?.id).slice(0, 8);
  const corrected = await stage.driver.command(
    alice,
    'D0ALICE',
    `/sophia correct ${id} the acquisition code name is harbour`,
  );
  await stage.driver.reply(corrected, ['Done']);
  await recalled(alice, leads, 'acquisition code name', 'harbour');
  await stage.slack.slash(alice, eng, '/sophia', 'memory json');
  const files = () =>
    stage.slack
      .messages('D0ALICE')
      .flatMap((root) => [root, ...root.replies])
      .flatMap((one) => one.files ?? []);
  await expect.poll(() => files().length, { timeout: 20_000 }).toBe(1);
  const [file] = files();
  const rows = JSON.parse(stage.slack.file(String(file?.id))?.content.toString() ?? '') as {
    text: string;
    corrected: unknown;
  }[];
  expect(rows.find((one) => one.text === 'the acquisition code name is harbour')?.corrected).toMatchObject({
    by: 'slack:T0ACME:U0ALICE',
  });
}, 60_000);

test('whoever left is told nothing, and an admin has their words forgotten with another’s consent', async () => {
  await stage.slack.deactivate(carol);
  const place = await stage.driver.command(alice, eng, '/sophia forget person <@U0CAROL>');
  const card = await stage.driver.card(place);
  await stage.approve(bob, card);
  await stage.driver.reply(place, ['Done']);
  expect(stage.rows('select id from memories where person = ?', 'slack:T0ACME:U0CAROL')).toEqual([]);
  expect(stage.rows('select id from memories where text = ?', port)).toEqual([]);
  // Those who recalled it, and the model that was told it, left it in the records of their runs.
  await stage.quiet();
  const holding = readdirSync(stage.data)
    .filter((file) => /^(sophia|runs)\.db/.test(file))
    .filter((file) => readFileSync(join(stage.data, file)).includes('tunnel listens on 5433'));
  expect(holding).toEqual([]);
}, 60_000);
