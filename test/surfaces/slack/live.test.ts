/** An answer that grows: one message, each word once, nothing secret, and an end in every trouble. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Reply } from '../../../src/core/reply.ts';
import type { Live } from '../../../src/core/surface.ts';
import { createHold } from '../../../src/kit/redact.ts';
import { createSlack } from '../../../src/surfaces/slack/index.ts';
import { type House, MemoryInbox, openHouse, secrets } from './house.ts';

const secret = 'sk-live-SECRET';
let house: House;
let ts: string;
let thread: string;
let time: number;

beforeEach(async () => {
  time = Date.parse('2026-11-20T10:00:00Z');
  const clock = () => time;
  house = await openHouse({
    emulator: { clock },
    surface: { now: () => new Date(time), hold: createHold([secret]) },
  });
  ({ ts } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia what waits?'));
  thread = `slack:T0ACME:C0ENG:${ts}`;
});
afterEach(() => house.close());

const alice = 'slack:T0ACME:U0ALICE';
const answer = (markdown: string, more: object = {}): Reply => ({
  kind: 'words',
  markdown,
  footer: 'a model · $0.0010',
  feedback: 'run-1',
  ...more,
});
const said = () => house.slack.thread('C0ENG', ts).slice(1);
const calls = (method: string) => house.slack.calls.filter((call) => call.method === method);
const drawn = () => JSON.stringify(said());

function live(surface = house.sophia.surface): Live {
  if (!surface.live) throw new Error('nothing grows here');
  return surface.live(thread, alice, 'run-1/answer');
}

/** The words arrive as a model says them. */
async function grow(growing: Live, ...pieces: string[]): Promise<void> {
  for (const piece of pieces) growing.heard(piece);
  await vi.waitFor(() => expect(calls('chat.startStream').length).toBeGreaterThan(0));
  await vi.waitFor(() => expect(said().length).toBeGreaterThan(0));
}

test('the words grow in one message, which ends with its small print and two thumbs', async () => {
  const growing = live();
  await grow(growing, 'Two are ', 'waiting: ', '**#12** and **#13**.');
  expect(said()[0]).toMatchObject({ streaming_state: 'in_progress' });
  const end = await growing.end(answer('Two are waiting: **#12** and **#13**.'));
  expect(said()).toHaveLength(1);
  expect(said()[0]).toMatchObject({
    ts: end.id,
    text: 'Two are waiting: **#12** and **#13**.',
    streaming_state: 'completed',
    blocks: [{ type: 'markdown' }, { type: 'context' }, { type: 'context_actions' }],
  });
  expect(calls('chat.postMessage')).toEqual([]);
  expect(await growing.end(answer('again'))).toEqual(end);
  expect(said()).toHaveLength(1);
});

test('words said all at once open one stream, not two', async () => {
  const growing = live();
  for (const word of 'one two three four five six seven eight'.split(' ')) growing.heard(`${word} `);
  growing.step({ id: '1.1', title: 'github list pull requests', state: 'running' });
  await growing.pause();
  expect(calls('chat.startStream')).toHaveLength(1);
});

test('the steps stand between the words, each in its last state', async () => {
  const growing = live();
  await grow(growing, 'I look. ');
  growing.step({ id: '1.1', title: 'github list pull requests', detail: 'repository: acme/web', state: 'running' });
  growing.step({ id: '1.1', title: 'github list pull requests', detail: 'repository: acme/web', state: 'done' });
  growing.step({ id: '1.2', title: 'fly get app', state: 'failed' });
  growing.heard('There are two.');
  await growing.end(answer('There are two.'));
  expect(said()[0]?.blocks?.map(({ type, status, text }) => status ?? text ?? type)).toEqual([
    'I look. ',
    'complete',
    'error',
    'There are two.',
    'context',
    'context_actions',
  ]);
});

test('a secret is not shown, not even its beginning, however the words are cut', async () => {
  const growing = live();
  await grow(growing, 'The key is ', 'sk-live', '-SEC', 'RET and ', 'that is all.');
  await growing.end(answer(`The key is ${secret} and that is all.`));
  const sent = JSON.stringify(house.slack.calls.map(({ args }) => args));
  expect(sent).not.toContain('sk-live');
  expect(said()[0]?.text).toBe('The key is [redacted] and that is all.');
});

test('words that would call people call nobody, neither while they grow nor in the end', async () => {
  const growing = live();
  await grow(growing, 'Hello <!channel> and ', '<@U0BOB> you');
  await growing.end(answer('Hello <!channel> and <@U0BOB> you'));
  expect(said()).toHaveLength(1);
  for (const { args } of house.slack.calls.filter(({ method }) => /Stream/.test(method)))
    expect(JSON.stringify(args)).not.toMatch(/<[!@]/);
  expect(said()[0]?.text).not.toContain('<!channel>');
  expect(drawn()).toContain('Hello <!channel> and');
  expect(said()[0]?.blocks?.[0]?.type).toBe('rich_text');
});

test('a model that was taken back is not in the end', async () => {
  const growing = live();
  await grow(growing, 'Wrong words ');
  growing.restarted();
  growing.heard('Right words.');
  await growing.end(answer('Right words.'));
  expect(said()).toHaveLength(1);
  expect(drawn()).toContain('Right words.');
  expect(drawn()).not.toContain('Wrong');
});

test('a stream that Slack let die is drawn anew in its place', async () => {
  const growing = live();
  await grow(growing, 'A long ');
  time += 301_000;
  await growing.end(answer('A long thought.'));
  expect(said()).toHaveLength(1);
  expect(drawn()).toContain('A long thought.');
});

test('before it would die it is closed, and the words go on in another message', async () => {
  const growing = live();
  await grow(growing, 'First part. ');
  time += 280_000;
  growing.heard('Second part. ');
  await vi.waitFor(() => expect(calls('chat.startStream')).toHaveLength(2), { timeout: 5000 });
  await growing.end(answer('First part. Second part. '));
  expect(said().map((message) => message.streaming_state)).toEqual(['completed', 'completed']);
});

test('while people decide nothing hangs open: what comes after stands in a message of its own', async () => {
  const growing = live();
  await grow(growing, 'I ask for it. ');
  await growing.pause();
  expect(said()[0]).toMatchObject({ text: 'I ask for it. ', streaming_state: 'completed' });
  growing.heard('It is done.');
  await growing.end(answer('It is done.'));
  expect(said().map(({ text }) => text)).toEqual(['I ask for it. ', 'It is done.']);
});

test('where no stream can be had the answer is posted all the same', async () => {
  house.slack.faults.rateLimitNext('chat.startStream', 30);
  const growing = live();
  growing.heard('Some words ');
  await vi.waitFor(() => expect(calls('chat.startStream')).toHaveLength(1));
  growing.step({ id: '1.1', title: 'look', state: 'done' });
  await growing.end(answer('Some words at last.'));
  expect(said()).toHaveLength(1);
  expect(calls('chat.postMessage')).toHaveLength(1);
});

test('an append that Slack puts off is made later, and no word is lost', async () => {
  const growing = live();
  await grow(growing, 'One ');
  house.slack.faults.rateLimitNext('chat.appendStream', 1);
  growing.heard('two ');
  await vi.waitFor(() => expect(said()[0]?.text).toBe('One two '), { timeout: 5000 });
  await growing.end(answer('One two '));
  expect(said().map(({ text }) => text)).toEqual(['One two ']);
});

test.each(['chat.appendStream', 'chat.stopStream'])(
  'an answer of %s that is lost loses nothing and doubles nothing',
  async (method) => {
    const growing = live();
    await grow(growing, 'One ');
    house.slack.faults.dropAnswerNext(method);
    growing.heard('two ');
    if (method === 'chat.appendStream')
      await vi.waitFor(() => expect(calls(method)).toHaveLength(1), { timeout: 5000 });
    await growing.end(answer('One two '));
    expect(said()).toHaveLength(1);
    expect(drawn()).toContain('two');
  },
);

test('after Stop was pressed what she has to say still arrives', async () => {
  const growing = live();
  await house.sophia.surface.setStatus(thread, 'processing');
  await grow(growing, 'I begin ');
  await house.slack.stopSession('U0ALICE', 'C0ENG', ts);
  await growing.end(answer('I was stopped.', { tone: 'error' }));
  expect(said()).toHaveLength(1);
  expect(drawn()).toContain('I was stopped.');
});

test('an answer too long for a stream is drawn anew over several messages, whole', async () => {
  const words = Array.from({ length: 3000 }, (_, index) => `word${index}`).join(' ');
  const growing = live();
  await grow(growing, words.slice(0, 9000), words.slice(9000));
  await growing.end(answer(words));
  expect(said().length).toBeGreaterThan(1);
  const all = drawn();
  for (const index of [0, 1500, 2999]) expect(all).toContain(`word${index}`);
});

test('after a crash the message that grew becomes the answer', async () => {
  await grow(live(), 'Half of ');
  const { surface } = await createSlack({
    ...secrets,
    apiUrl: house.slack.apiUrl,
    port: 0,
    host: '127.0.0.1',
    inbox: new MemoryInbox(),
    sends: house.sends,
    log: house.log,
    redact: (text) => text,
    now: () => new Date(time),
    pause: async () => undefined,
  });
  const growing = live(surface);
  growing.heard('Half of it all.');
  await vi.waitFor(() => expect(house.sends.rows.has('run-1/answer/live 1')).toBe(true));
  const end = await growing.end(answer('Half of it all.'));
  expect(said()).toHaveLength(1);
  expect(said()[0]).toMatchObject({ ts: end.id });
  expect(drawn()).toContain('Half of it all.');
  expect(calls('chat.startStream')).toHaveLength(1);
});

test('a stream that began just before a crash, and was not written down, becomes the answer all the same', async () => {
  await grow(live(), 'Half of ');
  await vi.waitFor(() => expect(house.sends.rows.get('run-1/answer/live 1')).toBeTruthy());
  house.sends.rows.set('run-1/answer/live 1', null);
  const { surface } = await createSlack({
    ...secrets,
    apiUrl: house.slack.apiUrl,
    port: 0,
    host: '127.0.0.1',
    inbox: new MemoryInbox(),
    sends: house.sends,
    log: house.log,
    redact: (text) => text,
    now: () => new Date(time),
    pause: async () => undefined,
  });
  const end = await live(surface).end(answer('Half of it all.'));
  expect(said()).toHaveLength(1);
  expect(said()[0]).toMatchObject({ ts: end.id });
  expect(drawn()).toContain('Half of it all.');
});

test('an answer that nobody saw growing is an ordinary message', async () => {
  await live().end(answer('Straight out.'));
  expect(said()).toHaveLength(1);
  expect(calls('chat.startStream')).toEqual([]);
});
