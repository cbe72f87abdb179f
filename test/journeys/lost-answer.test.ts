/** Fly carries an update out and its answer is lost: it is looked up when the write is surely over, and never repeated. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bob, done, openStage, type Stage } from './stage.ts';

/** The app waits for the write deadline of an update, 25 s, before it looks: here it is really waited for. */
const patienceMs = 45_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ timeoutMs: patienceMs });
});
afterAll(() => stage.close());

test('an update whose answer was lost is found done, and the deploy goes on', { timeout: 60_000 }, async () => {
  const { driver, fly } = stage;
  const before = stage.updates();
  const { card, place, sha } = await stage.askToDeploy();
  fly.faults.dropAnswer({ method: 'POST', path: new RegExp(`/machines/${stage.machines()[0]?.id}$`) });
  await stage.approve(bob, card);
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(stage.updates().map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1]);
  expect(stage.running()).toEqual([sha, sha, sha]);
  expect(fly.requests.filter(({ status }) => status === 0)).toHaveLength(1);
});
