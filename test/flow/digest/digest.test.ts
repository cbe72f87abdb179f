/** Digests come once for each moment, whatever the number of replicas, and tell only what their readers may see. */
import { afterEach, expect, test } from 'vitest';
import { runDue } from '../../../src/flow/digest/run-due.ts';
import { alice, bob, counterActions, openTestHouse, type TestHouse } from '../test-house.ts';

let house: TestHouse;
let now = new Date('2026-11-20T08:59:30.000Z');
afterEach(() => house.close());

async function scheduled(words = 'digest schedule daily every weekday at 9') {
  now = new Date('2026-11-20T08:59:30.000Z');
  house = await openTestHouse({ actions: counterActions().actions, now: () => now });
  const { thread } = await house.say(words);
  const card = await house.card(thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  expect(await house.answer(thread)).toMatchObject({ kind: 'outcome', outcome: { state: 'done' } });
}

const digests = () => house.surface.posts.filter((post) => post.reply.kind === 'digest');
const said = (text: string) => house.surface.posts.some((post) => JSON.stringify(post.reply).includes(text));

async function tick(at: string) {
  now = new Date(at);
  // Two replicas at the same minute.
  await Promise.all([runDue(house.services), runDue(house.services)]);
}

test('it comes at its moment, once, at the top of the channel', async () => {
  await scheduled();
  await tick('2026-11-20T08:59:59.000Z');
  await tick('2026-11-20T09:00:00.000Z');
  await tick('2026-11-20T09:00:30.000Z');
  const run = await house.surface.until(() => digests()[0], 'a digest');
  expect(run.reply).toMatchObject({ kind: 'digest', title: 'Team daily' });
  const runs = await house.services.runs.list({ limit: 50 });
  expect(runs.filter((one) => one.jobKey.startsWith('digest:'))).toHaveLength(1);
});

test('after a downtime it comes once, not once for each moment missed', async () => {
  await scheduled('digest schedule daily every day at 9');
  await tick('2026-11-23T12:00:00.000Z');
  await house.surface.until(() => digests()[0], 'a digest');
  await tick('2026-11-23T12:01:00.000Z');
  const runs = await house.services.runs.list({ limit: 50 });
  expect(runs.filter((one) => one.jobKey.startsWith('digest:')).map((one) => one.jobKey)).toEqual([
    'digest:S1:2026-11-23 09:00',
  ]);
});

test('it rests on a day off and while paused, and is gone when removed', async () => {
  await scheduled('digest schedule daily every day at 9 except 2026-11-20');
  await tick('2026-11-20T09:00:00.000Z');
  await house.services.schedules.pause('S1', true);
  await tick('2026-11-21T09:00:00.000Z');
  await house.services.schedules.remove('S1');
  await tick('2026-11-22T09:00:00.000Z');
  const runs = await house.services.runs.list({ limit: 50 });
  expect(runs.filter((one) => one.jobKey.startsWith('digest:'))).toEqual([]);
});

test('what was asked in a private place is not told in a public digest', async () => {
  now = new Date('2026-11-20T08:59:30.000Z');
  house = await openTestHouse({ actions: counterActions().actions, now: () => now });
  const hidden = await house.say('add 3', alice, 'command', { audience: 'test:T1:D1' });
  await house.card(hidden.thread);
  const open = await house.say('add 4', bob);
  // The counter is one target: the second waits for the first.
  await house.surface.until(() => said('already has an open plan'), 'the queue');
  const asked = await house.say('digest');
  const reply = await house.answer(asked.thread);
  expect(reply.kind).toBe('digest');
  expect(JSON.stringify(reply)).not.toContain('Add 3');
  expect(open.thread).not.toBe(hidden.thread);
});

test('what happened until a day off, or while it rested, is told when it comes again', async () => {
  await scheduled('digest schedule daily every day at 9 except 2026-11-21');
  await tick('2026-11-20T09:00:00.000Z');
  await tick('2026-11-21T09:00:00.000Z');
  await tick('2026-11-22T09:00:00.000Z');
  const told = () =>
    digests()
      .map((post) => (post.reply.kind === 'digest' ? post.reply.footer : ''))
      .sort();
  await house.surface.until(() => digests().length === 2, 'two digests');
  expect(told()[1]).toBe('From 2026-11-20 09:00 to 2026-11-22 09:00 (UTC).');
  await house.services.schedules.pause('S1', true);
  await tick('2026-11-23T09:00:00.000Z');
  await house.services.schedules.pause('S1', false);
  // The moment it slept through is over: resuming brings nothing by itself.
  await tick('2026-11-23T15:00:00.000Z');
  await tick('2026-11-24T09:00:00.000Z');
  await house.surface.until(() => digests().length === 3, 'three digests');
  expect(told()[2]).toBe('From 2026-11-22 09:00 to 2026-11-24 09:00 (UTC).');
  expect(digests()).toHaveLength(3);
});

test('times are those of the schedule’s zone; asked for by hand, those of the asker', async () => {
  now = new Date('2026-11-20T08:59:30.000Z');
  await scheduled('digest schedule daily every day at 11 in Europe/Helsinki');
  await tick('2026-11-20T09:00:00.000Z');
  const come = await house.surface.until(() => digests()[0], 'a digest');
  expect(come.reply).toMatchObject({ footer: 'From 2026-11-20 10:59 to 2026-11-20 11:00 (Europe/Helsinki).' });
  house.surface.people.set(alice, { id: alice, name: 'alice', kind: 'member', timeZone: 'America/New_York' });
  const { thread } = await house.say('digest now', alice);
  expect(await house.answer(thread)).toMatchObject({
    footer: expect.stringMatching(/ 04:00 \(America\/New_York\)\.$/),
  });
  const list = await house.say('digest list', alice);
  expect(JSON.stringify(await house.answer(list.thread))).toMatch(/"\d{4}-\d\d-\d\d 11:00"/);
});

test('without a template it is the daily one', async () => {
  await scheduled('digest schedule "every weekday at 9 in #C0OPS"');
  expect(await house.services.schedules.list()).toMatchObject([
    { template: 'daily', channel: 'test:T1:C0OPS', pattern: '0 9 * * 1,2,3,4,5' },
  ]);
});

test('it may be set up for another channel by its name, in the words people use', async () => {
  await scheduled('digest schedule daily “every weekday at 9 in #C0OPS”');
  expect(await house.services.schedules.list()).toMatchObject([
    { channel: 'test:T1:C0OPS', audience: 'test:T1:public', pattern: '0 9 * * 1,2,3,4,5', zone: 'UTC' },
  ]);
});

test('a channel its asker is not in is not named to them, and nothing is set up', async () => {
  house = await openTestHouse({ actions: counterActions().actions });
  const { thread } = await house.say('digest schedule daily every weekday at 9 in #hidden');
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'refused', reason: 'There is no such channel that you are in.' },
  });
});

test('a preview is for the asker alone: it is answered where nobody else reads', async () => {
  house = await openTestHouse({ actions: counterActions().actions });
  await house.say('digest preview weekly', alice);
  const shown = await house.surface.until(() => digests()[0], 'a digest');
  expect(shown.reply).toMatchObject({ title: 'Team weekly' });
  const [run] = await house.services.runs.list({ limit: 1 });
  expect(run).toMatchObject({ channel: 'test:T1:Dalice', audience: 'test:T1:Dalice' });
  expect(house.surface.whispers).toMatchObject([
    { person: alice, reply: { markdown: expect.stringContaining('you alone') } },
  ]);
});

test('a preview of what comes by itself tells what changed since it last came', async () => {
  await scheduled();
  await house.say('digest preview S1', alice);
  const shown = await house.surface.until(() => digests()[0], 'a digest');
  expect(shown.reply).toMatchObject({ title: 'Team daily', footer: expect.stringContaining('2026-11-20 08:59') });
  await house.say('digest preview S9', alice);
  await house.surface.until(() => said('I know no digest'), 'an explanation');
});

test('what was spent in several days is a chart of the days; in one it is a figure', async () => {
  await scheduled();
  for (const [day, usd] of [
    ['2026-11-17', 1.5],
    ['2026-11-19', 0.25],
  ] as const) {
    now = new Date(`${day}T12:00:00.000Z`);
    await house.services.budgets.record({
      runId: 'run-1',
      person: alice,
      channel: 'test:T1:C1',
      usd,
      what: 'model',
      at: now.toISOString(),
    });
  }
  now = new Date('2026-11-20T09:00:00.000Z');
  const ask = async (since: string) => {
    const { thread } = await house.say('digest', alice, 'command', {
      act: { action: 'sophia_show_digest', input: { template: 'cost', since } },
    });
    const reply = await house.answer(thread);
    return reply.kind === 'digest' ? reply.sections[0] : reply;
  };
  expect(await ask('2026-11-16T09:00:00.000Z')).toMatchObject({
    title: 'Spent',
    chart: {
      shape: 'bar',
      categories: ['Nov 16', 'Nov 17', 'Nov 18', 'Nov 19'],
      series: [{ name: 'dollars', values: [0, 1.5, 0, 0.25] }],
    },
  });
  expect(await ask('2026-11-19T09:00:00.000Z')).not.toHaveProperty('chart');
});
