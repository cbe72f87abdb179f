/** The troubles of Fly that the playground can make: a lost answer is waited for as long as its write may still go on. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { alice, bob, deploys, openStage, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ timeoutMs: 40_000 });
}, 60_000);
afterAll(() => stage.close());
afterEach(async () => {
  stage.world.heal();
  expect(stage.world.view().troubles.map(({ on }) => on)).toEqual(['', '', '', '']);
  await stage.quiet();
});

function trouble(service: string, kind: string): void {
  expect(stage.world.setTrouble(service, kind)).toBe(true);
  expect(stage.world.view().troubles.find(({ name }) => name === service)?.on).toBe(kind);
}

test('Fly has no capacity: no machine is made, and that is said', { timeout: 60_000 }, async () => {
  trouble('fly', 'full');
  const place = await stage.driver.command(alice, deploys, '/sophia scale acme-web up to 4 in fra');
  await stage.approve(bob, await stage.driver.card(place));
  await stage.driver.reply(place, [/no room/i]);
  expect(stage.machines()).toHaveLength(3);
});

test('Fly loses its answers: every machine is updated, once', { timeout: 60_000 }, async () => {
  const before = stage.updates();
  trouble('fly', 'lost');
  const { sha, place, card } = await stage.askToDeploy();
  await stage.approve(bob, card);
  await stage.driver.reply(place, ['Done:']);
  expect(stage.running()).toEqual([sha, sha, sha]);
  expect(stage.updates()).toEqual(before.map((count) => count + 1));
});
