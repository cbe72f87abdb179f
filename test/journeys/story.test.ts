/** The story everything else stands on: a question, a plan, another person's yes, a deploy, and its trace. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { alice, bob, deploys, done, eng, openStage, reference, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test('a question is answered in its thread, with links to what the answer names', async () => {
  const { driver, world } = stage;
  const place = await driver.say(alice, eng, '@sophia what is waiting to be merged in acme/web?');
  const answer = await driver.reply(place, ['#12', 'Cache the product page', '#13', 'Upgrade the payment SDK']);
  const drawn = JSON.stringify(answer.message.blocks);
  for (const number of [12, 13]) expect(drawn).toContain(`${world.github.url}/acme/web/pull/${number}`);
  expect(answer.message.thread_ts).toBe(place.ts);
});

test('a deploy approved by another person updates each machine exactly once, and the thread and the audit trail tell so', async () => {
  const { driver, fly, world } = stage;
  const before = stage.running();
  const writes = fly.requests.length;
  const place = await driver.command(alice, deploys, '/sophia deploy web to production');
  const card = await driver.card(place);
  for (const want of [before[0] ?? '-', world.github.shas.main[0]?.slice(0, 7) ?? '-', 'iad', 'fra', 'syd', 'Bob'])
    expect(card.words).toContain(want);
  expect(fly.requests).toHaveLength(writes);
  expect(stage.running()).toEqual(before);

  await stage.approve(bob, card);
  await driver.becomes(card, ['Approved', 'Bob']);
  const end = await driver.reply(place, done, { after: card.ts });
  await stage.ended(card.approvalId);

  expect(stage.updates()).toEqual([1, 1, 1]);
  const released = world.github.shas.main[0]?.slice(0, 7);
  expect(stage.running()).toEqual([released, released, released]);
  expect(stage.hasButtons(card)).toBe(false);

  const told = stage.thread(place).filter((message) => /\(\d of 3\)$/.test(message.text));
  expect(told).toHaveLength(1);
  const updates = stage.slack.calls.filter(({ method, args }) => method === 'chat.update' && args.ts === told[0]?.ts);
  expect(updates.length).toBeGreaterThanOrEqual(3);
  expect(told[0]?.text).toContain('(3 of 3)');
  expect(JSON.stringify(told[0]?.blocks).match(/✅/g)).toHaveLength(3);

  const quoted = end.words.match(reference)?.[0] ?? '';
  const [row] = stage.rows('SELECT kind, approval_id, facts FROM audit WHERE reference = ?', quoted);
  expect(row).toMatchObject({ kind: 'settled' });
  expect(JSON.parse(String(row?.facts))).toMatchObject({ state: 'done', target: 'fly:acme-web' });
  const trail = await driver.command(alice, deploys, `/sophia audit ${quoted}`);
  const story = await driver.reply(trail, [`The story around ${quoted}`, `${quoted} done: deploy`]);
  expect(story.words).toMatch(/asked 1 of .* · the card/);
  expect(story.words).toContain('Bob Tanaka approved');
});

test('after all that the chain of the audit trail is whole', async () => {
  await stage.quiet();
  await stage.app.stop();
  const store = await openStore({ directory: stage.data });
  const found = await store.audit.verify();
  await store.close();
  expect(found).toMatchObject({ state: 'whole' });
  expect(found.state === 'whole' && found.rows).toBeGreaterThan(8);
});
