/** What people may do with memory: remember, recall, see and correct what is known, and have it forgotten. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alice, bob, openTestHouse, type TestHouse } from '../test-house.ts';

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse();
});
afterEach(async () => {
  await house.close();
});

/** Says it, and waits for the run's very end. */
async function told(text: string, person = alice, place: { audience?: string; thread?: string } = {}) {
  const { thread, jobKey } = await house.say(text, person, 'command', place);
  const reply = await house.answer(thread);
  await expect.poll(async () => (await house.services.runs.byJob(jobKey))?.state).not.toBe('running');
  return JSON.stringify(reply);
}

test('what was remembered is recalled where it may be read, with what it rests on, and nowhere else', async () => {
  await told('remember the tunnel to staging listens on port 5433');
  expect(await told('recall staging tunnel port')).toContain('listens on port 5433');
  expect(await told('recall staging tunnel port', bob, { audience: 'test:T1:C9' })).not.toContain('5433');
});

test('a secret is taken out before anything is kept', async () => {
  await told('remember the staging password is hunter2hunter2');
  const [row] = await house.services.memory.about(alice).then((rows) => rows.filter((one) => one.kind === 'fact'));
  expect(row?.text).toBe('the staging password is [secret removed]');
});

test('everybody sees what is known of them, and of nobody else', async () => {
  await told('remember alpha is on call');
  await told('remember beta is on call', bob);
  const shown = await told('memory');
  expect(shown).toContain('alpha is on call');
  expect(shown).not.toContain('beta is on call');
});

test('all of it comes as JSON, but not where others read along', async () => {
  await told('remember alpha is on call');
  expect(await told('memory json')).toContain('direct message');
  const own = { audience: 'test:T1:D0ALICE', thread: 'test:T1:D0ALICE:7.7' };
  await told('remember gamma is mine', alice, own);
  expect(await told('memory json', alice, { audience: own.audience, thread: 'test:T1:D0ALICE:8.8' })).toContain(
    'gamma is mine',
  );
});

test('one memory goes by its id, and only one’s own', async () => {
  await told('remember alpha is on call');
  const [row] = (await house.services.memory.about(alice)).filter((one) => one.kind === 'fact');
  const id = row?.id.slice(0, 8) ?? '';
  expect(await told(`forget ${id}`, bob)).toContain('no memory');
  expect(await told(`forget ${id}`)).toContain('"forgotten":1');
  expect((await house.services.memory.about(alice)).map((one) => one.id)).not.toContain(row?.id);
});

test('a whole channel is forgotten only when somebody else agrees', async () => {
  await told('remember alpha is on call');
  const { thread } = await house.say('forget channel');
  const card = await house.card(thread);
  expect(card.plan.action).toBe('sophia_forget_channel');
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(JSON.stringify(await house.answer(thread))).toContain('"state":"done"');
  expect(await house.services.memory.about(alice)).toEqual([]);
});
