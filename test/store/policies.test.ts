/** Policies put in force: numbered without a gap, and of two that follow the same one only one is put, with its audit row. */
import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.ts';
import { aDay, onEachDatabase } from './on-each-database.ts';

const at = aDay.toISOString();
const audit = (number: number): AuditEntry => ({
  kind: 'policy',
  at,
  runId: null,
  person: null,
  action: null,
  approvalId: null,
  facts: { number },
});
const version = (text: string, deed: string | null = null) => ({
  text,
  hash: text,
  by: null,
  at,
  approvalId: null,
  deed,
});

onEachDatabase((bench) => {
  test('what was put last is in force, and every earlier one can be read', async () => {
    const { policies } = bench.store;
    expect(await policies.number()).toBe(0);
    expect(await policies.put(version('one', 'r/1'), 0, audit(1))).toMatchObject({ number: 1 });
    expect(await policies.put(version('two'), 1, audit(2))).toMatchObject({ number: 2 });
    expect(await bench.replica.policies.number()).toBe(2);
    expect(await policies.get(1)).toEqual({ number: 1, ...version('one', 'r/1') });
    expect(await policies.get(3)).toBeNull();
    expect(await policies.byDeed('r/1')).toMatchObject({ number: 1 });
    expect((await policies.latest(5)).map((one) => one.text)).toEqual(['two', 'one']);
  });

  test('of many that follow the same one, on two replicas, one is put and audited; the others put nothing', async () => {
    const put = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? bench.store : bench.replica).policies.put(version(`text ${index}`), 0, audit(index)),
      ),
    );
    expect(put.filter((one) => one !== null)).toHaveLength(1);
    expect(await bench.store.policies.latest(5)).toHaveLength(1);
    expect((await bench.store.audit.latest(20)).filter((row) => row.kind === 'policy')).toHaveLength(1);
    expect(await bench.store.policies.put(version('late'), 5, audit(9))).toBeNull();
  });
});
