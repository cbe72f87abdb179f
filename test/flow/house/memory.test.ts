/** What people may do with memory: remember, recall, see and correct what is known, and have it forgotten. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alice, bob, guest, openTestHouse, type TestHouse } from '../test-house.ts';

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

/** The answer goes where she and they are alone. */
async function toldAlone(text: string, person = alice) {
  const own = `test:T1:D${person.split(':')[2]}`;
  const { jobKey } = await house.say(text, person);
  const run = await house.services.runs.byJob(jobKey);
  const post = await house.surface.until(
    () => house.surface.posts.find((one) => one.sendId === `${run?.id}/answer`),
    'an answer',
  );
  await expect.poll(async () => (await house.services.runs.byJob(jobKey))?.state).not.toBe('running');
  expect(run).toMatchObject({ channel: own, audience: own });
  return post.reply;
}

test('everybody sees what is known of them, alone, and nothing of anybody else', async () => {
  await told('remember alpha is on call');
  await told('remember beta is on call', bob);
  const reply = JSON.stringify(await toldAlone('memory'));
  expect(house.surface.whispers.map((one) => JSON.stringify(one.reply)).join()).toContain('for you alone');
  expect(reply).toContain('alpha is on call');
  expect(reply).not.toContain('beta is on call');
  expect(reply).toContain('"label":"Forget"');
});

test('all of it comes as a file of JSON, their own words from places they have left among it', async () => {
  await told('remember gamma is mine', alice, { audience: 'test:T1:C9' });
  await house.services.memory.remember({
    ...{ acl: 'test:T1:C9', kind: 'fact', text: 'alice is moving to Oslo', person: bob, subject: alice, thread: null },
    ...{ at: '2026-03-02T09:00:00.000Z', tainted: true, source: null },
  });
  const reply = await toldAlone('memory json');
  if (reply.kind !== 'file' || !('text' in reply)) throw new Error(`no file: ${JSON.stringify(reply)}`);
  const rows = JSON.parse(reply.text) as { text: string; link: string | null }[];
  // What somebody else said of them there is not theirs to read.
  expect(rows.map((row) => row.text)).toEqual(['gamma is mine']);
});

test('a guest sees what they said themselves, and nothing of anybody else', async () => {
  const said = { acl: 'test:T1:public', kind: 'message' as const, thread: null, tainted: true, source: null };
  const at = '2026-03-02T09:00:00.000Z';
  await house.services.memory.remember({ ...said, at, text: 'a guest was here', person: guest });
  await house.services.memory.remember({ ...said, at, text: 'the guest is late', person: bob, subject: guest });
  house.surface.out.add(guest);
  const reply = JSON.stringify(await toldAlone('memory', guest));
  expect(reply).toContain('a guest was here');
  expect(reply).not.toContain('is late');
});

test('what a model looks up of them where others read along is what may be told there', async () => {
  await told('remember gamma is mine', alice, { audience: 'test:T1:C9' });
  await told('remember alpha is on call');
  const action = house.services.actions.get('sophia_show_memory');
  if (action?.kind !== 'action') throw new Error('it is gone');
  const context = {
    requester: await house.surface.person(alice),
    place: { thread: 'test:T1:C1:1.1', audience: 'test:T1:public' },
  };
  const output = JSON.stringify(await action.run({ input: {} } as never, context as never));
  expect(output).toContain('alpha is on call');
  expect(output).not.toContain('gamma');
});

test('a memory is put right by whom it is of: its words change, where it comes from stays, what was made of it goes', async () => {
  const { memory } = house.services;
  const at = '2026-03-02T09:00:00.000Z';
  const said = { acl: 'test:T1:public', person: alice, thread: 'test:T1:C2:1.1', at, tainted: true, source: null };
  const origin = 'test:T1:C2:1.1';
  const id = (await memory.remember({ ...said, kind: 'message', text: 'the tunnel port is 5433', origin })) ?? '';
  const drawn = { ...said, kind: 'fact' as const, trust: 'derived' as const, sources: [id] };
  await memory.remember({ ...drawn, text: 'the tunnel listens on 5433' });
  expect(await told(`correct ${id.slice(0, 8)} it is mine`, bob)).toContain('no memory');
  expect(await told(`correct ${id.slice(0, 8)} the tunnel port is 6544`)).toContain('"corrected":true');
  expect(await told('recall tunnel')).toContain('corrected on');
  const rows = await memory.about(alice);
  expect(rows.filter((row) => row.text.includes('5433'))).toEqual([]);
  expect(rows.find((row) => row.id === id)).toMatchObject({
    text: 'the tunnel port is 6544',
    origin,
    at,
    corrected: { by: alice },
  });
  expect(await told('recall tunnel 6544')).toContain('says tunnel, 6544');
});

test('a fact that was put right is not drawn as it was again', async () => {
  const { memory } = house.services;
  const row = { acl: 'test:T1:public', person: alice, thread: 'test:T1:C2:1.1', tainted: true, source: null };
  const at = '2026-03-02T09:00:00.000Z';
  const id = (await memory.remember({ ...row, at, kind: 'message', text: 'alice keeps the lighthouse' })) ?? '';
  const [source] = await memory.about(alice);
  const fact = {
    ...row,
    at,
    kind: 'fact' as const,
    trust: 'derived' as const,
    sources: [id],
    origin: 'fact:1#1',
    text: 'Alice is a keeper',
  };
  const factId = (await memory.remember(fact)) ?? '';
  await told(`correct ${factId.slice(0, 8)} Alice was a keeper until May`);
  const again = {
    ...(await house.store.memories.page(0, 50)).rows.find((one) => one.id === factId),
    text: 'Alice is a keeper',
  };
  await house.store.memories.derive([again as never], source ? [source] : [], '1');
  expect((await memory.about(alice)).find((one) => one.id === factId)?.text).toBe('Alice was a keeper until May');
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
