/** kill -9 in the middle of a deploy, at four moments: it ends after the next start, and no machine is updated twice. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { flyApp } from '../../src/playground/world.ts';
import { bob, done, eventually, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  await stage.app.start();
  await stage.quiet();
  // A dead process's lease runs out by itself in 30 s.
  for (const { id } of stage.machines()) stage.fly.dropLease(flyApp, id);
});
afterAll(() => stage.close());

const longAgo = '2020-01-01T00:00:00.000Z';
const since = (before: number[]) => stage.updates().map((count, index) => count - (before[index] ?? 0));

test('kill -9 after an update reached Fly and before its answer: the deploy ends after the next start, no machine twice', async () => {
  const { driver, app, fly } = stage;
  const before = stage.updates();
  const { card, place, sha } = await stage.askToDeploy();
  const update = updateOf(0);
  const earlier = sent(update);
  fly.faults.slow(300, { method: 'POST', path: update });
  await stage.approve(bob, card);
  await eventually('the update has reached Fly', () => expect(sent(update)).toBe(earlier + 1));
  await app.crash();
  expect(since(before)).toEqual([0, 0, 0]);
  await eventually('Fly has carried it out, with nobody there to hear it', () => expect(since(before)[0]).toBe(1));

  ageWriteDeadlines();
  await app.start();
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.running()).toEqual([sha, sha, sha]);
  expect(stage.count(place, /Done:/)).toBe(1);
  expect(attempts(card.approvalId)).toEqual([1, 1, 1, 1]);
});

test('kill -9 after a deed was begun and before its write was sent: it is tried again, once', async () => {
  const { driver, app, fly } = stage;
  const before = stage.updates();
  const { card, place, sha } = await stage.askToDeploy();
  const lease = new RegExp(`/machines/${stage.machines()[1]?.id}/lease$`);
  const earlier = sent(lease);
  fly.faults.slow(300, { method: 'POST', path: lease });
  await stage.approve(bob, card);
  await eventually('the lease is asked for', () => expect(sent(lease)).toBe(earlier + 1));
  await app.crash();
  expect(since(before)).toEqual([1, 0, 0]);
  await eventually('the lease is held for the dead process', () =>
    expect(fly.requests.findLast(({ path }) => lease.test(path))?.status).toBe(201),
  );

  ageWriteDeadlines();
  await app.start();
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.running()).toEqual([sha, sha, sha]);
  // The workflow and its three updates: the second needed another try.
  expect(attempts(card.approvalId)).toEqual([1, 1, 2, 1]);
});

test('kill -9 while a machine is waited for: the deploy goes on where it was', async () => {
  const { driver, app, fly } = stage;
  const before = stage.updates();
  const { card, place, sha } = await stage.askToDeploy();
  const third = stage.machines()[2]?.id;
  const killed = new Promise<void>((resolve, reject) => {
    const unsubscribe = fly.subscribe((change) => {
      if (change.machine !== third || change.what !== 'start') return;
      unsubscribe();
      app.crash().then(resolve, reject);
    });
  });
  await stage.approve(bob, card);
  await killed;
  ageWriteDeadlines();
  await app.start();
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.running()).toEqual([sha, sha, sha]);
});

test('an update whose answer was lost is found done when its write is surely over, also across kill -9', async () => {
  const { driver, app, fly, engine } = stage;
  const before = stage.updates();
  const { card, place, sha } = await stage.askToDeploy();
  fly.faults.dropAnswer({ method: 'POST', path: updateOf(0) });
  await stage.approve(bob, card);
  await eventually('the app waits until it may look', () =>
    expect(engine.rows("SELECT id FROM step_attempts WHERE kind = 'sleep' AND status = 'running'")).toHaveLength(1),
  );
  expect(since(before)).toEqual([1, 0, 0]);
  await app.crash();
  engine.alter(`UPDATE step_attempts SET context = json_set(context, '$.resumeAt', '${longAgo}') WHERE kind = 'sleep';
    UPDATE workflow_runs SET available_at = '${longAgo}' WHERE status = 'running'`);
  await app.start();
  await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.running()).toEqual([sha, sha, sha]);
  expect(attempts(card.approvalId)).toEqual([1, 1, 1, 1]);
});

function updateOf(index: number): RegExp {
  return new RegExp(`/machines/${stage.machines()[index]?.id}$`);
}

function sent(path: RegExp): number {
  return stage.fly.requests.filter((request) => request.method === 'POST' && path.test(request.path)).length;
}

/** The wait for a dead process's write to be surely over, as if it had passed: 25 s for an update at Fly. */
function ageWriteDeadlines(): void {
  stage.alter(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started'`);
}

/** Of the deeds under this approval, in the order they were begun. */
function attempts(approvalId: string): unknown[] {
  return stage
    .rows('SELECT attempt FROM ledger WHERE approval_id = ? ORDER BY started_at, key', approvalId)
    .map((row) => row.attempt);
}
