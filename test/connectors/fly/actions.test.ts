/** The list of actions is a promise to models, people and policies: it changes only on purpose. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { connectFly, fly } from '../../../src/connectors/fly/index.ts';
import { promises, silent } from '../alone.ts';

const config = fly.config.parse({ FLY_API_TOKEN: 'fm2_x' });

test('the actions are these', async () => {
  const list = promises(connectFly(config, { log: silent }).actions);
  await expect(`${JSON.stringify(list, null, 2)}\n`).toMatchFileSnapshot('actions.golden.txt');
});

test('every input is strict and every field of it is described', () => {
  for (const { name, input } of connectFly(config, { log: silent }).actions) {
    const schema = z.toJSONSchema(input, { io: 'input' });
    expect(schema.additionalProperties, name).toBe(false);
    for (const [field, value] of Object.entries(schema.properties ?? {}))
      expect(value, `${name}.${field}`).toHaveProperty('description');
  }
});

test('a token is all it needs; without one it is off, and a bad address is refused', () => {
  expect(config).toEqual({
    FLY_API_TOKEN: 'fm2_x',
    FLY_API_URL: 'https://api.machines.dev',
    FLY_REGISTRY_URL: 'https://registry.fly.io',
  });
  expect(fly.config.safeParse({}).success).toBe(false);
  expect(fly.config.safeParse({ FLY_API_TOKEN: 'x', FLY_API_URL: 'api.machines.dev' }).success).toBe(false);
  expect(fly.needs.map((need) => need.variable)).toEqual(['FLY_API_TOKEN']);
});
