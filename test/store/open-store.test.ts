/** Opening and closing: one process per directory, nothing lost to a kill, readable failures, forgotten words gone from the files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../src/store/index.ts';
import { stored } from '../memory/samples.ts';
import { databaseUrl } from './on-each-database.ts';
import { alice, approval, entry, inTime, vote } from './samples.ts';

const writer = fileURLToPath(new URL('./writer-process.ts', import.meta.url));

let directory: string;
const open: { stores: Store[]; processes: ChildProcess[] } = { stores: [], processes: [] };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sophia-open-'));
});

afterEach(async () => {
  for (const child of open.processes.splice(0)) child.kill('SIGKILL');
  for (const store of open.stores.splice(0)) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function openHere(): Promise<Store> {
  const store = await openStore({ directory });
  open.stores.push(store);
  return store;
}

async function closeAll(): Promise<void> {
  for (const store of open.stores.splice(0)) await store.close();
}

function startWriter(): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  open.processes.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

test('what was written is there after closing and opening again', async () => {
  const first = await openHere();
  await first.approvals.open(approval());
  await closeAll();
  const second = await openHere();
  expect(second.kind).toBe('sqlite');
  expect(await second.approvals.get('approval-1')).toEqual(approval());
});

test('a second opening of the directory is refused and told who has it, and the first goes on working', async () => {
  const first = await openHere();
  await expect(openHere()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`process ${process.pid}`),
    hint: expect.stringContaining('SOPHIA_DATA'),
  });
  expect(await first.audit.verify()).toMatchObject({ state: 'whole' });
});

test('ten openings at once: exactly one gets the directory', async () => {
  const results = await Promise.allSettled(Array.from({ length: 10 }, openHere));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
});

test('another process keeps us out, by its id, until it is killed; all it was told is written is there', async () => {
  const { child, lines } = startWriter();
  let last = 0;
  while (last < 25) last = Number((await lines.next()).value);
  await expect(openHere()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`process ${child.pid}`),
  });
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  for await (const line of lines) last = Number(line);
  const verdict = await (await openHere()).audit.verify();
  expect(verdict).toMatchObject({ state: 'whole' });
  expect(verdict.state === 'whole' ? verdict.rows : 0).toBeGreaterThanOrEqual(last);
});

test('of processes that start together, exactly one gets the directory', async () => {
  const children = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'ignore'] });
    open.processes.push(child);
    return child;
  });
  const ends = await Promise.all(
    children.map((child) =>
      Promise.race([once(child.stdout, 'data').then(() => 'writes'), once(child, 'exit').then(() => 'gave up')]),
    ),
  );
  expect(ends.filter((end) => end === 'writes')).toHaveLength(1);
});

test('a lock file that is no lock file is an error, not an open door', async () => {
  writeFileSync(join(directory, 'sophia.lock'), 'x'.repeat(4_096));
  await expect(openHere()).rejects.toMatchObject({ code: 'unavailable', hint: expect.stringContaining('SOPHIA_DATA') });
});

test('a directory that cannot be made is named', async () => {
  writeFileSync(join(directory, 'file'), '');
  const within = join(directory, 'file', 'data');
  await expect(openStore({ directory: within })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(within),
  });
});

test('a failed opening frees the directory again', async () => {
  writeFileSync(join(directory, 'sophia.db'), 'x'.repeat(4_096));
  await expect(openHere()).rejects.toMatchObject({ code: expect.stringMatching(/internal|unavailable/) });
  rmSync(join(directory, 'sophia.db'));
  expect((await openHere()).kind).toBe('sqlite');
});

test('a migration that fails half way leaves nothing behind, and runs once what stopped it is gone', async () => {
  const file = new DatabaseSync(join(directory, 'sophia.db'));
  file.exec('create table memories (other integer)');
  await expect(openHere()).rejects.toMatchObject({ code: 'internal' });
  expect(file.prepare(`select name from sqlite_master where name in ('runs', 'approvals', 'audit')`).all()).toEqual([]);
  file.exec('drop table memories');
  file.close();
  expect(await (await openHere()).runs.list({ limit: 1 })).toEqual([]);
});

test('callers at once share the one connection without sharing a transaction: who fails takes nobody along', async () => {
  const store = await openHere();
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const id = `approval-${index}`;
      const runId = `run-${index}`;
      await store.approvals.open(approval({ id, runId }));
      await store.approvals.vote(id, vote(alice));
    }),
  );
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => {
      const planHash = index % 2 ? 'another plan' : 'plan-hash';
      const runId = `run-${index}`;
      const deed = entry({ key: `${runId}/1`, runId, approvalId: `approval-${index}`, planHash });
      return store.approvals.consume(`approval-${index}`, deed);
    }),
  );
  for (const [index, result] of results.entries()) {
    expect(result.status).toBe(index % 2 ? 'rejected' : 'fulfilled');
    const state = (await store.approvals.get(`approval-${index}`))?.state;
    expect(state).toBe(index % 2 ? 'approved' : 'consumed');
    expect(await store.ledger.byRun(`run-${index}`)).toHaveLength(index % 2 ? 0 : 1);
  }
});

test('a forgotten word is in none of the files once the store is closed', async () => {
  const store = await openHere();
  await store.memories.put([stored('memory-1', 'zanzibar')], '1');
  await store.audit.append({
    kind: 'asked',
    at: inTime,
    runId: null,
    person: alice,
    action: null,
    approvalId: null,
    facts: {},
    texts: { words: 'timbuktu' },
  });
  await closeAll();
  const holding = (word: string) =>
    readdirSync(directory).filter((file) => readFileSync(join(directory, file)).includes(word));
  expect(holding('zanzibar')).toEqual(['sophia.db']);
  expect(holding('timbuktu')).toEqual(['sophia.db']);
  const again = await openHere();
  await again.memories.forget({ person: alice });
  await again.audit.erase('A1');
  await closeAll();
  expect(holding('zanzibar')).toEqual([]);
  expect(holding('timbuktu')).toEqual([]);
});

test('a Postgres that is not there is said in plain words, without its password', async () => {
  const opening = openStore({ databaseUrl: 'postgres://sophia:hunter2@127.0.0.1:1/sophia' });
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'unavailable', hint: expect.stringContaining('DATABASE_URL') });
  expect(String(error)).not.toContain('hunter2');
});

test('a schema name that is none is refused before anything is sent', async () => {
  await expect(
    openStore({ databaseUrl: 'postgres://127.0.0.1:1/x', schema: 'a"; drop schema b; --' }),
  ).rejects.toMatchObject({ code: 'bad_input' });
});

test.skipIf(!databaseUrl)('wrong credentials for Postgres are said (set TEST_DATABASE_URL to run)', async () => {
  const url = new URL(databaseUrl ?? '');
  url.pathname = '/no_such_database_here';
  await expect(openStore({ databaseUrl: url.href })).rejects.toMatchObject({ code: 'forbidden' });
});
