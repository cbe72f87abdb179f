/** Words said while a question is worked out: taken up, made to wait, corrected, taken back, and never lost. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Answer, Listener, Turn } from '../../src/core/model.ts';
import { letGo } from '../../src/flow/followups.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let open: TestHouse[] = [];
afterEach(async () => {
  await Promise.all(open.map((house) => house.close()));
  open = [];
});

const base = { model: 'test/model', usd: 0, inputTokens: 1, outputTokens: 1, milliseconds: 1, fallbacks: [] };
const words = (text: string): Answer => ({ state: 'answered', text, calls: [], ...base });
const look: Answer = {
  state: 'answered',
  text: '',
  calls: [{ id: 'c1', name: 'counter_get_value', input: {} }],
  ...base,
};

/** A model that answers each turn when it is told to. */
async function stage() {
  const turns: { turn: Turn; answer: (answer: Answer) => void; listener: Listener | undefined }[] = [];
  const waiting: ((count: number) => void)[] = [];
  const house = await openTestHouse({
    actions: counterActions().actions,
    policy: parsePolicy('version: 1\nrules: []\n'),
    think: (turn, listener) =>
      new Promise((resolve) => {
        turns.push({ turn: structuredClone(turn), answer: resolve, listener });
        for (const notice of waiting) notice(turns.length);
      }),
  });
  open.push(house);
  const turn = async (number: number) => {
    while (turns.length < number)
      await new Promise<void>((resolve) => waiting.push((count) => count >= number && resolve()));
    const found = turns[number - 1];
    if (!found) throw new Error('there is no such turn');
    return found;
  };
  return { house, turn, turns };
}

const said = (turn: Turn) => turn.messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
const whispered = (house: TestHouse, person: string) =>
  house.surface.until(
    () => house.surface.whispers.findLast((one) => one.person === person && one.reply.kind === 'words'),
    'a whisper',
  );

test('what the asker adds is taken up in the next turn, and they are told so', async () => {
  const { house, turn, turns } = await stage();
  const { thread } = await house.say('how is the counter?', alice, 'words');
  const first = await turn(1);
  await house.say('and was it reset today?', alice, 'words', { thread });
  expect(await whispered(house, alice)).toMatchObject({ reply: { markdown: expect.stringContaining('take this up') } });
  first.answer(look);
  const second = await turn(2);
  expect(said(second.turn).at(-1)).toBe('and was it reset today?');
  second.answer(words('It stands at 0 and was not reset.'));
  expect(await house.answer(thread)).toMatchObject({ markdown: 'It stands at 0 and was not reset.' });
  expect(turns).toHaveLength(2);
});

test('what somebody else asks waits, and is then answered as theirs', async () => {
  const { house, turn } = await stage();
  const { thread } = await house.say('how is the counter?', alice, 'words');
  const first = await turn(1);
  await house.say('who broke it?', bob, 'words', { thread });
  expect(await whispered(house, bob)).toMatchObject({
    reply: { markdown: expect.stringContaining('yours comes next') },
  });
  first.answer(look);
  const second = await turn(2);
  expect(said(second.turn).join()).not.toContain('who broke it');
  second.answer(words('It stands at 0.'));
  const third = await turn(3);
  expect(said(third.turn).at(-1)).toContain('who broke it?');
  third.answer(words('Nobody.'));
  await house.surface.until(
    () => house.surface.posts.find((post) => post.reply.kind === 'words' && post.reply.markdown === 'Nobody.'),
    'the second answer',
  );
  const runs = await house.store.runs.ofThread(thread);
  expect(runs.map((run) => run.requester).sort()).toEqual([alice, bob].sort());
});

test('what is added too late for a turn is answered by itself, once', async () => {
  const { house, turn } = await stage();
  const { thread } = await house.say('how is the counter?', alice, 'words');
  const first = await turn(1);
  const late = await house.say('and yesterday?', alice, 'words', { thread });
  first.answer(words('It stands at 0.'));
  const second = await turn(2);
  expect(said(second.turn).at(-1)).toContain('and yesterday?');
  const run = await house.store.runs.byJob(late.jobKey);
  await letGo(house.services, (await house.store.runs.ofThread(thread)).at(-1)?.id ?? '');
  expect(await house.store.runs.byJob(late.jobKey)).toEqual(run);
  second.answer(words('It stood at 1.'));
});

test('a command does not wait for anything', async () => {
  const { house, turn } = await stage();
  const { thread } = await house.say('how is the counter?', alice, 'words');
  const first = await turn(1);
  await house.say('counter', bob, 'words', { thread });
  await house.surface.until(
    () => house.surface.posts.find((post) => JSON.stringify(post.reply).includes('value: 0')),
    'the counter',
  );
  first.answer(words('It stands at 0.'));
});

test('while people decide, the next question is worked on at once', async () => {
  const { house, turn } = await stage();
  const { thread } = await house.say('please add three', alice, 'words');
  (await turn(1)).answer({
    ...look,
    calls: [{ id: 'c1', name: 'counter_add_amount', input: { amount: 3 } }],
  } as Answer);
  await house.card(thread);
  await house.say('what is it now?', alice, 'words', { thread });
  const second = await turn(2);
  expect(said(second.turn).at(-1)).toContain('what is it now?');
  second.answer(words('0.'));
});

test('words that were changed while the run is at work reach it; later their writer is told', async () => {
  const { house, turn } = await stage();
  const asked = await house.say('how is the count?', alice, 'words');
  const first = await turn(1);
  const changed = {
    surface: 'test',
    channel: 'test:T1:C1',
    thread: asked.thread,
    person: alice,
    text: 'how is the counter of production?',
    kind: 'words' as const,
    audience: 'test:T1:public',
    at: new Date().toISOString(),
  };
  await house.door.corrected({ ...changed, person: bob }, asked.jobKey, '1');
  expect(house.surface.whispers).toEqual([]);
  await house.door.corrected(changed, asked.jobKey, '1');
  expect(await whispered(house, alice)).toMatchObject({ reply: { markdown: expect.stringContaining('new ones') } });
  first.answer(look);
  const second = await turn(2);
  expect(said(second.turn).at(-1)).toBe('I changed my words to: how is the counter of production?');
  second.answer(words('0.'));
  await house.answer(asked.thread);
  await vi.waitFor(async () => expect(await house.store.runs.byJob(asked.jobKey)).toMatchObject({ state: 'done' }));
  await house.door.corrected(changed, asked.jobKey, '2');
  expect(house.surface.whispers.at(-1)).toMatchObject({ reply: { markdown: expect.stringContaining('Write again') } });
});

test('a question whose message was deleted is stopped, and the model at work is ended', async () => {
  const { house, turn } = await stage();
  const asked = await house.say('how is the counter?', alice, 'words');
  const first = await turn(1);
  const ended = new Promise<void>((resolve) => first.listener?.signal?.addEventListener('abort', () => resolve()));
  const message = {
    surface: 'test',
    channel: 'test:T1:C1',
    thread: asked.thread,
    person: alice,
    text: 'how is the counter?',
    kind: 'words' as const,
    audience: 'test:T1:public',
    at: new Date().toISOString(),
  };
  await house.door.takenBack(message, asked.jobKey);
  await ended;
  first.answer({ state: 'failed', reason: 'I was stopped before a model answered.', usd: 0, fallbacks: [] });
  expect(await house.store.runs.byJob(asked.jobKey)).toMatchObject({ state: 'stopped' });
});
