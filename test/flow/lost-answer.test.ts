/** A write whose answer never came: it is looked up, and neither guessed nor done twice. */
import { afterEach, expect, test } from 'vitest';
import type { PlainAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { parsePolicy } from '../../src/flow/policy.ts';
import { counterActions, type HouseOptions, openTestHouse, type TestHouse } from './test-house.ts';

let open: TestHouse[] = [];
afterEach(async () => {
  await Promise.all(open.map((house) => house.close()));
  open = [];
});

async function counterHouse(options: HouseOptions = {}) {
  const { world, actions } = counterActions();
  const house = await openTestHouse({ actions, ...options });
  open.push(house);
  return { world, house };
}

test('a write whose answer was lost is looked up after its deadline and not done twice', async () => {
  const { world, house } = await counterHouse({
    policy: parsePolicy('version: 1\nrules:\n  - { name: free, match: { effect: write }, then: allow }\n'),
  });
  world.afterWrite = new SophiaError('timeout', 'no answer');
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done' } });
  expect(world.value).toBe(2);
  expect(world.writes).toHaveLength(1);
}, 20_000);

test('when it cannot be looked up whether a write was done, it is asked again and never guessed', async () => {
  const free = parsePolicy('version: 1\nrules:\n  - { name: free, match: { effect: write }, then: allow }\n');
  const { world, house } = await counterHouse({ policy: free });
  const add = house.services.actions.get('counter_add_amount') as PlainAction;
  const reconcile = add.reconcile;
  let failures = 0;
  (house.services.actions as Map<string, unknown>).set(add.name, {
    ...add,
    reconcile: async (...given: Parameters<NonNullable<PlainAction['reconcile']>>) => {
      if (failures++ === 0) throw new SophiaError('unavailable', 'away');
      return reconcile?.(...given);
    },
  });
  world.afterWrite = new SophiaError('timeout', 'no answer');
  const { thread } = await house.say('add 2');
  expect(await house.answer(thread)).toMatchObject({ outcome: { state: 'done', output: { value: 2 } } });
  expect(failures).toBe(2);
  expect(world.writes).toHaveLength(1);
});
