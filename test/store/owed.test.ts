/** Words that somebody must get: known once, taken by one, gone when they have arrived or are to be forgotten. */
import { expect, test } from 'vitest';
import type { OwedWords } from '../../src/core/owed.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, asked, bob } from './samples.ts';

const thread = 'slack:T0ACME:C0DEPLOYS:1718.22';
const words = (over: Partial<OwedWords> = {}): OwedWords => ({
  sendId: 'run-1/1/unknown',
  runId: 'run-1',
  to: { thread },
  reply: { kind: 'words', markdown: 'Please look.', tone: 'warning' },
  ...over,
});
const second = (number: number) => `2026-03-02T10:00:0${number}.000Z`;

onEachDatabase((bench) => {
  test('the same words are owed once', async () => {
    const added = await Promise.all([bench.store.owed.add(words(), asked), bench.replica.owed.add(words(), asked)]);
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await bench.store.owed.take(second(1), second(2))).toHaveLength(1);
  });

  test('they come back whole and oldest first, and one taker has them until it is time again', async () => {
    const { owed } = bench.store;
    await owed.add(words({ sendId: 'b', to: { person: bob } }), second(2));
    await owed.add(words({ sendId: 'a' }), second(1));
    await owed.add(words({ sendId: 'c' }), second(5));
    const both = await Promise.all([owed.take(second(4), second(6)), bench.replica.owed.take(second(4), second(6))]);
    expect(both.flat()).toEqual([
      { ...words({ sendId: 'a' }), since: second(1) },
      { ...words({ sendId: 'b', to: { person: bob } }), since: second(2) },
    ]);
    expect((await owed.take(second(7), second(8))).map(({ sendId }) => sendId)).toEqual(['a', 'b', 'c']);
  });

  test('what has arrived is owed no longer', async () => {
    const { owed } = bench.store;
    await owed.add(words(), asked);
    await owed.forget('run-1/1/unknown');
    await owed.forget('never owed');
    expect(await owed.take(second(9), second(9))).toEqual([]);
  });

  test('forgetting a person takes what is owed about their runs that have ended, and nothing else', async () => {
    const { owed, runs, erasure } = bench.store;
    for (const [id, requester, ended] of [
      ['run-1', alice, true],
      ['run-2', alice, false],
      ['run-3', bob, true],
    ] as const) {
      await runs.register({
        id,
        jobKey: id,
        engineId: null,
        title: 'deploy web',
        requester,
        channel: 'slack:T0ACME:C0DEPLOYS',
        audience: 'slack:T0ACME:public',
        thread,
        state: 'running',
        standing: 'starting',
        startedAt: asked,
        endedAt: null,
      });
      if (ended) await runs.end(id, 'failed', 'broke', asked);
      await owed.add(words({ sendId: `${id}/broken`, runId: id }), asked);
    }
    await erasure.texts({ person: alice });
    expect((await owed.take(second(1), second(2))).map(({ runId }) => runId).sort()).toEqual(['run-2', 'run-3']);
  });
});
