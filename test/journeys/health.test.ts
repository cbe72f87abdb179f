/** A release that is not healthy: every machine it touched is put back, the rest stay untouched, and the reason is told. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bob, eventually, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const since = (before: number[]) => stage.updates().map((count, index) => count - (before[index] ?? 0));

test('when the first machine does not become healthy, it is put back and the others are never touched', async () => {
  const { driver, world } = stage;
  const [before, updates] = [stage.running(), stage.updates()];
  const { card, place, sha } = await stage.askToDeploy();
  world.fly.makeUnhealthy('next', 'GET /healthz: 500 migration 41 is missing');
  await stage.approve(bob, card);
  const told = await driver.reply(place, ['Failed', 'migration 41 is missing', 'rolled back', /\bA\d+\b/], {
    after: card.ts,
  });
  await stage.ended(card.approvalId);
  expect(told.words).toContain('Fix the release');
  expect(stage.running()).toEqual(before);
  expect(before).not.toContain(sha);
  expect(since(updates)).toEqual([2, 0, 0]);
  expect(stage.count(place, /Done:/)).toBe(0);
});

test('when the second machine does not become healthy, the first, which was, is put back too', async () => {
  const { driver, fly } = stage;
  const [before, updates] = [stage.running(), stage.updates()];
  const { card, place, sha } = await stage.askToDeploy();
  const second = stage.machines()[1]?.id ?? '';
  const update = new RegExp(`/machines/${second}$`);
  const sent = () => fly.requests.filter(({ method, path }) => method === 'POST' && update.test(path)).length;
  const earlier = sent();
  fly.faults.slow(400, { method: 'POST', path: update });
  await stage.approve(bob, card);
  // The first is well by now; from here on this image is ill wherever it starts.
  await eventually('the second update is under way', () => expect(sent()).toBe(earlier + 1));
  expect(stage.running()).toEqual([sha, before[1], before[2]]);
  fly.makeUnhealthy(sha40(sha), 'GET /healthz: 500 out of connections');

  await driver.reply(place, ['Failed', 'out of connections', 'rolled back 2 machines', /\bA\d+\b/], { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.running()).toEqual(before);
  expect(since(updates)).toEqual([2, 2, 0]);
});

test('when putting back fails as well, that is what is told, with where to look', async () => {
  const { driver, fly } = stage;
  const [before, updates] = [stage.running(), stage.updates()];
  const { card, place } = await stage.askToDeploy();
  const first = stage.machines()[0]?.id ?? '';
  fly.makeUnhealthy('next', 'GET /healthz: 500 no disk');
  await stage.approve(bob, card);
  await eventually('the first machine has its new image', () => expect(since(updates)[0]).toBe(1));
  fly.faults.refuse(422, 'machine is on a host that is going away', {
    method: 'POST',
    path: new RegExp(`/machines/${first}$`),
  });
  const told = await driver.reply(place, ['Failed', 'no disk', 'Rolling back did not work on', 'going away'], {
    after: card.ts,
  });
  await stage.ended(card.approvalId);
  expect(told.words).toContain('status acme-web');
  expect(stage.running().slice(1)).toEqual(before.slice(1));
  expect(since(updates)).toEqual([1, 0, 0]);
});

function sha40(short: string): string {
  return stage.world.github.shas.main.find((sha) => sha.startsWith(short)) ?? '';
}
