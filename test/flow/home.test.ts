/** Somebody's own page: theirs alone. */
import { afterEach, expect, test } from 'vitest';
import { parsePolicy } from '../../src/flow/policy.ts';
import { alice, bob, carol, counterActions, guest, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const policy = parsePolicy(`version: 1
rules:
  - { name: asks, match: { effect: write }, then: ask, approvers: ['test:T1:bob'] }
`);

test('what waits is shown to whoever asked and whoever may decide; what runs, to whoever began it', async () => {
  house = await openTestHouse({ actions: counterActions().actions, policy });
  const { thread } = await house.say('add 3', alice);
  const approval = await house.card(thread);
  const mine = await house.door.home(alice);
  expect(mine?.waiting).toMatchObject([{ id: approval.id, summary: 'Add 3', mine: false }]);
  expect(mine?.runs).toMatchObject([{ title: 'add 3', standing: expect.stringContaining('waiting for approval') }]);
  const theirs = await house.door.home(bob);
  expect(theirs?.waiting).toMatchObject([{ mine: true }]);
  expect(theirs?.runs).toEqual([]);
  const others = await house.door.home(carol);
  expect(others).toMatchObject({ waiting: [], runs: [] });
  expect(await house.door.home(guest)).toBeNull();
  await house.door.decide({ approvalId: approval.id, person: bob, verdict: 'approve' });
  await house.answer(thread);
  expect((await house.door.home(bob))?.waiting).toEqual([]);
});
