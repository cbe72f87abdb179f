/** What is answered to a command nobody knows. */
import { expect, test } from 'vitest';
import { counterActions, openTestHouse } from './test-house.ts';

test('a command nobody knows is answered with where all are listed and which connectors are off', async () => {
  const missing = new Map([['fly_', 'fly is off: set FLY_API_TOKEN (`fly tokens create org`).']]);
  const house = await openTestHouse({ actions: counterActions().actions, missing });
  const unknown = await house.answer((await house.say('xyzzy')).thread);
  expect(unknown).toMatchObject({ kind: 'words', markdown: expect.stringContaining('/sophia help') });
  expect(unknown).toMatchObject({ markdown: expect.stringContaining('FLY_API_TOKEN') });
  // A known command typed wrongly is no reason to speak of connectors.
  const wrong = await house.answer((await house.say('add')).thread);
  expect(wrong).toMatchObject({ markdown: expect.not.stringContaining('FLY_API_TOKEN') });
  await house.close();
});
