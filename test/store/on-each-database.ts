/** Runs one contract on SQLite and, when TEST_DATABASE_URL is set, on Postgres: a fresh database for each test. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import postgres from 'postgres';
import { afterEach, beforeEach, describe } from 'vitest';
import { type AuditReader, readAudit } from '../../src/store/audit-reader.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { openTestStore } from './open-test-store.ts';

export const databaseUrl = process.env.TEST_DATABASE_URL;

type Bench = {
  readonly store: Store;
  /** A second replica: its own connections on Postgres; SQLite has one process, so there it is the same store. */
  readonly replica: Store;
  /** Reaches past the store, as an attacker with the database file would. */
  raw(statement: string): Promise<Record<string, unknown>[]>;
  /** The audit trail as the command line opens it, beside the app. */
  reader(): AuditReader;
};

type Place = Bench & { close(): Promise<void> };

export const aDay = new Date('2026-03-02T10:00:00.000Z');

export function onEachDatabase(contract: (bench: Bench) => void): void {
  describe('on SQLite', () => runOn(openSqlitePlace, contract));
  describe.skipIf(!databaseUrl)('on Postgres (set TEST_DATABASE_URL to run)', () => runOn(openPostgresPlace, contract));
}

function runOn(open: () => Promise<Place>, contract: (bench: Bench) => void): void {
  let place: Place | undefined;
  const current = (): Place => {
    if (!place) throw new Error('the bench stands only inside a test');
    return place;
  };
  beforeEach(async () => {
    place = await open();
  });
  afterEach(async () => {
    await place?.close();
    place = undefined;
  });
  contract({
    get store() {
      return current().store;
    },
    get replica() {
      return current().replica;
    },
    raw: (statement) => current().raw(statement),
    reader: () => current().reader(),
  });
}

async function openSqlitePlace(): Promise<Place> {
  const store = await openTestStore({ now: () => aDay });
  return {
    store,
    replica: store,
    async raw(statement) {
      const file = new DatabaseSync(join(store.directory, 'sophia.db'), { enableForeignKeyConstraints: false });
      const rows = file.prepare(statement).all();
      file.close();
      return rows;
    },
    reader: () => readAudit({ directory: store.directory }),
    close: () => store.close(),
  };
}

async function openPostgresPlace(): Promise<Place> {
  const url = databaseUrl ?? '';
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const options = { databaseUrl: url, schema, now: () => aDay };
  // Both at once: replicas that start together must agree on who migrates.
  const [store, replica] = await Promise.all([openStore(options), openStore(options)]);
  const client = postgres(url, { max: 1, onnotice: () => {}, connection: { search_path: schema } });
  return {
    store,
    replica,
    raw: async (statement) => [...(await client.unsafe(statement))],
    reader: () => readAudit({ databaseUrl: url, schema }),
    async close() {
      await Promise.all([store.close(), replica.close()]);
      await client.unsafe(`drop schema ${schema} cascade`);
      await client.end();
    },
  };
}
