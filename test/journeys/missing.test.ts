/** Started without Fly and without a model: what is missing is named where it is needed, and the rest works. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alice, deploys, eng, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    environment: {
      FLY_API_TOKEN: undefined,
      OPENROUTER_API_KEY: undefined,
      OPENROUTER_BASE_URL: undefined,
    },
  });
});
afterAll(() => stage.close());

test('a deploy without Fly says what to set and where to get it, and asks nobody', async () => {
  const { driver, fly } = stage;
  const place = await driver.command(alice, deploys, '/sophia deploy web to production');
  await driver.reply(place, ['Not done', 'FLY_API_TOKEN', 'fly tokens create', /\bA\d+\b/]);
  await stage.quiet();
  expect(stage.count(place, /approval_approve/)).toBe(0);
  expect(fly.requests).toEqual([]);
});

test('a command of the missing connector is not simply unknown', async () => {
  await stage.aside(alice, deploys, 'status acme-web', ['FLY_API_TOKEN']);
});

test('a question without a model says that exact commands work, and which', async () => {
  const { driver } = stage;
  const place = await driver.say(alice, eng, '@sophia why did the deploy of last night fail?');
  await driver.reply(place, ['No model is set up', '/sophia help', 'OPENROUTER_API_KEY']);
});

test('help lists what works and names what is off', async () => {
  const help = await stage.aside(alice, deploys, 'help', ['merge <number> in <repo>', 'help github', 'FLY_API_TOKEN']);
  expect(help).not.toContain('restart');
});
