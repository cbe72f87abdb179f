/** Editing and listing as people do it, by signed clicks and windows: what is approved there is what is done. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Card, ThreadPlace } from '../../src/playground/driver.ts';
import { alice, bob, carol, done, eng, eventually, openStage, type Stage } from './stage.ts';

let stage: Stage;
const preload = fileURLToPath(new URL('./kill-at-signal.ts', import.meta.url));
beforeAll(async () => {
  stage = await openStage({
    command: ['--import', preload, 'src/main.ts'],
    faults: (data) => ({ KILL_ARMED: join(data, 'armed') }),
  });
});
beforeEach(async () => {
  await stage.app.start();
  await stage.quiet();
});
afterAll(() => stage.close());

const since = (before: number[]) => stage.updates().map((count, index) => count - (before[index] ?? 0));

/** Two commits, and the question whether to deploy the newer; its window is open before the editor. */
async function openEdit(person: string): Promise<{ place: ThreadPlace; card: Card; view: string; older: string }> {
  const older = await stage.world.commitToMain('The older change');
  const { place, card } = await stage.askToDeploy();
  await stage.driver.click(person, card, 'approval_edit');
  const { id } = await stage.driver.modal(person, 'approval_edit');
  return { place, card, view: id, older };
}
const change = (person: string, view: string, ref: string) =>
  stage.slack.submitView(person, view, { ref: { value: ref } });

test('edited, then approved by the one who asked first: the changed deploy is done, once', async () => {
  const before = stage.updates();
  const { place, card, view, older } = await openEdit(bob);
  expect(await change(bob, view, older)).toEqual({ outcome: 'closed' });
  await stage.driver.becomes(card, ['Superseded', `ref: nothing → ${older}`]);
  const next = await stage.driver.card(place, card);
  expect(next.words).toContain(older.slice(0, 7));
  const seen = stage.driver.whispers(bob);
  await stage.approve(bob, next);
  await stage.driver.whisper(bob, ['asked for this yourself'], seen);
  await stage.approve(alice, next);
  await stage.driver.reply(place, done, { after: next.ts });
  await stage.ended(next.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(new Set(stage.running())).toEqual(new Set([older.slice(0, 7)]));
  expect(stage.hasButtons(card)).toBe(false);
});

test('kill -9 between withdrawing the request and asking the edited one: it is asked after the next start, as it was sent', async () => {
  const before = stage.updates();
  const { place, card, view, older } = await openEdit(bob);
  writeFileSync(join(stage.data, 'armed'), '');
  expect(await change(bob, view, older)).toMatchObject({ outcome: 'failed' });
  await eventually('the app is dead', () => expect(stage.app.state).toBe('crashed'));
  expect(stage.stateOf(card.approvalId)).toBe('superseded');
  expect(stage.rows('SELECT id FROM runs WHERE job_key = ?', `edit:${card.approvalId}`)).toEqual([]);

  await stage.app.start();
  const next = await stage.driver.card(place, card);
  expect(stage.rows('SELECT requester FROM approvals WHERE id = ?', next.approvalId)).toEqual([
    { requester: `slack:T0ACME:${bob}` },
  ]);
  await stage.driver.becomes(card, ['Superseded']);
  // Their window is still open: another change in it does not take the place of the one that was taken.
  expect(JSON.stringify(await change(bob, view, 'elsewhere'))).toContain('updated');
  const said = JSON.stringify(stage.slack.view(bob)?.blocks);
  expect(said).toContain('an edit took its place');
  expect(said).toContain(next.ts.replace('.', ''));
  await stage.approve(alice, next);
  await stage.driver.reply(place, done, { after: next.ts });
  await stage.ended(next.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(new Set(stage.running())).toEqual(new Set([older.slice(0, 7)]));
  expect(stage.rows("SELECT id FROM approvals WHERE state = 'pending'")).toEqual([]);
});

test('listed, then approved in the list: it is done, and neither list nor card can be clicked any more', async () => {
  const before = stage.updates();
  const { place, card } = await stage.askToDeploy(carol);
  const at = await stage.driver.command(alice, eng, '/sophia approvals');
  const list = await stage.driver.reply(at, ['waiting for approval']);
  await stage.approve(alice, list);
  await stage.driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);
  expect(since(before)).toEqual([1, 1, 1]);
  expect(stage.votes(card.approvalId)).toEqual([{ person: `slack:T0ACME:${alice}`, verdict: 'approve' }]);
  await eventually('both are drawn as decided', () =>
    expect([stage.hasButtons(list), stage.hasButtons(card)]).toEqual([false, false]),
  );
});
