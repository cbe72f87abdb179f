/** How a talk with her feels: answers that grow, Stop that stops, follow-ups, corrections, her own page, and every crash between. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { alice, bob, deploys, eng, eventually, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  await stage.app.start();
  await stage.quiet();
});
afterAll(() => stage.close());

const question = '@sophia what is waiting to be merged in acme/web?';
const calls = (method: string, from = 0) => stage.slack.calls.slice(from).filter((call) => call.method === method);
const session = (ts: string) => stage.slack.snapshot().sessions.find((one) => one.thread === ts)?.status;
const streamed = (place: { channel: string; ts: string }) =>
  stage.slack.thread(place.channel, place.ts).filter((message) => message.streaming_state !== undefined);

/** The model answers its first turn and then falls silent, so that whatever happens next happens amid the work. */
function silentAfterFirst(): void {
  let first = true;
  const away = stage.world.openRouter.script(() => {
    if (first) stage.world.openRouter.fail('silence', { times: 9 });
    first = false;
    away();
    return undefined;
  });
}
const speaks = () => stage.world.openRouter.reset();

test('an answer grows in one message with its steps, and ends with its model, its cost and two thumbs', async () => {
  const from = stage.slack.calls.length;
  const place = await stage.driver.say(alice, eng, question);
  await stage.driver.reply(place, ['#12', '#13', 'An AI wrote this']);
  await stage.quiet();
  expect(calls('chat.startStream', from)).toHaveLength(1);
  expect(calls('chat.postMessage', from)).toEqual([]);
  const [answer] = streamed(place);
  expect(answer?.streaming_state).toBe('completed');
  const kinds = answer?.blocks?.map(({ type }) => type);
  expect(kinds).toContain('task_card');
  expect(kinds?.at(-1)).toBe('context_actions');
  expect(answer?.blocks?.filter(({ type }) => type === 'task_card').map(({ status }) => status)).not.toContain(
    'in_progress',
  );
  await eventually('she listens', () => expect(session(place.ts)).toBe('active'));
});

test('a thumb is kept with the run and the model, and a bad one may say why', async () => {
  const place = await stage.driver.say(alice, eng, question);
  await stage.driver.reply(place, ['An AI wrote this']);
  await stage.quiet();
  const [answer] = streamed(place);
  const block = answer?.blocks?.find(({ type }) => type === 'context_actions') as unknown as {
    elements: { negative_button: { value: string } }[];
  };
  const value = block.elements[0]?.negative_button.value ?? '';
  await stage.slack.click(bob, eng, answer?.ts ?? '', { actionId: 'feedback', value });
  await stage.slack.waitFor(() => stage.slack.view(bob) !== null);
  await stage.slack.submitView(bob, stage.slack.view(bob)?.id ?? '', { note: 'One of them was merged yesterday.' });
  await eventually('the thumb is kept', () => {
    const kept = stage.rows("SELECT run_id, model, person, good, detail FROM model_events WHERE kind = 'thumbs'");
    expect(kept.at(-1)).toMatchObject({ run_id: value.slice(4), person: 'slack:T0ACME:U0BOB', good: 0 });
    expect(String(kept.at(-1)?.detail)).toContain('merged yesterday');
    expect(kept.at(-1)?.model).toBeTruthy();
  });
});

test('while people decide the session is suspended; after it, closed', async () => {
  const { card, place } = await stage.askToDeploy();
  await eventually('it is suspended', () => expect(session(place.ts)).toBe('suspended'));
  // A question answered meanwhile in the same thread changes nothing of that.
  await stage.driver.say(alice, deploys, 'approve', place);
  await stage.driver.reply(place, ['buttons of the card'], { after: card.ts });
  await eventually('the answer’s run is over', () =>
    expect(stage.rows("SELECT id FROM runs WHERE state = 'running'")).toHaveLength(1),
  );
  await eventually('it is suspended still', () => expect(session(place.ts)).toBe('suspended'));
  await stage.approve(bob, card);
  await stage.ended(card.approvalId);
  await eventually('it is closed', () => expect(session(place.ts)).toBe('closed'));
});

test('Stop ends the model at work and the status, and says so once', async () => {
  silentAfterFirst();
  const place = await stage.driver.say(alice, eng, question);
  await eventually('it grows', () => expect(streamed(place)).toHaveLength(1));
  await stage.slack.stopSession(alice, eng, place.ts);
  await eventually('the run is stopped', () =>
    expect(stage.rows('SELECT state FROM runs ORDER BY started_at DESC LIMIT 2').map(({ state }) => state)).toContain(
      'stopped',
    ),
  );
  speaks();
  await stage.quiet();
  await eventually('the status is cleared', () => expect(session(place.ts)).not.toBe('processing'));
  await eventually('it is said', () => expect(stage.count(place, /I was stopped/)).toBe(1));
  expect(streamed(place).map((message) => message.streaming_state)).not.toContain('in_progress');
});

test('kill -9 amid an answer: after the next start it is said once, in the message that had begun to grow', async () => {
  silentAfterFirst();
  const place = await stage.driver.say(alice, eng, question);
  await eventually('it grows', () => expect(streamed(place)).toHaveLength(1));
  await stage.app.crash();
  speaks();
  await stage.app.start();
  await stage.driver.reply(place, ['#12', '#13', 'An AI wrote this']);
  await stage.quiet();
  expect(stage.count(place, /An AI wrote this/)).toBe(1);
  expect(stage.slack.thread(eng, place.ts)).toHaveLength(2);
});

test('Slack takes no streams just then: the answer is posted whole', async () => {
  stage.slack.faults.rateLimitNext('chat.startStream', 60);
  const place = await stage.driver.say(alice, eng, question);
  await stage.driver.reply(place, ['#12', '#13', 'An AI wrote this']);
  await stage.quiet();
  expect(streamed(place)).toEqual([]);
  expect(stage.count(place, /An AI wrote this/)).toBe(1);
});

test('a follow-up of the asker is taken up while she works; without a mention, as they are alone', async () => {
  silentAfterFirst();
  const place = await stage.driver.say(alice, eng, question);
  await eventually('it grows', () => expect(streamed(place)).toHaveLength(1));
  await stage.driver.say(alice, eng, 'and please name the oldest', place);
  await stage.slack.waitFor((world) =>
    (world.ephemerals[alice] ?? []).some(({ text }) => text.includes('take this up')),
  );
  const runs = stage.rows("SELECT id FROM runs WHERE state = 'running'");
  expect(runs).toHaveLength(1);
  await stage.app.crash();
  speaks();
  await stage.app.start();
  await stage.quiet();
  // Said before the crash, and not lost by it: taken up, or answered by itself.
  const asked = stage.world.openRouter.requests.map(({ body }) => JSON.stringify(body.messages));
  expect(asked.some((messages) => messages.includes('name the oldest'))).toBe(true);
});

test('a question whose message is deleted is stopped', async () => {
  silentAfterFirst();
  const place = await stage.driver.say(alice, eng, question);
  await eventually('it grows', () => expect(streamed(place)).toHaveLength(1));
  await stage.slack.unsay(alice, eng, place.ts);
  await eventually('the run is stopped', () =>
    expect(stage.rows("SELECT id FROM runs WHERE state = 'stopped'").length).toBeGreaterThan(1),
  );
  speaks();
  await stage.quiet();
});

test('her own page shows what waits for me and what runs for me, and Stop there stops it', async () => {
  const { card, place } = await stage.askToDeploy();
  for (const [person, want] of [
    [alice, 'Running for you'],
    [bob, 'for you to decide'],
  ] as const) {
    await stage.slack.openHome(person);
    await stage.slack.waitFor(() => JSON.stringify(stage.slack.home(person)?.blocks ?? '').includes(want));
  }
  const home = stage.slack.home(alice);
  expect(JSON.stringify(home?.blocks)).toContain('deploy web to production');
  await stage.slack.clickView(alice, home?.id ?? '', { actionId: 'deed_0' });
  await stage.ended(card.approvalId);
  await eventually('the card is dead', () => {
    expect(stage.stateOf(card.approvalId)).toBe('stopped');
    expect(stage.hasButtons({ ...card, place })).toBe(false);
  });
});

test('a preview of a digest is answered to the asker alone', async () => {
  await stage.slack.slash(alice, deploys, '/sophia', 'digest preview daily');
  await stage.slack.waitFor((world) =>
    world.channels.some(
      ({ id, messages }) => id === 'D0ALICE' && messages.some(({ text }) => text.includes('digest preview')),
    ),
  );
  await stage.quiet();
  expect(JSON.stringify(stage.slack.messages(deploys))).not.toContain('digest preview');
});
