/** The contract of the ledger: a deed begins once, belongs to one attempt, and ends once. */
import { expect, test } from 'vitest';
import { onEachDatabase } from './on-each-database.ts';
import { alice, entry } from './samples.ts';

const at = '2026-03-02T10:07:00.000Z';
const later = '2026-03-02T10:09:00.000Z';

onEachDatabase((bench) => {
  test('a deed begins once, and comes back as it began', async () => {
    const { ledger } = bench.store;
    expect(await ledger.begin(entry())).toBe('started');
    expect(await ledger.begin(entry({ owner: 'process-2' }))).toBe('exists');
    expect(await ledger.get('run-1/1')).toEqual(entry());
    expect(await ledger.get('run-1/2')).toBeNull();
  });

  test('it begins as started, whatever the caller claims', async () => {
    await bench.store.ledger.begin(entry({ state: 'done', settledAt: at }));
    expect(await bench.store.ledger.get('run-1/1')).toMatchObject({ state: 'started', settledAt: null });
  });

  test('a listed step is granted once, to one key', async () => {
    const { ledger } = bench.store;
    expect(await ledger.begin(entry({ key: 'run-1/1.1', grantStep: 0 }))).toBe('started');
    expect(await ledger.begin(entry({ key: 'run-1/1.2', grantStep: 0 }))).toBe('spent');
    expect(await ledger.begin(entry({ key: 'run-1/1.1', grantStep: 0 }))).toBe('exists');
    expect(await ledger.begin(entry({ key: 'run-1/1.3', grantStep: 2 }))).toBe('started');
    expect(await ledger.begin(entry({ key: 'run-2/1.1', grantStep: 0, approvalId: 'approval-2' }))).toBe('started');
    expect(await ledger.spentSteps('approval-1')).toEqual([0, 2]);
  });

  test('the approved action itself is granted once too, though it has no step', async () => {
    const { ledger } = bench.store;
    expect(await ledger.begin(entry())).toBe('started');
    expect(await ledger.begin(entry({ key: 'run-1/2' }))).toBe('spent');
    expect(await ledger.spentSteps('approval-1')).toEqual([]);
  });

  test('deeds that policy allowed outright do not get in each other’s way', async () => {
    const { ledger } = bench.store;
    expect(await ledger.begin(entry({ approvalId: null }))).toBe('started');
    expect(await ledger.begin(entry({ key: 'run-1/2', approvalId: null }))).toBe('started');
  });

  test('twenty beginnings at once: one starts', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? bench.store : bench.replica).ledger.begin(entry())),
    );
    expect(results.filter((result) => result === 'started')).toHaveLength(1);
    expect(results.filter((result) => result === 'exists')).toHaveLength(19);
  });

  test('a step wanted by twenty keys at once goes to one', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? bench.store : bench.replica).ledger.begin(entry({ key: `run-1/${index}`, grantStep: 0 })),
      ),
    );
    expect(results.filter((result) => result === 'started')).toHaveLength(1);
    expect(results.filter((result) => result === 'spent')).toHaveLength(19);
  });

  test('of successors at once, one takes the deed over, and the old owner can no longer settle it', async () => {
    const { ledger } = bench.store;
    await ledger.begin(entry());
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? bench.store : bench.replica).ledger.retake('run-1/1', 1, `process-${index}`, later),
      ),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await ledger.get('run-1/1')).toMatchObject({ attempt: 2, writeDeadline: later, state: 'started' });
    expect(await ledger.settle('run-1/1', 1, 'done', 'old owner', at)).toBe(false);
    expect(await ledger.settle('run-1/1', 2, 'done', { ok: true }, at)).toBe(true);
    expect(await ledger.get('run-1/1')).toMatchObject({ state: 'done', result: { ok: true }, settledAt: at });
  });

  test('what has ended is neither taken over nor ended again', async () => {
    const { ledger } = bench.store;
    for (const state of ['done', 'failed'] as const) {
      const key = `run-1/${state}`;
      await ledger.begin(entry({ key, approvalId: null }));
      expect(await ledger.settle(key, 1, state, null, at)).toBe(true);
      expect(await ledger.retake(key, 1, 'process-2', later)).toBe(false);
      for (const other of ['done', 'failed', 'unknown'] as const)
        expect(await ledger.settle(key, 1, other, 'again', later)).toBe(false);
      expect(await ledger.get(key)).toMatchObject({ state, result: null, settledAt: at });
    }
  });

  test('unknown is settled by a person, once, and is not run again', async () => {
    const { ledger } = bench.store;
    await ledger.begin(entry());
    expect(await ledger.settle('run-1/1', 1, 'unknown', null, at)).toBe(true);
    expect(await ledger.settle('run-1/1', 1, 'unknown', 'again', at)).toBe(false);
    expect(await ledger.retake('run-1/1', 1, 'process-2', later)).toBe(false);
    expect(await ledger.settle('run-1/1', 2, 'done', null, later)).toBe(false);
    expect(await ledger.settle('run-1/1', 1, 'failed', 'It had not happened.', later)).toBe(true);
    expect(await ledger.settle('run-1/1', 1, 'done', null, later)).toBe(false);
    expect(await ledger.get('run-1/1')).toMatchObject({ state: 'failed', settledAt: later });
  });

  test('a deed that is not there is neither taken nor settled', async () => {
    expect(await bench.store.ledger.retake('nothing', 1, 'process-1', later)).toBe(false);
    expect(await bench.store.ledger.settle('nothing', 1, 'done', null, at)).toBe(false);
  });

  test('a run’s deeds come in the order they began', async () => {
    const { ledger } = bench.store;
    await ledger.begin(entry({ key: 'run-1/2', approvalId: null, startedAt: later }));
    await ledger.begin(entry({ key: 'run-1/1', approvalId: null, startedAt: at }));
    await ledger.begin(entry({ key: 'run-2/1', approvalId: null, runId: 'run-2' }));
    expect((await ledger.byRun('run-1')).map((deed) => deed.key)).toEqual(['run-1/1', 'run-1/2']);
  });

  const settles = {
    kind: 'settled' as const,
    at: later,
    runId: 'run-1',
    person: alice,
    action: null,
    approvalId: null,
    facts: { state: 'done', settles: 'A1' },
    texts: { reason: 'the release page shows it' },
  };
  const caps = { runUsd: 9, personUsd: 9, channelUsd: 9, dayUsd: 9, monthUsd: 9 };
  async function unknown() {
    const { ledger, budgets } = bench.store;
    await ledger.begin(entry());
    const spend = { runId: 'run-1', person: alice, channel: 'C1', usd: 2, what: 'deploy', at };
    await budgets.reserve('run-1/1', spend, caps);
    await ledger.settle('run-1/1', 1, 'unknown', { evidence: 'none' }, at);
  }
  const standing = async () => ({
    state: (await bench.store.ledger.get('run-1/1'))?.state,
    aside: await bench.raw('select id from reservations'),
    spent: await bench.raw('select usd from spends'),
    rows: (await bench.store.audit.latest(9)).map((row) => row.facts),
    texts: await bench.raw('select text from audit_texts'),
    chain: (await bench.store.audit.verify()).state,
  });
  /** As if the process died at this write. */
  async function dieAt(table: string, deed: string): Promise<() => Promise<unknown>> {
    if (bench.store.kind === 'sqlite') {
      await bench.raw(`create trigger die before ${deed} on ${table} begin select raise(abort, 'killed'); end`);
      return () => bench.raw('drop trigger die');
    }
    await bench.raw(
      `create function die() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$`,
    );
    await bench.raw(`create trigger die before ${deed} on ${table} for each row execute function die()`);
    return () => bench.raw('drop function die cascade');
  }

  test.each([
    ['ledger', 'update'],
    ['reservations', 'delete'],
    ['spends', 'insert'],
    ['audit', 'insert'],
    ['audit_texts', 'insert'],
    ['audit_head', 'update'],
  ])(
    'an end that is written down: killed as it reaches %s (%s), nothing has moved, and again it all does',
    async (table, deed) => {
      await unknown();
      const { ledger } = bench.store;
      const before = await standing();
      const live = await dieAt(table, deed);
      await expect(ledger.settleWritten('run-1/1', 1, 'done', { output: null }, settles)).rejects.toThrow();
      await live();
      expect(await standing()).toEqual(before);
      expect(before).toMatchObject({ state: 'unknown', aside: [{ id: 'run-1/1' }], spent: [], rows: [] });
      expect(await ledger.settleWritten('run-1/1', 1, 'done', { output: null }, settles)).toMatchObject({
        reference: 'A1',
      });
      expect(await standing()).toEqual({
        state: 'done',
        aside: [],
        spent: [{ usd: 2 }],
        rows: [settles.facts],
        texts: [{ text: 'the release page shows it' }],
        chain: 'whole',
      });
      expect(await ledger.settleWritten('run-1/1', 1, 'failed', { output: null }, settles)).toBeNull();
      expect((await standing()).rows).toHaveLength(1);
    },
  );

  test('what failed costs nothing, what nobody can tell stays set aside, and of two at once one writes', async () => {
    await unknown();
    const both = await Promise.all([
      bench.store.ledger.settleWritten('run-1/1', 1, 'failed', null, settles),
      bench.replica.ledger.settleWritten('run-1/1', 1, 'failed', null, settles),
    ]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await standing()).toMatchObject({ state: 'failed', aside: [], spent: [], rows: [settles.facts] });
    await bench.store.ledger.begin(entry({ key: 'run-2/1', runId: 'run-2', approvalId: 'approval-2' }));
    const spend = { runId: 'run-2', person: alice, channel: 'C1', usd: 1, what: 'deploy', at };
    await bench.store.budgets.reserve('run-2/1', spend, caps);
    await bench.store.ledger.settleWritten('run-2/1', 1, 'unknown', null, settles);
    expect(await standing()).toMatchObject({ aside: [{ id: 'run-2/1' }], spent: [] });
  });
});
