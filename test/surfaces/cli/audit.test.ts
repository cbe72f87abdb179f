/** The audit trail on the command line, beside a live database: verified, exported, searched, and held to its signed head. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeAuditKey, readAuditKey, readSignedHead } from '../../../src/core/signed-head.ts';
import { openTestStore, type TestStore } from '../../store/open-test-store.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const key = makeAuditKey();
let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
  for (const [index, action] of ['deploy', 'merge', 'rollback'].entries())
    await store.audit.append({
      kind: 'settled',
      at: `2026-03-0${index + 1}T10:00:00.000Z`,
      runId: `run-${index}`,
      person: index === 1 ? 'slack:T1:UBOB' : 'slack:T1:UALICE',
      action,
      approvalId: null,
      facts: { state: 'done', target: `fly:acme-${index}` },
      texts: { result: `=2+5 "${action}" of the 100% kind` },
    });
});
afterAll(() => store.close());

/** The store stays open in this process: the command reads beside it. */
function audit(directory: string, ...words: string[]): Promise<{ code: number; said: string }> {
  const env = { PATH: process.env.PATH, SOPHIA_DATA: directory, SOPHIA_AUDIT_KEY: key.privateKey };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main.ts', 'audit', ...words], { cwd: root, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, said: `${out}${err}` }),
    );
  });
}

test('it is verified while another process writes, also from an export and with no database', async () => {
  expect(await audit(store.directory, 'verify')).toMatchObject({
    code: 0,
    said: expect.stringContaining('Whole: 3 rows'),
  });
  const file = join(store.directory, 'export.jsonl');
  expect((await audit(store.directory, 'export', '--out', file)).said).toContain('3 rows written');
  expect(await audit('/nowhere', 'verify', '--file', file)).toMatchObject({ code: 0 });
  // An existing file is not overwritten.
  expect((await audit(store.directory, 'export', '--out', file)).code).toBe(1);
  const lines = readFileSync(file, 'utf8').replace('fly:acme-1', 'fly:acme-9');
  const forged = join(store.directory, 'forged.jsonl');
  writeFileSync(forged, lines);
  expect(await audit('/nowhere', 'verify', '--file', forged)).toMatchObject({
    code: 1,
    said: expect.stringContaining('BROKEN at A2: its content was changed'),
  });
});

test('words, people, actions and times narrow a search; a wildcard is only a letter', async () => {
  const found = async (...words: string[]) =>
    (await audit(store.directory, 'search', ...words)).said.match(/^A\d+/gm) ?? [];
  expect(await found('MERGE')).toEqual(['A2']);
  expect(await found('100%')).toEqual(['A3', 'A2', 'A1']);
  expect(await found('1_0')).toEqual([]);
  expect(await found('acme', '--person', 'slack:T1:UALICE', '--since', '2026-03-02T00:00:00Z')).toEqual(['A3']);
  expect(await found('acme', '--action', 'deploy')).toEqual(['A1']);
});

test('a table for spreadsheets holds no formula', async () => {
  const { said } = await audit(store.directory, 'export', '--format', 'csv', '--run', 'run-1');
  expect(said.split('\n')[0]).toContain('reference,at,kind');
  expect(said).toContain('"A2"');
  expect(said).toContain('""merge""');
  expect(said).not.toMatch(/"[=+@]/);
});

test('a cut tail shows against the head that was signed before', async () => {
  const head = await store.audit.head();
  const line = readAuditKey(key.privateKey).sign(head ?? { sequence: 0, hash: '' }, '2026-03-04T00:00:00.000Z');
  expect(await audit(store.directory, 'verify', '--head', line)).toMatchObject({
    code: 0,
    said: expect.stringContaining('(A3) is in the chain'),
  });
  // An attacker with the file cuts the last row and mends the head row: the chain by itself looks whole.
  const cut = await openTestStore();
  await cut.audit.append({
    kind: 'asked',
    at: '2026-03-01T10:00:00.000Z',
    runId: null,
    person: null,
    action: null,
    approvalId: null,
    facts: {},
  });
  expect(await audit(cut.directory, 'verify')).toMatchObject({ code: 0 });
  expect(await audit(cut.directory, 'verify', '--head', line)).toMatchObject({
    code: 1,
    said: expect.stringContaining('CUT OR REWRITTEN'),
  });
  await cut.close();
  const forged = line.replace('sequence=3', 'sequence=1');
  expect((await audit(store.directory, 'verify', '--head', forged)).code).toBe(1);
});

test('only the own key’s signature counts, and a word changed anywhere breaks it', () => {
  const line = readAuditKey(key.privateKey).sign({ sequence: 7, hash: 'ab'.repeat(32) }, '2026-03-04T00:00:00.000Z');
  expect(readSignedHead(`> quoted: ${line} <`, key.publicKey)).toEqual({
    sequence: 7,
    hash: 'ab'.repeat(32),
    at: '2026-03-04T00:00:00.000Z',
  });
  expect(readSignedHead(line, makeAuditKey().publicKey)).toBeNull();
  for (const [from, to] of [
    ['=7 ', '=8 '],
    ['abab', 'abac'],
    ['03-04', '03-05'],
  ] as const)
    expect(readSignedHead(line.replace(from, to), key.publicKey)).toBeNull();
  expect(() => readAuditKey('c29tZXRoaW5nIGVsc2U=')).toThrow('no ed25519');
});

test('what cannot be read is said with what can be typed', async () => {
  expect(await audit(store.directory, 'burn')).toMatchObject({
    code: 1,
    said: expect.stringContaining('audit verify'),
  });
  expect(await audit('/nowhere', 'verify')).toMatchObject({ code: 1, said: expect.stringContaining('SOPHIA_DATA') });
  expect((await audit(store.directory, 'search')).code).toBe(1);
  const { said } = await audit(store.directory, 'key');
  const made = /SOPHIA_AUDIT_KEY=(\S+)/.exec(said)?.[1] ?? '';
  expect(said).toContain(readAuditKey(made).publicKey);
  expect(
    new DatabaseSync(join(store.directory, 'sophia.db'), { readOnly: true })
      .prepare('select count(*) as n from audit')
      .get(),
  ).toEqual({ n: 3 });
});
