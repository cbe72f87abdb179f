/** What was drawn from untrusted text waits for a person who may read it: kept or refused by their word alone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alice, bob, channel, openTestHouse, type TestHouse } from '../test-house.ts';

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse();
});
afterEach(() => house.close());

async function told(text: string, person = alice, place: { audience?: string } = {}) {
  const { thread, jobKey } = await house.say(text, person, 'command', place);
  const reply = await house.answer(thread);
  await expect.poll(async () => (await house.services.runs.byJob(jobKey))?.state).not.toBe('running');
  return JSON.stringify(reply);
}

async function waits(text: string): Promise<string> {
  const id = await house.services.memory.remember({
    ...{ acl: channel, kind: 'fact', text, person: alice, thread: `${channel}:1.1`, channel, tainted: true },
    ...{ at: new Date().toISOString(), source: 'web_fetch example.org', trust: 'quarantined' },
  });
  return id?.slice(0, 8) ?? '';
}

test('it is shown with its source where it may be read, and nowhere else', async () => {
  const id = await waits('the tunnel of staging listens on 9999');
  expect(await told('recall staging tunnel')).not.toContain('9999');
  const shown = await told('memory held', bob, { audience: channel });
  expect(shown).toContain(id);
  expect(shown).toContain('web_fetch example.org');
  for (const word of ['keep', 'refuse'])
    expect(shown).toContain(`"action":"sophia_${word}_memory","input":{"memory":"${id}"}`);
  expect(await told('memory held', bob, { audience: 'test:T1:C9' })).not.toContain('9999');
});

test('kept by somebody’s word it is recalled', async () => {
  const id = await waits('the tunnel of staging listens on 9999');
  expect(await told(`memory keep ${id}`, bob, { audience: 'test:T1:C9' })).toContain('No memory');
  expect(await told(`memory keep ${id}`, bob, { audience: channel })).toContain('"changed":true');
  expect(await told('recall staging tunnel', bob, { audience: channel })).toContain('9999');
  expect(await told('memory held', bob, { audience: channel })).not.toContain('9999');
});

test('refused it is gone, and so it is after a word for no such memory', async () => {
  const id = await waits('the tunnel of staging listens on 9999');
  expect(await told(`memory refuse ${id}`, alice, { audience: channel })).toContain('"changed":true');
  expect(await told(`memory keep ${id}`, alice, { audience: channel })).toContain('No memory');
  expect(await house.services.memory.about(alice)).not.toContainEqual(expect.objectContaining({ kind: 'fact' }));
});

test('a model is not told of either', () => {
  for (const name of ['sophia_keep_memory', 'sophia_refuse_memory'])
    expect(house.services.actions.get(name)).toMatchObject({ effect: 'write', worksFrozen: true });
});
