/** The indexes that one contract is run on, each with the record it serves, fresh for every test. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { MemoryRows } from '../../src/core/memory-rows.ts';
import type { RecallIndex } from '../../src/core/recall-index.ts';
import { createQdrantEmulator } from '../../src/emulators/qdrant/index.ts';
import { createQdrantIndex } from '../../src/memory/qdrant.ts';
import { openStore } from '../../src/store/index.ts';
import { databaseUrl } from '../store/on-each-database.ts';
import { openTestStore } from '../store/open-test-store.ts';

export type IndexBench = { rows: MemoryRows; index: RecallIndex; close(): Promise<void> };

export const indexes: { name: string; skip: boolean; open(): Promise<IndexBench> }[] = [
  {
    name: 'FTS5',
    skip: false,
    async open() {
      const store = await openTestStore();
      return { rows: store.memories, index: store.textIndex, close: () => store.close() };
    },
  },
  {
    name: 'Postgres (set TEST_DATABASE_URL to run)',
    skip: !databaseUrl,
    async open() {
      const schema = `test_${randomUUID().replaceAll('-', '')}`;
      const store = await openStore({ databaseUrl: databaseUrl ?? '', schema });
      return {
        rows: store.memories,
        index: store.textIndex,
        async close() {
          await store.close();
          const client = postgres(databaseUrl ?? '', { max: 1, onnotice: () => {} });
          await client.unsafe(`drop schema ${schema} cascade`);
          await client.end();
        },
      };
    },
  },
  {
    name: 'Qdrant, emulated',
    skip: false,
    async open() {
      const [store, emulator] = await Promise.all([openTestStore(), createQdrantEmulator()]);
      return {
        rows: store.memories,
        index: createQdrantIndex({ url: emulator.url, apiKey: emulator.apiKey, dimensions: null }),
        async close() {
          await store.close();
          await emulator.close();
        },
      };
    },
  },
  {
    name: 'Qdrant, live (set QDRANT_URL to run)',
    skip: !process.env.QDRANT_URL,
    async open() {
      const store = await openTestStore();
      const index = createQdrantIndex({
        url: process.env.QDRANT_URL ?? '',
        ...(process.env.QDRANT_API_KEY ? { apiKey: process.env.QDRANT_API_KEY } : {}),
        collection: `sophia_test_${randomUUID()}`,
        dimensions: null,
      });
      return {
        rows: store.memories,
        index,
        async close() {
          await index.clear();
          await store.close();
        },
      };
    },
  },
];
