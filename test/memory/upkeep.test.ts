/** Upkeep: an index outside the store learns, forgets and is rebuilt; nothing is lost while it is down. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Embeddings } from '../../src/core/embeddings.ts';
import { createOpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import { createQdrantEmulator, type QdrantEmulator } from '../../src/emulators/qdrant/index.ts';
import { withFallback } from '../../src/memory/fallback.ts';
import { createMemory } from '../../src/memory/index.ts';
import { createQdrantIndex } from '../../src/memory/qdrant.ts';
import { createUpkeep } from '../../src/memory/upkeep.ts';
import { wordsVersion } from '../../src/memory/words.ts';
import { createEmbeddings } from '../../src/models/embeddings.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';
import { tryTriples } from './access-triples.ts';
import { indexes } from './indexes.ts';
import { eng, said, stored } from './samples.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const now = () => new Date('2026-03-02T10:00:00.000Z');
const here = { readable: [eng], audience: eng };
const room = { maxTokens: 1_000 };

let store: TestStore;
let qdrant: QdrantEmulator;
beforeEach(async () => {
  [store, qdrant] = await Promise.all([openTestStore(), createQdrantEmulator()]);
});
afterEach(async () => {
  await store.close();
  await qdrant.close();
});

function house(embeddings: Embeddings | null = null) {
  const outside = createQdrantIndex({
    url: qdrant.url,
    apiKey: qdrant.apiKey,
    dimensions: embeddings?.dimensions ?? null,
  });
  const rows = store.memories;
  return {
    outside,
    upkeep: createUpkeep({ rows, outside, embeddings, now, log }),
    memory: createMemory({ rows, index: withFallback(outside, store.textIndex, log), embeddings, log, now }),
  };
}

test('a row is learnt in the next round, and what is forgotten leaves the index', async () => {
  const { memory, upkeep, outside } = house();
  await memory.remember(said('the tunnel port is 5433'));
  expect(await upkeep.round()).toBe(false);
  expect(await outside.size()).toBe(1);
  expect((await memory.recall('tunnel port', here, room)).map((row) => row.text)).toEqual(['the tunnel port is 5433']);
  await memory.forget({ thread: `${eng}:1.1` });
  expect(await memory.recall('tunnel port', here, room)).toEqual([]);
  await upkeep.round();
  expect(await outside.size()).toBe(0);
  expect(qdrant.dump('sophia_memory')).toBe('[]');
});

test('while the index is down recall goes by the database, and it catches up afterwards', async () => {
  const { memory, upkeep, outside } = house();
  qdrant.fail(503, 20);
  await memory.remember(said('the tunnel port is 5433'));
  await upkeep.round();
  expect(await memory.recall('tunnel port', here, room)).toHaveLength(1);
  qdrant.fail(503, 0);
  while ((await outside.size().catch(() => -1)) !== 1) await upkeep.round();
  expect(await outside.size()).toBe(1);
});

test('no text ever stands in the index', async () => {
  const { memory, upkeep } = house();
  await memory.remember(said('the tunnel to zanzibar'));
  await upkeep.round();
  expect(qdrant.dump('sophia_memory')).not.toContain('zanzibar');
  expect(qdrant.dump('sophia_memory')).toContain(eng);
});

test('rebuilding goes on where it stopped, and says how far it is', async () => {
  const { upkeep, outside } = house();
  await store.memories.put(
    Array.from({ length: 450 }, (_, index) => stored(`row ${index}`, `deploy ${index}`)),
    'old words',
  );
  const said: string[] = [];
  // It breaks off after the second batch, as a closed terminal would.
  const stopped = upkeep.reindex({
    fresh: true,
    progress(done, all) {
      said.push(`${done}/${all}`);
      if (done > 300) throw new Error('closed');
    },
  });
  await expect(stopped).rejects.toThrow('closed');
  const before = await outside.size();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(450);
  await upkeep.reindex({ fresh: false, progress: (done, all) => said.push(`${done}/${all}`) });
  expect(await outside.size()).toBe(450);
  expect(said[0]).toBe('0/450');
  expect(said.at(-1)).toBe('450/450');
  expect(await store.memories.waiting(wordsVersion, 'qdrant')).toBe(0);
});

test('with an embeddings model, what means alike is found without a word in common', async () => {
  const server = await createOpenRouterEmulator();
  const embeddings = createEmbeddings({
    baseUrl: server.baseUrl,
    apiKey: server.apiKey,
    model: 'test/alike',
    dimensions: 64,
  });
  const { memory, upkeep } = house(embeddings);
  await memory.remember(said('we had to revert the invoice run', { thread: 'a' }));
  await memory.remember(said('the money report: everything is well', { thread: 'b' }));
  await memory.remember(said('lunch at noon', { thread: 'c' }));
  while (await upkeep.round());
  const found = await memory.recall('rollback of billing', here, room);
  expect(found[0]?.text).toBe('we had to revert the invoice run');
  await server.close();
  // Without the model it still goes by words.
  expect((await memory.recall('invoice', here, room))[0]?.text).toBe('we had to revert the invoice run');
});

test.each(indexes.filter((one) => !one.skip))('no foreign row in 1,000 random triples: $name', async ({ open }) => {
  const bench = await open();
  const verdict = await tryTriples(bench, 1_000);
  await bench.close();
  expect(verdict).toMatchObject({ triples: 1_000, foreign: 0 });
  expect(verdict.rows).toBeGreaterThan(500);
});
