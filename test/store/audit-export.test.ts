/** What an export proves by itself: whatever is taken out, put in, moved or changed shows, and no file makes it stumble. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditFilter } from '../../src/core/audit.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { checkExport } from '../../src/store/audit-check.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, asked, bob } from './samples.ts';

const entry = (person: string, index: number) => ({
  kind: 'voted' as const,
  at: asked,
  runId: 'run-1',
  person,
  action: 'fly_deploy_image',
  approvalId: null,
  facts: { index },
  texts: { reason: `because of ${index}` },
});

onEachDatabase((bench) => {
  /** Five rows, the second and fourth by Bob. */
  async function exported(filter: AuditFilter = {}): Promise<string[]> {
    for (let index = 1; index <= 5; index++) await bench.store.audit.append(entry(index % 2 ? alice : bob, index));
    return lines(filter);
  }
  async function lines(filter: AuditFilter): Promise<string[]> {
    const reader = bench.reader();
    const header = await reader.header(filter, asked);
    const said = [JSON.stringify(header)];
    for await (const row of reader.rows(header)) said.push(JSON.stringify(row));
    await reader.close();
    return said;
  }
  const changed = (line: string | undefined, over: JsonObject) =>
    JSON.stringify({ ...JSON.parse(line ?? ''), ...over });

  test('the first line says what is in it and where the chain ended', async () => {
    const [first] = await exported({ person: bob });
    const head = await bench.store.audit.head();
    expect(JSON.parse(first ?? '')).toEqual({
      sophia: 'audit-export',
      version: 1,
      made: asked,
      filter: { person: bob },
      first: 2,
      last: 4,
      count: 2,
      rows: expect.stringMatching(/^[0-9a-f]{64}$/),
      head,
    });
  });

  test('all of it is whole, an empty trail too, and what comes later is no part of it', async () => {
    expect(await checkExport(await lines({}))).toMatchObject({ state: 'fits', all: true, rows: 0 });
    const all = await exported();
    expect(await checkExport(all, 3)).toMatchObject({
      state: 'fits',
      all: true,
      rows: 5,
      wanted: (await bench.store.audit.find('A3'))?.hash,
    });
    const reader = bench.reader();
    const header = await reader.header({}, asked);
    await bench.store.audit.append(entry(alice, 6));
    const rows: string[] = [];
    for await (const row of reader.rows(header)) rows.push(row.reference);
    expect(rows).toEqual(['A1', 'A2', 'A3', 'A4', 'A5']);
    await reader.close();
  });

  test('a choice of rows fits, and is not called all', async () => {
    expect(await checkExport(await exported({ person: bob }))).toMatchObject({ state: 'fits', all: false, rows: 2 });
    expect(await checkExport(await lines({ person: 'nobody' }))).toMatchObject({ state: 'fits', all: false, rows: 0 });
  });

  test('texts that were forgotten do not break it', async () => {
    await exported();
    await bench.store.audit.erase('A2');
    expect(await checkExport(await lines({}))).toMatchObject({ state: 'fits', rows: 5 });
  });

  test.each<[string, (lines: string[]) => string[], string]>([
    ['a row in the middle', (all) => all.toSpliced(3, 1), 'A3 is missing'],
    ['several in the middle', (all) => all.toSpliced(2, 3), 'A2 to A4 are missing'],
    ['the beginning', (all) => all.toSpliced(1, 2), 'A1 to A2 are missing'],
    ['the end', (all) => all.slice(0, -2), 'A4 to A5 are missing'],
    ['all rows', (all) => all.slice(0, 1), 'A1 to A5 are missing'],
    ['the order', (all) => all.with(2, all[3] ?? '').with(3, all[2] ?? ''), 'A2 is missing'],
    ['a row doubled', (all) => all.toSpliced(3, 0, all[2] ?? ''), 'A2 stands after A2: out of order'],
    [
      'a row',
      (all) => all.with(2, (all[2] ?? '').replace('"index\\":2', '"index\\":9')),
      'A2: its content was changed',
    ],
    ['a text', (all) => all.with(2, (all[2] ?? '').replace('because of 2', 'because of 9')), 'A2: its text'],
    ['a member more', (all) => all.with(2, changed(all[2], { extra: 1 })), 'A2: its content was changed'],
    ['the count', (all) => all.with(0, changed(all[0], { count: 4 })), 'speaks of 4 rows, and there are 5'],
    [
      'the end and the count',
      (all) => all.slice(0, -1).with(0, changed(all[0], { count: 4, last: 4 })),
      'A5 is missing',
    ],
    [
      'the head',
      (all) => all.with(0, changed(all[0], { head: { sequence: 5, hash: 'ab'.repeat(32) } })),
      'A5: the first line names another hash',
    ],
    ['what the rows are', (all) => all.with(0, changed(all[0], { rows: 'ab'.repeat(32) })), 'other rows than these'],
    ['a head before the end', (all) => all.with(0, changed(all[0], { head: null })), 'rows after an end'],
  ])('changed: %s', async (_, change, reason) => {
    expect(await checkExport(change(await exported()))).toEqual({
      state: 'broken',
      reason: expect.stringContaining(reason),
    });
  });

  test('of a choice the neighbours and the count are held too', async () => {
    const chosen = await exported({ person: bob });
    expect(await checkExport(chosen.slice(0, -1))).toMatchObject({ state: 'broken' });
    expect(await checkExport(chosen.with(1, chosen[2] ?? '').with(2, chosen[1] ?? ''))).toMatchObject({
      state: 'broken',
      reason: 'A2 stands after A4: out of order',
    });
  });
});

const firstLine = JSON.stringify({
  sophia: 'audit-export',
  version: 1,
  made: asked,
  filter: {},
  first: 1,
  last: 1,
  count: 1,
  rows: 'ab'.repeat(32),
  head: null,
});

test.each<[string, string[], string]>([
  ['an empty file', [], 'The file is empty.'],
  ['blank lines', ['', ' '], 'The file is empty.'],
  ['no first line', ['{"sequence":1}'], 'does not say what was exported'],
  ['a later version', ['{"sophia":"audit-export","version":2}'], 'does not say what was exported'],
  ['a table', ['reference,at,kind'], 'Line 1 is no whole JSON'],
  ['a row cut in two', [firstLine, '', '{"sequence":1,"refer'], 'Line 3 is no whole JSON'],
  ['something else', [firstLine, '[1]'], 'Line 2 is no row'],
])('%s is said in words', async (_, lines, words) => {
  await expect(checkExport(lines)).rejects.toMatchObject({
    code: 'bad_input',
    message: expect.stringContaining(words),
  });
});

test('whatever a file holds, it is judged or refused in words', async () => {
  const header = {
    sophia: 'audit-export',
    version: 1,
    made: asked,
    filter: {},
    first: 1,
    last: 1,
    count: 1,
    rows: 'ab'.repeat(32),
    head: { sequence: 1, hash: 'x' },
  };
  const row = fc.record({
    sequence: fc.constant(1),
    reference: fc.constant('A1'),
    kind: fc.string(),
    at: fc.string(),
    run_id: fc.option(fc.string()),
    person: fc.option(fc.string({ unit: 'binary' })),
    action: fc.option(fc.string()),
    approval_id: fc.option(fc.string()),
    facts: fc.string(),
    text_hashes: fc.oneof(fc.json(), fc.string(), fc.constant('null')),
    previous: fc.constant(''),
    hash: fc.string(),
    texts: fc.array(fc.record({ name: fc.constant('reason'), text: fc.string(), salt: fc.string() }), { maxLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(row, fc.jsonValue()), async (line) => {
      const verdict = await checkExport([JSON.stringify(header), JSON.stringify(line)]).catch((error) => error);
      expect(verdict.state ?? verdict.code).toMatch(/^(broken|bad_input)$/);
    }),
  );
});
