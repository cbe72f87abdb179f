/** What somebody must get is said when their surface is back, once, by whoever looks first; never to a place closed to her. */
import { afterEach, expect, test } from 'vitest';
import { SophiaError } from '../../src/core/error.ts';
import type { OwedWords } from '../../src/core/owed.ts';
import { owe, payOwed } from '../../src/flow/owe.ts';
import { bob, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

const minute = 60_000;
const begun = Date.parse('2026-03-02T10:00:00.000Z');
const words: OwedWords = {
  sendId: 'run-1/1/unknown',
  runId: 'run-1',
  to: { thread: 'test:T1:C1:1' },
  reply: { kind: 'words', markdown: 'Please look.' },
};

/** A house whose surface can be away, and whose clock is set by hand. */
async function opened() {
  const at = { now: begun };
  const away: { error: SophiaError | null; tries: number } = { error: null, tries: 0 };
  house = await openTestHouse({ still: true, now: () => new Date(at.now) });
  const { post } = house.surface;
  house.surface.post = async (...given) => {
    away.tries++;
    if (away.error) throw away.error;
    return post.apply(house.surface, given);
  };
  return { at, away, said: () => house.surface.posts.map(({ reply }) => reply) };
}
const slackIsAway = new SophiaError('unavailable', 'Slack is away.');

test('what can be said is said at once, and owed no longer', async () => {
  const { at, away, said } = await opened();
  await owe(house.services, words);
  await owe(house.services, { ...words, sendId: 'run-1/1/unknown/bob', to: { person: bob } });
  expect(said()).toEqual([words.reply, words.reply]);
  expect(house.surface.posts[1]?.to).toBe(bob);
  at.now += 10 * minute;
  await payOwed(house.services);
  expect(away.tries).toBe(2);
});

test('what could not be said is said when the surface is back, once', async () => {
  const { at, away, said } = await opened();
  away.error = slackIsAway;
  await owe(house.services, words);
  at.now += 10 * minute;
  await payOwed(house.services);
  expect(away.tries).toBe(2);
  away.error = null;
  // Whoever tried last may still be at it: not yet.
  at.now += minute;
  await payOwed(house.services);
  expect(away.tries).toBe(2);
  at.now += 10 * minute;
  await Promise.all([payOwed(house.services), payOwed(house.services)]);
  at.now += 10 * minute;
  await payOwed(house.services);
  expect(away.tries).toBe(3);
  expect(said()).toEqual([words.reply]);
});

test('said anew by a replay while they are owed: whoever has them says them', async () => {
  const { at, away, said } = await opened();
  away.error = slackIsAway;
  await owe(house.services, words);
  await owe(house.services, words);
  expect(away.tries).toBe(1);
  away.error = null;
  at.now += 10 * minute;
  await payOwed(house.services);
  expect(said()).toEqual([words.reply]);
});

test.each(['forbidden', 'not_found'] as const)(
  'a place that is closed to her (%s) is not tried again',
  async (code) => {
    const { at, away } = await opened();
    away.error = new SophiaError(code, 'She was removed.');
    await owe(house.services, words);
    at.now += 10 * minute;
    await payOwed(house.services);
    expect(away.tries).toBe(1);
  },
);

test('after a day they are given up', async () => {
  const { at, away, said } = await opened();
  away.error = slackIsAway;
  await owe(house.services, words);
  at.now += 23 * 60 * minute;
  await payOwed(house.services);
  away.error = null;
  at.now += 2 * 60 * minute;
  await payOwed(house.services);
  at.now += 10 * minute;
  await payOwed(house.services);
  expect(away.tries).toBe(2);
  expect(said()).toEqual([]);
});

test('no secret is kept with them', async () => {
  const { away } = await opened();
  away.error = slackIsAway;
  house.services.redact = (text) => text.replaceAll('hunter2', '[redacted]');
  await owe(house.services, { ...words, reply: { kind: 'words', markdown: 'It was hunter2.' } });
  const [kept] = await house.store.owed.take('2026-03-03T00:00:00.000Z', '2026-03-03T00:00:00.000Z');
  expect(kept?.reply.markdown).toBe('It was [redacted].');
});
