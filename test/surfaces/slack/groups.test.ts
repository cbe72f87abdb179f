/** User groups are asked of Slack: by handle or id, full members only, and an unknown one is an error. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

test.each(['@release', 'release', 'S0RELEASE'])('%s names its members', async (name) => {
  expect(await house.sophia.surface.group(name)).toEqual(['slack:T0ACME:U0ALICE', 'slack:T0ACME:U0BOB']);
});

test('a group nobody knows is an error, never an empty one', async () => {
  await expect(house.sophia.surface.group('@nobody')).rejects.toThrow('no such user group');
});
