/** The contract of the audit chain: it grows in a line, any change to any column shows, and texts can be forgotten. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEntry, AuditFilter } from '../../src/core/audit.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { RunInfo } from '../../src/core/run.ts';
import type { Store } from '../../src/store/index.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, asked, bob } from './samples.ts';

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  kind: 'voted',
  at: asked,
  runId: 'run-1',
  person: alice,
  action: 'fly_deploy_image',
  approvalId: 'approval-1',
  facts: { verdict: 'approve', plan: 'abc', count: 2 },
  texts: { reason: 'Looks good.', title: 'Deploy' },
  ...over,
});

const later = '2026-03-03T10:00:00.000Z';

const runOf = (id: string): RunInfo => ({
  id,
  jobKey: id,
  engineId: null,
  title: 'deploy web',
  requester: alice,
  channel: 'slack:T0ACME:C1',
  audience: 'slack:T0ACME:public',
  thread: null,
  state: 'running',
  standing: '',
  startedAt: asked,
  endedAt: null,
});

async function appendThree(store: Store): Promise<void> {
  for (const kind of ['asked', 'voted', 'settled'] as const) await store.audit.append(entry({ kind }));
}

onEachDatabase((bench) => {
  test('an empty chain is whole', async () => {
    expect(await bench.store.audit.verify()).toEqual({ state: 'whole', rows: 0, head: '' });
  });

  test('rows are numbered, follow one another, and are found by what people quote', async () => {
    const { audit } = bench.store;
    const first = await audit.append(entry());
    const second = await audit.append(entry({ runId: 'run-2', kind: 'settled' }));
    expect(first).toMatchObject({ ...entry(), sequence: 1, reference: 'A1', previous: '' });
    expect(second).toMatchObject({ sequence: 2, reference: 'A2', previous: first.hash });
    expect(await audit.find('A1')).toEqual(first);
    expect(await audit.find('A3')).toBeNull();
    expect(await audit.byRun('run-2')).toEqual([second]);
    expect(await audit.latest(1)).toEqual([second]);
    expect(await audit.latest(5)).toEqual([second, first]);
    expect(await audit.verify()).toEqual({ state: 'whole', rows: 2, head: second.hash });
  });

  test('an entry of nothing but its kind is kept as well', async () => {
    const bare: AuditEntry = {
      kind: 'thawed',
      at: asked,
      runId: null,
      person: null,
      action: null,
      approvalId: null,
      facts: {},
    };
    expect(await bench.store.audit.append(bare)).toMatchObject(bare);
    expect((await bench.store.audit.find('A1'))?.texts).toBeUndefined();
  });

  test('a search narrows by words in facts and texts, person and time, newest first', async () => {
    const { audit } = bench.store;
    await audit.append(entry({ texts: { reason: '100% sure' } }));
    await audit.append(entry({ person: bob, facts: { target: 'fly:Acme_web' }, at: later, texts: {} }));
    await audit.append(entry({ runId: 'run-2', action: 'merge', texts: { reason: "it's \\ fine" } }));
    const found = async (filter: AuditFilter) => (await audit.search(filter, 10)).map((row) => row.reference);
    expect(await found({})).toEqual(['A3', 'A2', 'A1']);
    expect(await found({ words: '100%' })).toEqual(['A1']);
    expect(await found({ words: 'acme_WEB' })).toEqual(['A2']);
    expect(await found({ words: 'acmeXweb' })).toEqual([]);
    expect(await found({ words: '\\ fine' })).toEqual(['A3']);
    expect(await found({ words: 'a3' })).toEqual(['A3']);
    expect(await found({ person: bob })).toEqual(['A2']);
    expect(await found({ runId: 'run-2', action: 'merge' })).toEqual(['A3']);
    expect(await found({ action: 'merge' })).toEqual(['A3']);
    // As people know them: without their workspace, and a run by the characters that stand in its thread.
    expect(await found({ person: bob.split(':').at(-1) ?? '' })).toEqual(['A2']);
    expect(await found({ person: 'OB' })).toEqual([]);
    expect(await found({ person: '%' })).toEqual([]);
    await audit.append(entry({ runId: '1a2b3c4d-5e6f', texts: {} }));
    expect(await found({ runId: '1a2b3c4d' })).toEqual(['A4']);
    expect(await found({ runId: '1a2b3c4' })).toEqual([]);
    expect(await found({ runId: '1a2b3c4_' })).toEqual([]);
    await audit.append(entry({ runId: 'run-2', at: later, texts: {} }));
    expect(await found({ since: later })).toEqual(['A5', 'A2']);
    expect(await found({ until: later })).toEqual(['A4', 'A3', 'A1']);
    expect((await audit.search({}, 1)).map((row) => row.reference)).toEqual(['A5']);
  });

  test('forgetting a person takes every text of theirs and of the runs they asked for, and the chain stays whole', async () => {
    const { audit, runs } = bench.store;
    await runs.register({ ...runOf('run-1'), requester: alice });
    await audit.append(entry({ person: bob, texts: { reason: 'about her deploy' } }));
    await audit.append(entry({ runId: 'run-2', texts: { reason: 'her own word', title: 'x' } }));
    await audit.append(entry({ runId: 'run-2', person: bob, texts: { reason: 'another matter' } }));
    const head = await audit.head();
    expect(await audit.erasePerson(alice)).toBe(3);
    expect((await audit.search({}, 9)).map((row) => row.texts)).toEqual([
      { reason: 'another matter' },
      undefined,
      undefined,
    ]);
    expect(await audit.verify()).toEqual({ state: 'whole', rows: 3, head: head?.hash });
    expect(await audit.head()).toEqual(head);
    expect(await audit.erasePerson(alice)).toBe(0);
  });

  test('forty appends at once from two replicas form one whole chain', async () => {
    const rows = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? bench.store : bench.replica).audit.append(entry({ facts: { index } })),
      ),
    );
    expect(rows.map((row) => row.sequence).sort((a, b) => a - b)).toEqual(rows.map((_, index) => index + 1));
    expect(await bench.store.audit.verify()).toMatchObject({ state: 'whole', rows: 40 });
  });

  test('verifying while others append never cries wolf', async () => {
    const appends = Array.from({ length: 20 }, () => bench.replica.audit.append(entry()));
    const verdicts = await Promise.all(Array.from({ length: 10 }, () => bench.store.audit.verify()));
    await Promise.all(appends);
    expect(verdicts.map((verdict) => verdict.state)).toEqual(verdicts.map(() => 'whole'));
  });

  test('a chain longer than a page is walked to its end', async () => {
    await Promise.all(Array.from({ length: 1_050 }, () => bench.store.audit.append(entry({ texts: {} }))));
    expect(await bench.store.audit.verify()).toMatchObject({ state: 'whole', rows: 1_050 });
    await bench.raw(`update audit set person = 'mallory' where sequence = 1001`);
    expect(await bench.store.audit.verify()).toMatchObject({ state: 'broken', sequence: 1001 });
  });

  test.each([
    ['sequence', '99'],
    ['reference', `'A99'`],
    ['kind', `'frozen'`],
    ['at', `'2026-03-02T10:00:00.001Z'`],
    ['run_id', 'null'],
    ['run_id', `'run-2'`],
    ['person', `'mallory'`],
    ['action', `'fly_destroy_app'`],
    ['approval_id', 'null'],
    ['facts', `'{"count":2,"plan":"abc","verdict":"deny"}'`],
    ['facts', `'{"count":2,"plan":"abc", "verdict":"approve"}'`],
    ['facts', `'not json'`],
    ['text_hashes', `'{}'`],
    ['previous', `'0'`],
    ['hash', `'0'`],
  ])('a changed %s (%s) is found in the first, a middle and the last row', async (column, value) => {
    for (const sequence of [3, 2, 1]) {
      await bench.raw('delete from audit_texts');
      await bench.raw('delete from audit');
      await bench.raw(`update audit_head set sequence = 0, hash = ''`);
      await appendThree(bench.store);
      expect(await bench.store.audit.verify()).toMatchObject({ state: 'whole', rows: 3 });
      await bench.raw('delete from audit_texts');
      await bench.raw(`update audit set ${column} = ${value} where sequence = ${sequence}`);
      expect(await bench.store.audit.verify(), `row ${sequence}`).toMatchObject({
        state: 'broken',
        sequence,
      });
    }
  });

  test.each([
    ['a row taken out of the middle', 'delete from audit where sequence = 2', 2],
    ['a cut tail', 'delete from audit where sequence = 3', 3],
    ['a row put in after the head', null, 3],
    ['a head that was turned back', 'update audit_head set sequence = 2', 2],
    ['another hash in the head', `update audit_head set hash = '0'`, 3],
    ['a removed head', 'delete from audit_head', 0],
    ['a changed text', `update audit_texts set text = 'I object.' where sequence = 2 and name = 'reason'`, 2],
    ['a changed salt', `update audit_texts set salt = '00' where sequence = 1 and name = 'title'`, 1],
    ['a renamed text', `update audit_texts set name = 'toString' where sequence = 1 and name = 'title'`, 1],
  ])('%s is found', async (_, statement, sequence) => {
    await appendThree(bench.store);
    if (statement?.startsWith('delete from audit ')) await bench.raw('delete from audit_texts');
    await bench.raw(
      statement ??
        `insert into audit select 4, 'A4', kind, at, run_id, person, action, approval_id, facts, text_hashes, hash, 'x'
         from audit where sequence = 3`,
    );
    expect(await bench.store.audit.verify()).toMatchObject({ state: 'broken', sequence });
  });

  test('a text that was never there is found', async () => {
    await bench.store.audit.append(entry({ texts: {} }));
    await bench.raw(`insert into audit_texts (sequence, name, text, salt) values (1, 'reason', 'Yes.', '00')`);
    expect(await bench.store.audit.verify()).toMatchObject({ state: 'broken', sequence: 1 });
  });

  test('erasing texts keeps the chain whole and leaves neither text nor salt', async () => {
    const { audit } = bench.store;
    await appendThree(bench.store);
    expect(await audit.erase('A2', 'reason')).toBe(1);
    expect((await audit.find('A2'))?.texts).toEqual({ title: 'Deploy' });
    expect(await audit.erase('A3')).toBe(2);
    expect(await audit.erase('A3')).toBe(0);
    expect(await audit.erase('A99')).toBe(0);
    expect(await bench.raw('select * from audit_texts where sequence = 3')).toEqual([]);
    expect(await audit.verify()).toMatchObject({ state: 'whole', rows: 3 });
  });

  test('the same short text has another hash in each row: it cannot be guessed back once erased', async () => {
    await bench.store.audit.append(entry({ texts: { reason: 'no' } }));
    await bench.store.audit.append(entry({ texts: { reason: 'no' } }));
    const rows = await bench.raw('select text_hashes from audit');
    expect(new Set(rows.map((row) => row.text_hashes)).size).toBe(2);
  });

  test('an append that fails leaves no hole', async () => {
    const { audit } = bench.store;
    await audit.append(entry());
    await expect(audit.append(entry({ at: 'yesterday' }))).rejects.toMatchObject({ code: 'bad_input' });
    await expect(audit.append(entry({ facts: { usd: Number.NaN } }))).rejects.toThrow();
    expect(await audit.append(entry())).toMatchObject({ sequence: 2 });
    expect(await audit.verify()).toMatchObject({ state: 'whole', rows: 2 });
  });

  test('the chain verifies after any appends and erasures, and rows come back as they were written', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    const entries = fc.array(
      fc.record({
        runId: fc.option(text),
        person: fc.option(text),
        facts: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
        texts: fc.dictionary(text, text, { maxKeys: 2 }),
        erased: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        for (const { erased, facts, ...over } of list) {
          const row = await bench.store.audit.append(entry({ ...over, facts: facts as JsonObject }));
          rows++;
          expect(await bench.store.audit.find(row.reference)).toEqual(row);
          if (erased) await bench.store.audit.erase(row.reference);
        }
        expect(await bench.store.audit.verify()).toMatchObject({ state: 'whole', rows });
      }),
      { numRuns: 30 },
    );
  });
});
