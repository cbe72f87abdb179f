/** What people type, right and wrong: stopping, freezing, mistakes told with the way out, and who is no member. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acmeWorkspace } from '../../src/emulators/slack/index.ts';
import { alice, bob, carol, deploys, done, openStage, reference, type Stage } from './stage.ts';

const guest = 'U0GRACE';
const { people, channels } = acmeWorkspace;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    slack: {
      people: [...people, { id: guest, name: 'grace', realName: 'Grace Guest', isGuest: true, im: 'D0GRACE' }],
      channels: channels.map((channel) => ({ ...channel, members: [...channel.members, guest] })),
    },
    // Somebody named her by mistake: being named is not enough.
    environment: { SOPHIA_ADMINS: `U0ALICE,U0BOB,${guest}` },
  });
});
afterAll(() => stage.close());

const ask = (text: string, person = alice) => stage.driver.command(person, deploys, `/sophia ${text}`);

test('frozen, a deploy is refused with the reason and the way out; thawed by another person, it asks again', async () => {
  const { driver } = stage;
  await driver.reply(await ask('freeze the database moves house'), [/Done:/, reference]);
  const writes = stage.fly.requests.length;
  const refused = await ask('deploy web to production');
  await driver.reply(refused, ['Not done', 'frozen', 'the database moves house', '/sophia thaw', reference]);
  await driver.reply(await driver.say(bob, deploys, '@sophia merge #12 in acme/web'), ['Not done', 'frozen']);
  expect(stage.count(refused, /approval_approve/)).toBe(0);
  expect(stage.fly.requests).toHaveLength(writes);

  const thaw = await ask('thaw');
  const card = await driver.card(thaw);
  expect(card.words).toContain('the database moves house');
  await stage.approve(bob, card);
  await driver.reply(thaw, done, { after: card.ts });
  const again = await ask('deploy web to production');
  const question = await driver.card(again);
  await stage.approve(bob, question);
  await driver.reply(again, done, { after: question.ts });
  expect(stage.updates()).toEqual([1, 1, 1]);
});

test('a freeze that comes between the question and the yes voids the approval', async () => {
  const { driver } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy();
  await driver.reply(await ask('freeze wait a moment', bob), [/Done:/]);
  await stage.approve(bob, card);
  await driver.reply(place, ['Not done', 'wait a moment', reference], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.stateOf(card.approvalId)).toBe('void');
  expect(stage.updates()).toEqual(before);
  const thaw = await driver.card(await ask('thaw', bob));
  await stage.approve(alice, thaw);
  await stage.ended(thaw.approvalId);
});

test('a run is stopped by the one who asked or an admin, and by nobody else; its card dies', async () => {
  const { driver } = stage;
  const before = stage.updates();
  const { card, place } = await stage.askToDeploy();
  const run = String(stage.rows('SELECT run_id FROM approvals WHERE id = ?', card.approvalId)[0]?.run_id).slice(0, 8);
  await driver.reply(await ask('runs', carol), [run, 'deploy web to production', 'waiting for approval']);
  await driver.reply(await ask(`stop ${run}`, carol), ['Not done', 'Alice', 'or an admin']);
  expect(stage.stateOf(card.approvalId)).toBe('pending');

  await driver.reply(await ask(`stop ${run}`, bob), [/Done:/, reference]);
  const dead = await driver.becomes(card, ['Stopped']);
  await driver.reply(place, ['Not done', 'stopped', reference], { after: card.ts });
  expect(stage.hasButtons(dead)).toBe(false);
  expect(stage.updates()).toEqual(before);
  await driver.reply(await ask('stop 00000000'), ['No running run begins with', '/sophia runs']);
});

test('an unknown command is answered with the nearest ones, to the one who mistyped it alone', async () => {
  await stage.aside(alice, deploys, 'deplyo web', ['do not know', 'deplyo', '/sophia deploy web']);
  await stage.aside(alice, deploys, 'rolback web', ['/sophia rollback web']);
  await stage.aside(alice, deploys, 'xyzzy', ['do not know', 'xyzzy', '/sophia help']);
  await stage.aside(alice, deploys, 'help', ['Change something', 'deploy <service>']);
});

test('a wrong argument is named, with why and an example', async () => {
  const { driver } = stage;
  await driver.reply(await ask('merge twelve in acme/web'), [
    'number',
    /expected number|a number/i,
    'merge #12 in acme/web',
  ]);
  await driver.reply(await ask('merge #12 in acme'), ['repo', 'owner/name', 'merge #12 in acme/web']);
  await driver.reply(await ask('deploy shop'), ['Not done', 'shop', 'web']);
  await driver.reply(await ask('deploy web to moon'), ['Not done', 'moon', 'production']);
});

test('a command without its arguments opens a window, and what is filled in there is asked for', async () => {
  const { slack, driver } = stage;
  await slack.slash(alice, deploys, '/sophia', 'deploy');
  await slack.waitFor(() => slack.view(alice) !== null);
  const view = slack.view(alice);
  expect(JSON.stringify(view)).toContain('environment');
  const before = new Set(slack.messages(deploys).map(({ ts }) => ts));
  expect(await slack.submitView(alice, view?.id ?? '', { service: { value: 'web' } })).toEqual({ outcome: 'closed' });
  const opened = () => slack.messages(deploys).find(({ ts }) => !before.has(ts));
  await slack.waitFor(() => opened() !== undefined);
  const place = { channel: deploys, ts: opened()?.ts ?? '' };
  expect((await driver.card(place)).words).toContain('production');
  await driver.say(alice, deploys, '@sophia stop', place);
  await stage.quiet();
});

test('the plan alone shows everything and asks nobody', async () => {
  const { driver } = stage;
  const sha = (await stage.world.commitToMain('Only to look at')).slice(0, 7);
  const writes = stage.fly.requests.length;
  const place = await ask('plan deploy web');
  await driver.reply(place, [sha, 'production', 'fra', 'iad', 'syd']);
  await stage.quiet();
  expect(stage.count(place, /approval_/)).toBe(0);
  expect(stage.rows("SELECT id FROM approvals WHERE state = 'pending'")).toEqual([]);
  expect(stage.fly.requests).toHaveLength(writes);
});

test('a guest is told politely whom I work for, and cannot approve even where somebody named them', async () => {
  const { driver } = stage;
  const before = stage.updates();
  await stage.aside(guest, deploys, 'deploy web to production', ['full members', 'ask one of them']);
  const place = await driver.say(guest, deploys, '@sophia deploy web to production');
  await driver.reply(place, ['full members', 'ask one of them']);
  await stage.quiet();
  expect(stage.count(place, /approval_approve/)).toBe(0);

  const { card } = await stage.askToDeploy();
  const seen = driver.whispers(guest);
  await stage.approve(guest, card);
  await driver.whisper(guest, ['full members'], seen);
  expect(stage.votes(card.approvalId)).toEqual([]);
  expect(stage.stateOf(card.approvalId)).toBe('pending');
  expect(stage.updates()).toEqual(before);
});
