/** How long words are kept: by the kind of place they were said in, also when the time is made shorter afterwards. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlaceKind } from '../../src/core/place.ts';
import { createMemory } from '../../src/memory/index.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';
import { alices, deploys, eng, everybodys, said } from './samples.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const days = { public: 400, private: 200, shared: 30, direct: 90 };
const day = 86_400_000;
const saidAt = Date.parse('2026-03-02T09:00:00.000Z');
let at = saidAt;
const now = () => new Date(at);

let store: TestStore;
beforeEach(async () => {
  at = saidAt;
  store = await openTestStore();
});
afterEach(() => store.close());

/** Of the places used here only `deploys` is shared; `unknown` cannot be looked up. */
async function kindOf(channel: string): Promise<PlaceKind> {
  if (channel === deploys) return 'shared';
  if (channel === eng) return 'private';
  throw new Error('ratelimited');
}

const unknown = 'slack:T0ACME:C0UNKNOWN';
const texts = async () => (await store.memories.page(0, 50)).rows.map((row) => row.text);
const upkeep = (set = days) =>
  createUpkeep({ rows: store.memories, outside: null, embeddings: null, days: set, now, log });

async function sayEverywhere() {
  const memory = createMemory({ rows: store.memories, index: store.textIndex, keep: { days, kindOf }, now });
  await memory.remember(said('public', { acl: everybodys, channel: eng }));
  await memory.remember(said('private', { acl: eng, channel: eng }));
  await memory.remember(said('shared', { acl: deploys, channel: deploys }));
  await memory.remember(said('direct', { acl: alices, channel: alices }));
  await memory.remember(said('unknown', { acl: unknown, channel: unknown }));
  await memory.remember(said('asked for', { acl: eng, channel: eng, kind: 'fact', trust: 'kept' }));
  return memory;
}

test('each kind of place has its own time, and what somebody asked to be remembered has none', async () => {
  await sayEverywhere();
  const kept: [number, string[]][] = [
    [29, ['public', 'private', 'shared', 'direct', 'unknown', 'asked for']],
    [31, ['public', 'private', 'direct', 'unknown', 'asked for']],
    [91, ['public', 'private', 'unknown', 'asked for']],
    [201, ['public', 'asked for']],
    [401, ['asked for']],
  ];
  for (const [after, expected] of kept) {
    at = saidAt + after * day;
    await upkeep().round();
    expect(await texts()).toEqual(expected);
  }
});

test('a time that is made shorter holds for what is there already', async () => {
  await sayEverywhere();
  at = saidAt + 20 * day;
  await upkeep({ ...days, public: 10, direct: 10 }).round();
  expect(await texts()).toEqual(['private', 'shared', 'unknown', 'asked for']);
});

test('a channel that becomes a shared one is kept as those are', async () => {
  const memory = await sayEverywhere();
  at = saidAt + 40 * day;
  const kinds = createMemory({
    ...{ rows: store.memories, index: store.textIndex, now },
    keep: { days, kindOf: async () => 'shared' as const },
  });
  await kinds.move(eng, eng);
  await upkeep().round();
  expect(await texts()).toEqual(['direct', 'unknown', 'asked for']);
  expect(await memory.recall('asked for', { readable: [eng], audience: eng }, { maxTokens: 100 })).toHaveLength(1);
});

test('what was swept away or deleted is in no file any more within the hour', async () => {
  const memory = await sayEverywhere();
  await memory.remember(said('zanzibarine lighthouse', { acl: eng, channel: eng, origin: `${eng}:1.1` }));
  await memory.remember(said('zanzibarine harbour', { acl: deploys, channel: deploys }));
  const holding = () =>
    readdirSync(store.directory).filter((file) => readFileSync(join(store.directory, file)).includes('zanzibarin'));
  const look = upkeep();
  await look.round();
  expect(holding()).not.toEqual([]);
  await memory.forget({ origin: `${eng}:1.1` });
  at = saidAt + 31 * day;
  await look.round();
  expect(holding()).toEqual([]);
});
