/** The side panel reads the app's database read-only, whatever is or is not in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRecordReader } from '../../src/playground/records.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sophia-records-'));
  path = join(folder, 'sophia.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a database that is not there yet reads as nothing', () => {
  const reader = createRecordReader(path);
  expect(reader.read()).toMatchObject({ available: false, run: null, audit: [] });
  expect(reader.moved()).toBe(false);
});

test('a file that is no database reads as nothing', () => {
  writeFileSync(path, 'this is not a database, and it is long enough to be looked at as one'.repeat(20));
  const reader = createRecordReader(path);
  expect(reader.read()).toMatchObject({ run: null, audit: [] });
  reader.close();
});

test('tables that are missing are left out, those that are there are read, and changes are noticed', () => {
  const app = new DatabaseSync(path);
  app.exec('PRAGMA journal_mode = WAL');
  app.exec(
    'CREATE TABLE audit (sequence INTEGER PRIMARY KEY, kind TEXT, at TEXT, person TEXT, action TEXT, hash TEXT)',
  );
  app.exec(`INSERT INTO audit VALUES (1, 'asked', 't', 'slack:T:U', 'deploy', 'aa')`);
  const reader = createRecordReader(path);
  expect(reader.read().audit).toEqual([
    { sequence: 1, kind: 'asked', at: 't', person: 'slack:T:U', action: 'deploy', hash: 'aa' },
  ]);
  reader.moved();
  expect(reader.moved()).toBe(false);
  app.exec('CREATE TABLE spends (usd REAL)');
  app.exec('INSERT INTO spends VALUES (0.25), (0.5)');
  expect(reader.moved()).toBe(true);
  expect(reader.read()).toMatchObject({ usd: 0.75, calls: 2, run: null });
  reader.close();
  app.close();
});

test('a plan that is no JSON does not take the panel down', () => {
  const app = new DatabaseSync(path);
  app.exec(
    'CREATE TABLE approvals (id TEXT, run_id TEXT, requester TEXT, target TEXT, state TEXT, state_reason TEXT, plan TEXT, rule TEXT, created_at TEXT)',
  );
  app.exec(`INSERT INTO approvals VALUES ('a', 'r', 'p', 't', 'pending', NULL, '{broken', '{"name":"x"}', 'now')`);
  const reader = createRecordReader(path);
  expect(reader.read().approvals).toMatchObject([{ id: 'a', planHash: '', rule: 'x', votes: [] }]);
  reader.close();
  app.close();
});
