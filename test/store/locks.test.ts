/** The contract of locks: a target belongs to one run at a time. */
import { expect, test } from 'vitest';
import type { Lock } from '../../src/core/locks.ts';
import { onEachDatabase } from './on-each-database.ts';

const lock = (over: Partial<Lock> = {}): Lock => ({
  target: 'fly:acme-web',
  runId: 'run-1',
  approvalId: null,
  since: '2026-03-02T10:00:00.000Z',
  ...over,
});

onEachDatabase((bench) => {
  test('the first run holds it, another is told who does', async () => {
    const { locks } = bench.store;
    expect(await locks.take(lock())).toEqual(lock());
    expect(await locks.take(lock({ runId: 'run-2', approvalId: 'approval-2' }))).toEqual(lock());
  });

  test('the holder takes it again, keeps its place and learns its approval', async () => {
    const { locks } = bench.store;
    await locks.take(lock());
    const again = lock({ approvalId: 'approval-1', since: '2026-03-02T10:05:00.000Z' });
    expect(await locks.take(again)).toEqual(lock({ approvalId: 'approval-1' }));
    expect(await locks.take(lock())).toEqual(lock({ approvalId: 'approval-1' }));
  });

  test('of twenty runs at once one gets it, and all agree which', async () => {
    const holders = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? bench.store : bench.replica).locks.take(lock({ runId: `run-${index}` })),
      ),
    );
    expect(new Set(holders.map((holder) => holder.runId)).size).toBe(1);
  });

  test('releasing frees one target or all of a run, and never another run’s', async () => {
    const { locks } = bench.store;
    for (const target of ['b', 'a', 'c']) await locks.take(lock({ target }));
    await locks.take(lock({ target: 'd', runId: 'run-2' }));
    expect(await locks.release('run-1', 'b')).toEqual(['b']);
    expect(await locks.release('run-1', 'd')).toEqual([]);
    expect(await locks.release('run-1')).toEqual(['a', 'c']);
    expect(await locks.release('run-1')).toEqual([]);
    expect((await locks.take(lock({ target: 'd', runId: 'run-3' }))).runId).toBe('run-2');
    expect((await locks.take(lock({ target: 'b', runId: 'run-3' }))).runId).toBe('run-3');
  });

  test('taking while it is being released ends with a true holder', async () => {
    for (let round = 0; round < 20; round++) {
      const target = `target-${round}`;
      await bench.store.locks.take(lock({ target }));
      const [holder] = await Promise.all([
        bench.replica.locks.take(lock({ target, runId: 'run-2' })),
        bench.store.locks.release('run-1', target),
      ]);
      expect(['run-1', 'run-2']).toContain(holder.runId);
    }
  });
});
