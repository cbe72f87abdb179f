/** Leases in the store: limits hold to the last use, dollar and instant, whoever races. */
import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../src/core/ledger.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, bob } from './samples.ts';

const at = '2026-03-02T10:00:00.000Z';
const until = '2026-03-02T11:00:00.000Z';
const wanted = {
  holder: alice,
  channel: 'C1',
  audience: 'public',
  shape: { action: 'deploy', arguments: { service: { is: 'web' }, ref: { any: true as const } } },
  environment: 'staging',
  approvalId: 'a1',
  voters: [bob],
  grantedAt: at,
  expiresAt: until,
  usesLeft: 3,
  usdLeft: null as number | null,
};
const entry = (key: string, startedAt = at): LedgerEntry => ({
  key,
  runId: key.split('/')[0] ?? '',
  action: 'deploy',
  planHash: 'h',
  approvalId: null,
  grantStep: null,
  owner: 'test',
  attempt: 1,
  state: 'started',
  writeDeadline: until,
  result: null,
  startedAt,
  settledAt: null,
});

onEachDatabase((bench) => {
  test('the same deed grants one lease, however often it is tried', async () => {
    const { leases } = bench.store;
    const both = await Promise.all([leases.grant(wanted, 'r/1'), bench.replica.leases.grant(wanted, 'r/1')]);
    expect(both[0]).toEqual({ ...wanted, id: both[0].id, state: 'live' });
    expect(both[1]).toEqual(both[0]);
    expect(await leases.grantedBy('r/1')).toEqual(both[0]);
    expect(await leases.get(both[0].id.toLowerCase())).toEqual(both[0]);
    for (const odd of ['L0', 'L', '1', 'L1;', `L${'9'.repeat(30)}`]) expect(await leases.get(odd)).toBeNull();
  });

  test('racing uses never exceed the uses', async () => {
    const { id } = await bench.store.leases.grant(wanted, 'r/1');
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? bench.store : bench.replica).leases.use(id, 0, entry(`run-${i}/1`)),
      ),
    );
    expect(results.filter((one) => one === 'started')).toHaveLength(3);
    expect(results.filter((one) => one === 'spent')).toHaveLength(7);
    expect((await bench.store.leases.get(id))?.usesLeft).toBe(0);
    expect(await bench.store.leases.live(at)).toEqual([]);
  });

  test('racing uses never exceed the dollars, and tenths add up', async () => {
    const { id } = await bench.store.leases.grant({ ...wanted, usesLeft: 20, usdLeft: 0.3 }, 'r/1');
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        (i % 2 ? bench.store : bench.replica).leases.use(id, 0.1, entry(`run-${i}/1`)),
      ),
    );
    expect(results.filter((one) => one === 'started')).toHaveLength(3);
    expect(await bench.store.leases.get(id)).toMatchObject({ usdLeft: 0, usesLeft: 17 });
    for (const usd of [Number.NaN, -1]) expect(await bench.store.leases.use(id, usd, entry('odd/1'))).toBe('spent');
  });

  test('a replayed deed spends nothing anew, and two replicas of it spend one use', async () => {
    const { id } = await bench.store.leases.grant(wanted, 'r/1');
    const results = await Promise.all([
      bench.store.leases.use(id, 0, entry('run/1')),
      bench.replica.leases.use(id, 0, entry('run/1')),
    ]);
    expect(results.sort()).toEqual(['exists', 'started']);
    expect((await bench.store.leases.get(id))?.usesLeft).toBe(2);
    expect((await bench.store.leases.usedBy('run/1'))?.id).toBe(id);
    expect(await bench.store.leases.usedBy('run/2')).toBeNull();
  });

  test('at the very instant it is over; once revoked it is gone', async () => {
    const { leases } = bench.store;
    const { id } = await leases.grant(wanted, 'r/1');
    expect(await leases.use(id, 0, entry('a/1', until))).toBe('spent');
    expect(await leases.live(until)).toEqual([]);
    expect(await leases.use(id, 0, entry('b/1', '2026-03-02T10:59:59.999Z'))).toBe('started');
    expect(await leases.revoke(id, bob, at)).toMatchObject({ state: 'revoked' });
    expect(await leases.revoke(id, alice, at)).toMatchObject({ state: 'revoked' });
    expect(await leases.use(id, 0, entry('c/1'))).toBe('spent');
    expect(await leases.revoke('L999', bob, at)).toBeNull();
    expect(await bench.store.ledger.get('c/1')).toBeNull();
  });

  test('a listed step is spent once a use, with an approval or without one', async () => {
    for (const approvalId of ['a1', null]) {
      const step = (key: string, grantUse: number) => ({
        ...entry(`${approvalId}${key}`),
        approvalId,
        grantStep: 0,
        grantKey: `${approvalId}-run/1`,
        grantUse,
      });
      const raced = await Promise.all([
        bench.store.ledger.begin(step('-run/1.1', 1)),
        bench.replica.ledger.begin(step('-run/1.2', 1)),
      ]);
      expect(raced.sort()).toEqual(['spent', 'started']);
      expect(await bench.store.ledger.begin(step('-run/1.3', 2))).toBe('started');
      expect(await bench.store.ledger.begin(step('-run/1.4', 2))).toBe('spent');
    }
  });
});
