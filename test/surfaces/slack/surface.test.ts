/** The Surface port on Slack: threads for commands, history, who somebody is, what they may read. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Message } from '../../../src/core/message.ts';
import type { Reply } from '../../../src/core/reply.ts';
import { acmeWorkspace } from '../../../src/emulators/slack/index.ts';
import { createSlack } from '../../../src/surfaces/slack/index.ts';
import { type House, MemoryInbox, MemoryLog, MemorySends, openHouse, secrets } from './house.ts';
import { sampleApproval } from './samples.ts';

let house: House;
beforeEach(async () => {
  const guest = { id: 'U0GUEST', name: 'gus', realName: 'Gus Guest', isGuest: true, im: 'D0GUEST' };
  const people = [...acmeWorkspace.people, guest];
  const channels = [
    ...acmeWorkspace.channels,
    { id: 'C0SECRET', name: 'secret', members: ['U0ALICE', 'U0SOPHIA'], isPrivate: true },
    { id: 'C0AWAY', name: 'away', members: ['U0ALICE'] },
  ];
  house = await openHouse({ emulator: { people, channels } });
});
afterEach(() => house.close());

const words = (markdown: string): Reply => ({ kind: 'words', markdown });

async function command(channel: string, text = 'deploy web'): Promise<Message> {
  await house.slack.slash('U0ALICE', channel, '/sophia', text);
  await vi.waitFor(() => expect(house.door.received).toHaveLength(1));
  const [first] = house.door.received;
  if (!first) throw new Error('nothing was received');
  return first.message;
}

test('a command opens a thread that says who asked what, once', async () => {
  const message = await command('C0DEPLOYS', 'deploy `web` to <b>');
  const thread = await house.sophia.surface.open(message, 'run-1/open');
  expect(await house.sophia.surface.open(message, 'run-1/open')).toBe(thread);
  const [root, ...rest] = house.slack.messages('C0DEPLOYS');
  expect(rest).toEqual([]);
  expect(thread).toBe(`slack:T0ACME:C0DEPLOYS:${root?.ts}`);
  expect(root?.text).toBe('<@U0ALICE> asked: `/sophia deploy ˋwebˋ to &lt;b&gt;`');
});

test('in a channel she is not in, she says so to the asker alone and how to change it', async () => {
  const message = await command('C0AWAY');
  await expect(house.sophia.surface.open(message, 'run-1/open')).rejects.toMatchObject({ code: 'forbidden' });
  expect(house.slack.ephemerals('U0ALICE')[0]?.text).toBe(
    'I am not in this channel. Invite me with /invite @sophia and try again.',
  );
  expect(house.slack.messages('C0AWAY')).toEqual([]);
});

test('a scope that is missing is named, with what to do', async () => {
  const narrow = await openHouse({ emulator: { scopes: ['app_mentions:read'] } });
  const posted = narrow.sophia.surface.post('slack:T0ACME:C0ENG:1.1', words('hi'), 'a');
  await expect(posted).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('`chat:write`'),
    hint: expect.stringContaining('OAuth & Permissions'),
  });
  await narrow.close();
});

test('history is oldest first, with names, without cards, and marks her own words', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia why is <https://acme.com|the site> slow & sad?');
  const thread = `slack:T0ACME:C0ENG:${ts}`;
  await house.sophia.surface.post(thread, { kind: 'card', approval: sampleApproval() }, 'card');
  await house.sophia.surface.post(thread, words('The cache is cold.'), 'words');
  await house.slack.say('U0BOB', 'C0ENG', 'thanks', { thread: ts });
  const said = await house.sophia.surface.history(thread, 10);
  expect(said.map(({ person, bySophia }) => ({ person, bySophia }))).toEqual([
    { person: 'slack:T0ACME:U0ALICE', bySophia: false },
    { person: 'slack:T0ACME:U0SOPHIA', bySophia: true },
    { person: 'slack:T0ACME:U0BOB', bySophia: false },
  ]);
  expect(said.map((each) => each.name)).toEqual(['Alice Moreno', 'Sophia', 'Bob Tanaka']);
  expect(said[1]?.text).toBe('The cache is cold.');
  expect((await house.sophia.surface.history(thread, 1)).map((each) => each.text)).toEqual(['thanks']);
  expect(await house.sophia.surface.history(thread, 0)).toEqual([]);
});

test('a person is a member, a guest, a bot or external, and an unknown one is an error', async () => {
  const { surface } = house.sophia;
  expect(await surface.person('slack:T0ACME:U0BOB')).toEqual({
    id: 'slack:T0ACME:U0BOB',
    name: 'Bob Tanaka',
    kind: 'member',
    timeZone: 'Asia/Tokyo',
    locale: 'ja-JP',
  });
  expect((await surface.person('slack:T0ACME:U0GUEST')).kind).toBe('guest');
  expect((await surface.person('slack:T0ACME:U0SOPHIA')).kind).toBe('bot');
  expect((await surface.person('slack:T0EVIL:U0BOB')).kind).toBe('external');
  await expect(surface.person('slack:T0ACME:U0NOBODY')).rejects.toMatchObject({ code: 'not_found' });
  await expect(surface.person('nonsense')).rejects.toMatchObject({ code: 'bad_input' });
});

test('who cannot be looked up is nobody: it throws', async () => {
  house.slack.faults.failNext('users.info', 'internal_error', 3);
  await expect(house.sophia.surface.person('slack:T0ACME:U0BOB')).rejects.toMatchObject({ code: 'timeout' });
  expect((await house.sophia.surface.person('slack:T0ACME:U0BOB')).kind).toBe('member');
});

const token = (place: string) => `slack:T0ACME:${place}`;
const at = (channel: string, audience = channel) => ({ channel: token(channel), audience: token(audience) });

test('what a person may be told: public channels, their own direct messages, and the private channel they are in', async () => {
  const { surface } = house.sophia;
  expect(await surface.access(token('U0ALICE'), at('C0SECRET'))).toEqual({
    readable: ['public', 'D0ALICE', 'C0SECRET'].map(token),
    audience: token('C0SECRET'),
  });
  expect((await surface.access(token('U0BOB'), at('C0SECRET'))).readable).not.toContain(token('C0SECRET'));
  expect((await surface.access(token('U0BOB'), at('D0ALICE'))).readable).not.toContain(token('D0ALICE'));
  expect((await surface.access(token('U0GUEST'), at('C0ENG', 'public'))).readable).toEqual([]);
  house.slack.faults.failNext('conversations.members', 'fatal_error', 12);
  const later = await openHouse({ surface: { apiUrl: house.slack.apiUrl }, start: false });
  await expect(later.sophia.surface.access(token('U0ALICE'), at('C0SECRET'))).rejects.toThrow();
  await later.close();
});

test('in their own direct messages a person in two private channels may draw on both, and on neither from the other', async () => {
  const { slack, sophia } = house;
  await slack.change('C0ENG', { isPrivate: true });
  const readable = async (channel: string) => (await sophia.surface.access(token('U0ALICE'), at(channel))).readable;
  await expect.poll(() => readable('D0ALICE')).toEqual(['public', 'D0ALICE', 'C0ENG', 'C0SECRET'].map(token));
  expect(await readable('C0SECRET')).toEqual(['public', 'D0ALICE', 'C0SECRET'].map(token));
  await slack.leave('U0ALICE', 'C0SECRET');
  await expect.poll(() => readable('D0ALICE')).not.toContain(token('C0SECRET'));
  expect(await readable('C0SECRET')).not.toContain(token('C0SECRET'));
});

test('where guests or other organisations read along, nothing of other channels is told', async () => {
  const { slack, sophia } = house;
  const access = (channel: string, audience: string) => sophia.surface.access(token('U0ALICE'), at(channel, audience));
  expect(await access('C0ENG', 'public')).not.toHaveProperty('only');
  await slack.invite('U0GUEST', 'C0ENG');
  await expect.poll(() => access('C0ENG', 'public')).toMatchObject({ only: token('C0ENG') });
  await slack.leave('U0GUEST', 'C0ENG');
  await expect.poll(() => access('C0ENG', 'public')).not.toHaveProperty('only');
  await slack.invite('U0GUEST', 'C0SECRET');
  await expect
    .poll(async () => (await access('C0SECRET', 'C0SECRET')).readable)
    .toEqual(['D0ALICE', 'C0SECRET'].map(token));
});

test('a status that changes asks about that person alone; a member who becomes a guest counts as one at once', async () => {
  const { slack, sophia } = house;
  const access = () => sophia.surface.access(token('U0ALICE'), at('C0ENG', 'public'));
  await access();
  const lists = () => slack.calls.filter(({ method }) => method === 'users.list').length;
  const before = lists();
  await slack.deactivate('U0BOB');
  // Closing an account ends memberships too; here Slack is slow with those.
  await slack.invite('U0BOB', 'C0ENG');
  await expect.poll(access).toMatchObject({ only: token('C0ENG') });
  expect(lists()).toBe(before);
});

test('a channel that is shared with another organisation while a question is answered counts as shared at once', async () => {
  const { slack, sophia } = house;
  await slack.change('C0ENG', { isShared: true });
  const asked = () => sophia.surface.access(token('U0ALICE'), at('C0ENG', 'public'));
  await expect.poll(asked).toEqual({ readable: ['D0ALICE', 'C0ENG'].map(token), audience: token('C0ENG') });
  expect(await sophia.surface.audience(token('C0ENG'))).toBe(token('C0ENG'));
});

test('a change whose event was lost counts within a minute; what cannot be looked up is public to nobody', async () => {
  let now = Date.now();
  const later = await openHouse({ surface: { apiUrl: house.slack.apiUrl, now: () => new Date(now) }, start: false });
  const { surface } = later.sophia;
  expect(await surface.audience(token('C0ENG'))).toBe(token('public'));
  await house.slack.change('C0ENG', { isPrivate: true }, { quietly: true });
  now += 60_000;
  expect(await surface.audience(token('C0ENG'))).toBe(token('C0ENG'));
  now += 60_000;
  house.slack.faults.failNext('conversations.info', 'fatal_error', 12);
  await expect(surface.audience(token('C0ENG'))).rejects.toThrow();
  await later.close();
});

test('whoever left the workspace may be told nothing from that moment on', async () => {
  const access = () => house.sophia.surface.access(token('U0BOB'), at('C0ENG', 'public'));
  expect((await access()).readable).toContain(token('public'));
  await house.slack.deactivate('U0BOB');
  await expect.poll(async () => (await access()).readable).toEqual([]);
});

test('a whisper reaches one person; one who is not in the channel gets it directly', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0SECRET', 'psst');
  const thread = `slack:T0ACME:C0SECRET:${ts}`;
  await house.sophia.surface.whisper(thread, 'slack:T0ACME:U0ALICE', words('for you'));
  expect(house.slack.ephemerals('U0ALICE')[0]).toMatchObject({ text: 'for you', thread_ts: ts });
  await house.sophia.surface.whisper(thread, 'slack:T0ACME:U0BOB', words('for you, too'));
  expect(house.slack.ephemerals('U0BOB')).toEqual([]);
  expect(house.slack.messages('D0BOB').map((message) => message.text)).toEqual(['for you, too']);
});

test('a status is shown where Slack can, and never fails', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'D0ALICE', 'hello');
  const thread = `slack:T0ACME:D0ALICE:${ts}`;
  await house.sophia.surface.setStatus(thread, 'suspended');
  expect(house.slack.snapshot().sessions).toMatchObject([{ channel: 'D0ALICE', thread: ts, status: 'suspended' }]);
  house.slack.faults.failNext('agents.sessions.setStatus', 'unknown_method', 1);
  house.slack.faults.failNext('assistant.threads.setStatus', 503, 2);
  await house.sophia.surface.setStatus(thread, 'processing');
  await house.sophia.surface.setStatus(thread, 'active');
  await house.sophia.surface.setStatus('no thread at all', 'active');
  const calls = house.slack.calls.filter((call) => call.method === 'agents.sessions.setStatus');
  expect(calls).toHaveLength(2);
  expect(house.log.lines.filter((line) => line.level === 'error')).toEqual([]);
});

test('a message has a permanent address, and a person a mention', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', 'hello');
  const reference = await house.sophia.surface.post(`slack:T0ACME:C0ENG:${ts}`, words('hi'), 'a');
  expect(await house.sophia.surface.permalink(reference)).toMatch(/^https:\/\/acme\.slack\.com\/archives\/C0ENG\/p\d+/);
  expect(house.sophia.surface.mention('slack:T0ACME:U0BOB')).toBe('<@U0BOB>');
  expect(house.sophia.surface.mention('slack:T0ACME:<!channel>')).not.toContain('<!');
});

test('a token Slack does not accept, and a missing secret, are said plainly at the start', async () => {
  const options = {
    ...secrets,
    apiUrl: house.slack.apiUrl,
    port: 0,
    host: '127.0.0.1',
    inbox: new MemoryInbox(),
    sends: new MemorySends(),
    log: new MemoryLog(),
    redact: (text: string) => text,
    now: () => new Date(),
  };
  await expect(createSlack({ ...options, botToken: 'xoxb-wrong' })).rejects.toMatchObject({ code: 'not_configured' });
  const { signingSecret: _, ...unsigned } = options;
  await expect(createSlack(unsigned)).rejects.toMatchObject({
    message: expect.stringContaining('SLACK_SIGNING_SECRET'),
  });
});

test('a thread of six hundred messages is read: its first one and its newest, with people and channels by name', async () => {
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia the site is down since noon');
  for (let index = 1; index < 600; index++) await house.slack.say('U0BOB', 'C0ENG', `note ${index}`, { thread: ts });
  await house.slack.say('U0ALICE', 'C0ENG', 'ask @bob in #deploys', { thread: ts });
  const said = await house.sophia.surface.history(`slack:T0ACME:C0ENG:${ts}`, 300);
  expect(said).toHaveLength(300);
  expect(said[0]?.text).toContain('the site is down');
  expect(said.at(-2)?.text).toBe('note 599');
  expect(said.at(-1)?.text).toBe('ask @Bob Tanaka (<@U0BOB>) in #deploys');
});

test('a channel is named by its id, and only to people who are in it', async () => {
  const { surface } = house.sophia;
  expect(await surface.channel('#C0SECRET', 'slack:T0ACME:U0ALICE')).toEqual({
    channel: 'slack:T0ACME:C0SECRET',
    audience: 'slack:T0ACME:C0SECRET',
    name: 'secret',
  });
  const none = 'There is no such channel that you are in.';
  await expect(surface.channel('#C0SECRET', 'slack:T0ACME:U0BOB')).rejects.toThrow(none);
  await expect(surface.channel('#C0NOWHERE', 'slack:T0ACME:U0BOB')).rejects.toThrow(none);
  await expect(surface.channel('#C0AWAY', 'slack:T0ACME:U0ALICE')).rejects.toThrow('I am not in that channel');
  await expect(surface.channel('#eng', 'slack:T0ACME:U0ALICE')).rejects.toThrow('which channel');
});

test('an aside reaches the asker alone, and what is theirs has a place of its own', async () => {
  const message = await command('C0DEPLOYS', 'memory');
  await house.sophia.surface.aside(message, words('That is for you alone.'));
  expect(house.slack.ephemerals('U0ALICE').map(({ text }) => text)).toEqual(['That is for you alone.']);
  expect(await house.sophia.surface.own('slack:T0ACME:U0ALICE')).toBe('slack:T0ACME:D0ALICE');
});
