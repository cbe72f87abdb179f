/** The audit trail on the command line, beside a live database: verified, exported, searched, and held to its signed head. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/index.ts';
import { toSophiaError } from '../../../src/core/error.ts';
import { makeAuditKey, readAuditKey, readSignedHead } from '../../../src/core/signed-head.ts';
import { readSettings } from '../../../src/settings.ts';
import { openStore, type Store } from '../../../src/store/index.ts';
import { databaseUrl } from '../../store/on-each-database.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const key = makeAuditKey();
const nowhere = { SOPHIA_DATA: '/nowhere' };
const files = mkdtempSync(join(tmpdir(), 'sophia-audit-'));
afterAll(() => rmSync(files, { recursive: true, force: true }));

type End = { code: number; said: string };

/** The command, with a connection of its own beside the store that stays open. */
async function audit(place: Record<string, string>, ...words: string[]): Promise<End> {
  const environment = { SOPHIA_AUDIT_KEY: key.privateKey, ...place };
  let said = '';
  const write = (text: string) => {
    said += text;
  };
  try {
    return {
      code: await runCommand('audit', { settings: readSettings(environment), environment, words, write }),
      said,
    };
  } catch (error) {
    const { code, message, hint } = toSophiaError(error);
    // Whatever is `internal` is printed with a stack trace.
    expect(code, message).not.toBe('internal');
    return { code: 1, said: `${said}${message}\n${hint}\n` };
  }
}

/** The same as people start it: another process. */
function started(place: Record<string, string>, ...words: string[]): Promise<End> {
  const env = { PATH: process.env.PATH, SOPHIA_AUDIT_KEY: key.privateKey, ...place };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main.ts', 'audit', ...words], { cwd: root, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, said: `${out}${err}` }),
    );
  });
}

function file(name: string, text: string): string {
  const path = join(files, name);
  writeFileSync(path, text);
  return path;
}

type Place = { environment: Record<string, string>; store: Store; close(): Promise<void> };

async function onSqlite(): Promise<Place> {
  const directory = mkdtempSync(join(files, 'data-'));
  const store = await openStore({ directory });
  return { environment: { SOPHIA_DATA: directory }, store, close: () => store.close() };
}

/** A database of its own: the command knows no schema but `sophia`. */
async function onPostgres(): Promise<Place> {
  const name = `audit_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(databaseUrl ?? '');
  url.pathname = `/${name}`;
  const server = async (statement: string) => {
    const sql = postgres(databaseUrl ?? '', { max: 1, onnotice: () => {} });
    await sql.unsafe(statement);
    await sql.end();
  };
  await server(`CREATE DATABASE ${name}`);
  const store = await openStore({ databaseUrl: url.href });
  return {
    environment: { DATABASE_URL: url.href },
    store,
    async close() {
      await store.close();
      await server(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

describe('on SQLite', () => commands(onSqlite));
describe.skipIf(!databaseUrl)('on Postgres (set TEST_DATABASE_URL to run)', () => commands(onPostgres));

function commands(open: () => Promise<Place>): void {
  let place: Place;
  beforeAll(async () => {
    place = await open();
    for (const [index, action] of ['deploy', 'merge', 'rollback'].entries())
      await place.store.audit.append({
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
  afterAll(() => place.close());
  const here = (...words: string[]) => audit(place.environment, ...words);

  test('it is verified while another process writes, also from an export and with no database', async () => {
    expect(await started(place.environment, 'verify')).toMatchObject({
      code: 0,
      said: expect.stringContaining('Whole: 3 rows'),
    });
    const path = join(files, `${randomUUID()}.jsonl`);
    expect((await here('export', '--out', path)).said).toContain('3 rows written');
    const head = await place.store.audit.head();
    expect(await audit(nowhere, 'verify', '--file', path)).toMatchObject({
      code: 0,
      said: expect.stringMatching(new RegExp(`^Whole: all 3 rows there were at 20.*, A1 to A3, head ${head?.hash}`)),
    });
    expect(await here('export', '--out', path)).toEqual({
      code: 1,
      said: `${path} is already there.\nName another file with --out, or move that one away.\n`,
    });
    const text = readFileSync(path, 'utf8');
    const forged = file('forged.jsonl', text.replace('fly:acme-1', 'fly:acme-9'));
    expect(await audit(nowhere, 'verify', '--file', forged)).toEqual({
      code: 1,
      said: 'BROKEN: A2: its content was changed.\n',
    });
    const gap = file('gap.jsonl', text.split('\n').toSpliced(2, 1).join('\n'));
    expect(await audit(nowhere, 'verify', '--file', gap)).toEqual({ code: 1, said: 'BROKEN: A2 is missing.\n' });
    const cut = file('cut.jsonl', text.split('\n').slice(0, 3).join('\n'));
    expect(await audit(nowhere, 'verify', '--file', cut)).toEqual({ code: 1, said: 'BROKEN: A3 is missing.\n' });
  });

  test('an export of some rows is called that, with what it proves and what it does not', async () => {
    const path = join(files, `${randomUUID()}.jsonl`);
    await audit({ ...place.environment, SOPHIA_AUDIT_KEY: '' }, 'export', '--person', 'slack:T1:UALICE', '--out', path);
    const seen = await audit(nowhere, 'verify', '--file', path);
    expect(seen.code).toBe(0);
    expect(seen.said).toContain('Not the whole trail: 2 rows chosen at');
    expect(seen.said).toContain('by person slack:T1:UALICE.');
    expect(seen.said).toMatch(/^Proven: each row.*\nNot proven: that no row was left out/m);
    expect(seen.said).not.toContain('Whole');
    const head = await place.store.audit.head();
    const sign = (sequence: number, hash: string) =>
      readAuditKey(key.privateKey).sign({ sequence, hash }, '2026-03-04T00:00:00.000Z');
    expect(await audit(nowhere, 'verify', '--file', path, '--head', sign(3, head?.hash ?? ''))).toMatchObject({
      code: 0,
      said: expect.stringContaining('(A3) is in the chain'),
    });
    expect(await audit(nowhere, 'verify', '--file', path, '--head', sign(2, 'ab'.repeat(32)))).toMatchObject({
      code: 1,
      said: expect.stringContaining('A2, which was signed at 2026-03-04T00:00:00.000Z, is not in this export'),
    });
  });

  test('a signed export cannot be made anew, in whole or in part', async () => {
    const path = join(files, `${randomUUID()}.jsonl`);
    await here('export', '--person', 'slack:T1:UALICE', '--out', path);
    const text = readFileSync(path, 'utf8');
    const verified = (given: string, ...words: string[]) =>
      audit({ ...nowhere, SOPHIA_AUDIT_KEY: '' }, 'verify', '--file', file('signed.jsonl', given), ...words);
    const withKey = (given: string) => verified(given, '--public-key', key.publicKey);
    expect(await withKey(text)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^Not proven: that the trail around them was whole.*\nSigned by key [0-9a-f]{16}:/m),
    });
    const [first = '', ...rows] = text.trim().split('\n');
    const plain = JSON.parse(first);
    // A row is taken out, and what the first line says of them is mended.
    const mended = {
      ...plain,
      count: 1,
      last: plain.first,
      rows: createHash('sha256')
        .update(`${JSON.parse(rows[0] ?? '').hash}\n`)
        .digest('hex'),
    };
    const forged = (header: object) => [JSON.stringify(header), rows[0]].join('\n');
    expect(await withKey(forged(mended))).toEqual({
      code: 1,
      said: 'BROKEN: the first line is not what this key signed.\n',
    });
    const { signature: _, ...unsigned } = mended;
    expect(await withKey(forged(unsigned))).toEqual({ code: 1, said: 'BROKEN: the first line bears no signature.\n' });
    // Without the key all of it fits, and that this proves little is said.
    expect(await verified(forged(unsigned))).toMatchObject({
      code: 0,
      said: expect.stringContaining('Nobody signed it'),
    });
    expect(await verified(forged(mended))).toMatchObject({
      code: 0,
      said: expect.stringContaining('give --public-key'),
    });
    const other = makeAuditKey().publicKey;
    expect((await verified(text, '--public-key', other)).code).toBe(1);
    expect((await withKey(text.replace(plain.rows, 'ab'.repeat(32)))).said).toBe(
      'BROKEN: the first line was made for other rows than these.\n',
    );
  });

  test('words, people, actions and times narrow a search; a wildcard is only a letter', async () => {
    const found = async (...words: string[]) => (await here('search', ...words)).said.match(/^A\d+/gm) ?? [];
    expect(await found('MERGE')).toEqual(['A2']);
    expect(await found('100%')).toEqual(['A3', 'A2', 'A1']);
    expect(await found('1_0')).toEqual([]);
    expect(await found('acme', '--person', 'slack:T1:UALICE', '--since', '2026-03-02T00:00:00Z')).toEqual(['A3']);
    expect(await found('acme', '--action', 'deploy')).toEqual(['A1']);
  });

  test('a table for spreadsheets holds no formula, and is not taken for something that proves anything', async () => {
    const { said } = await here('export', '--format', 'csv', '--run', 'run-1');
    expect(said.split('\n')[0]).toContain('reference,at,kind');
    expect(said).toContain('"A2"');
    expect(said).toContain('""merge""');
    expect(said).not.toMatch(/"[=+@]/);
    expect(await audit(nowhere, 'verify', '--file', file('table.csv', said))).toMatchObject({
      code: 1,
      said: expect.stringContaining('no export of JSON lines'),
    });
  });

  test('a cut tail shows against the head that was signed before', async () => {
    const head = await place.store.audit.head();
    const line = readAuditKey(key.privateKey).sign(head ?? { sequence: 0, hash: '' }, '2026-03-04T00:00:00.000Z');
    expect(await here('verify', '--head', line)).toMatchObject({
      code: 0,
      said: expect.stringContaining('(A3) is in the chain'),
    });
    // An attacker with the database cuts the last rows and mends the head row: the chain by itself looks whole.
    const cut = await open();
    await cut.store.audit.append({
      kind: 'asked',
      at: '2026-03-01T10:00:00.000Z',
      runId: null,
      person: null,
      action: null,
      approvalId: null,
      facts: {},
    });
    expect(await audit(cut.environment, 'verify')).toMatchObject({ code: 0 });
    expect(await audit(cut.environment, 'verify', '--head', line)).toMatchObject({
      code: 1,
      said: expect.stringContaining('CUT OR REWRITTEN'),
    });
    await cut.close();
    const forged = line.replace('sequence=3', 'sequence=1');
    expect((await here('verify', '--head', forged)).code).toBe(1);
  });

  test('nothing is written by reading', async () => {
    const before = await place.store.audit.head();
    await here('verify');
    await here('search', 'merge');
    expect(await place.store.audit.head()).toEqual(before);
    expect(await place.store.audit.verify()).toMatchObject({ rows: 3 });
  });
}

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

test.each<[string, () => string[], string]>([
  ['a word nobody knows', () => ['burn'], 'audit verify'],
  ['no trail', () => ['verify'], 'SOPHIA_DATA'],
  ['a file that is not there', () => ['verify', '--file', join(files, 'none.jsonl')], 'There is no file '],
  ['a folder', () => ['verify', '--file', files], 'I cannot read the file '],
  ['an empty file', () => ['verify', '--file', file('empty.jsonl', '')], 'The file is empty.'],
  ['a line cut in two', () => ['verify', '--file', file('half.jsonl', '{"sophia":"audit-ex')], 'Line 1 is no whole'],
  ['an export without its first line', () => ['verify', '--file', file('old.jsonl', '{"sequence":1}')], 'first line'],
  [
    'a head that is not there',
    () => ['verify', '--file', file('any.jsonl', ''), '--head', join(files, 'none.txt')],
    'nor is it a line that begins',
  ],
  [
    'a head that is none',
    () => ['verify', '--file', file('any.jsonl', ''), '--head', file('no.txt', 'hello')],
    'no head signed with this key',
  ],
  ['a time that is none', () => ['export', '--since', 'yesterday'], 'There is no audit trail'],
  ['an option nobody knows', () => ['export', '--sinc', 'x'], '--sinc'],
])('%s: one plain sentence, a hint, and code 1', async (_, words, said) => {
  const seen = await audit(nowhere, ...words());
  expect(seen).toMatchObject({ code: 1, said: expect.stringContaining(said) });
  const [sentence, hint] = seen.said.split('\n');
  expect(sentence).toMatch(/\S/);
  expect(hint).toMatch(/\S/);
  expect(seen.said).not.toMatch(/ENOENT|EISDIR/);
});

test.concurrent.each<[string, () => string[]]>([
  ['a file that is not there', () => ['verify', '--file', join(files, 'none.jsonl')]],
  ['a head that is not there', () => ['verify', '--file', file('any.jsonl', ''), '--head', join(files, 'none.txt')]],
])('%s: the process says it as it is, with no stack trace', async (_, words) => {
  expect(await started(nowhere, ...words())).toEqual(await audit(nowhere, ...words()));
});

test('an export where nothing can be written is said in words', async () => {
  const directory = join(files, 'shut');
  mkdirSync(directory);
  const store = await openStore({ directory });
  const seen = await audit({ SOPHIA_DATA: directory }, 'export', '--out', join(files, 'no', 'folder.jsonl'));
  expect(seen).toMatchObject({ code: 1, said: expect.stringContaining('I cannot write to ') });
  expect(seen.said).not.toContain('ENOENT');
  expect(await audit({ SOPHIA_DATA: directory }, 'export', '--since', 'yesterday')).toMatchObject({
    code: 1,
    said: expect.stringContaining('Not a time: yesterday'),
  });
  expect((await audit({ SOPHIA_DATA: directory }, 'search')).code).toBe(1);
  await store.close();
});

test('a key that was made can be read', async () => {
  const { said } = await audit(nowhere, 'key');
  const made = /SOPHIA_AUDIT_KEY=(\S+)/.exec(said)?.[1] ?? '';
  expect(said).toContain(readAuditKey(made).publicKey);
});

test('a Postgres that cannot be reached is said in words', async () => {
  for (const words of [['verify'], ['export'], ['search', 'merge']]) {
    const seen = await audit({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, ...words);
    expect(seen).toEqual({
      code: 1,
      said: 'The database cannot be reached.\nCheck DATABASE_URL, and that the database is running.\n',
    });
  }
});
