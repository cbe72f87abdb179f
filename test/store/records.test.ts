/** The contracts of the small ports: freezes, budgets, runs, inbox and sends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunInfo } from '../../src/core/run.ts';
import { aDay, onEachDatabase } from './on-each-database.ts';
import { alice, asked, bob } from './samples.ts';

const run = (over: Partial<RunInfo> = {}): RunInfo => ({
  id: 'run-1',
  jobKey: 'slack:T0ACME:C0DEPLOYS:1718.22',
  engineId: null,
  title: 'deploy web',
  requester: alice,
  channel: 'slack:T0ACME:C0DEPLOYS',
  audience: 'slack:T0ACME:public',
  thread: null,
  state: 'running',
  standing: 'starting',
  startedAt: asked,
  endedAt: null,
  ...over,
});

const message = { thread: 'slack:T0ACME:C0DEPLOYS:1718.22', id: '1718.30' };

onEachDatabase((bench) => {
  describe('freezes', () => {
    const incident = { scope: 'everything', by: alice, reason: 'Incident', since: asked };
    const fly = { ...incident, scope: 'connector:fly' };

    test('one row a scope, the latest freeze of it; everything first', async () => {
      const { freezes } = bench.store;
      expect(await freezes.all()).toEqual([]);
      await freezes.freeze(fly);
      await freezes.freeze(incident);
      expect(await freezes.all()).toEqual([incident, fly]);
      await freezes.freeze({ ...fly, by: bob, reason: 'Still' });
      expect(await freezes.all()).toEqual([incident, { ...fly, by: bob, reason: 'Still' }]);
    });

    test('thawing ends exactly the freeze that was seen, once', async () => {
      const { freezes } = bench.store;
      await freezes.freeze(incident);
      await freezes.freeze(fly);
      for (const other of [{ by: bob }, { reason: 'Other' }, { since: '2026-01-01T00:00:00.000Z' }])
        expect(await freezes.thaw({ ...fly, ...other })).toBe(false);
      expect(await freezes.thaw(fly)).toBe(true);
      expect(await freezes.thaw(fly)).toBe(false);
      expect(await freezes.all()).toEqual([incident]);
    });

    test('a freeze is seen by every replica', async () => {
      await bench.store.freezes.freeze(incident);
      expect(await bench.replica.freezes.all()).toEqual([incident]);
    });
  });

  describe('budgets', () => {
    const spend = { runId: 'run-1', person: alice, channel: 'C1', usd: 0.25, what: 'model', at: asked };

    test('sums are narrowed by what is given, and begin at `since`', async () => {
      const { budgets } = bench.store;
      expect(await budgets.spent({ since: asked })).toBe(0);
      await budgets.record(spend);
      await budgets.record({ ...spend, runId: 'run-2', usd: 0.5 });
      await budgets.record({ ...spend, person: bob, channel: 'C2', usd: 1 });
      await budgets.record({ ...spend, usd: 8, at: '2026-03-01T10:00:00.000Z' });
      expect(await budgets.spent({ since: asked })).toBe(1.75);
      expect(await budgets.spent({ since: asked, runId: 'run-1' })).toBe(1.25);
      expect(await budgets.spent({ since: asked, person: alice })).toBe(0.75);
      expect(await budgets.spent({ since: asked, channel: 'C2', person: bob })).toBe(1);
      expect(await budgets.spent({ since: '2026-03-01T00:00:00Z' })).toBe(9.75);
      expect(await budgets.spent({ since: asked, person: 'mallory' })).toBe(0);
    });

    const caps = { runUsd: 2, personUsd: 3, channelUsd: 4, dayUsd: 5, monthUsd: 6 };

    test('what is set aside counts until it is settled or let go, and the same id replaces its own', async () => {
      const { budgets } = bench.store;
      expect(await budgets.reserve('a', { ...spend, usd: 1 }, caps)).toEqual({ state: 'fits', cap: 'run', leftUsd: 1 });
      expect(await budgets.reserve('a', { ...spend, usd: 1.5 }, caps)).toMatchObject({ state: 'fits' });
      expect(await budgets.spent({ since: asked })).toBe(1.5);
      expect(await budgets.reserve('b', { ...spend, usd: 1 }, caps)).toEqual({
        state: 'over',
        cap: 'run',
        limitUsd: 2,
        spentUsd: 1.5,
      });
      await budgets.settle('a', 0.25);
      await budgets.settle('a', 9);
      await budgets.settle('never', 9);
      expect(await budgets.spent({ since: asked })).toBe(0.25);
      await budgets.reserve('b', { ...spend, usd: 1 }, caps);
      await budgets.settle('b', null);
      expect(await budgets.spent({ since: asked, runId: 'run-1' })).toBe(1.25);
      await budgets.reserve('c', { ...spend, usd: 0.5 }, caps);
      await budgets.settle('c', 0);
      expect(await budgets.spent({ since: asked })).toBe(1.25);
      expect(await budgets.topSpenders(asked, 1)).toEqual([{ person: alice, usd: 1.25 }]);
    });

    test.each([
      ['run', { at: '2026-02-01T10:00:00Z' }],
      ['person', { runId: 'other', channel: 'C9' }],
      ['channel', { runId: 'other', person: bob }],
      ['day', { runId: 'other', person: bob, channel: 'C9' }],
      ['month', { runId: 'other', person: bob, channel: 'C9', at: '2026-03-01T10:00:00Z' }],
    ] as const)('the cap of the %s holds by itself', async (cap, before) => {
      const { budgets } = bench.store;
      const wide = { runUsd: 99, personUsd: 99, channelUsd: 99, dayUsd: 99, monthUsd: 99 };
      await budgets.record({ ...spend, ...before, usd: 1 });
      const tight = { ...wide, [`${cap}Usd`]: 1.5 };
      expect(await budgets.room({ ...spend, usd: 0.5 }, tight)).toEqual({ state: 'fits', cap, leftUsd: 0 });
      expect(await budgets.room({ ...spend, usd: 0.6 }, tight)).toEqual({
        state: 'over',
        cap,
        limitUsd: 1.5,
        spentUsd: 1,
      });
      expect(await budgets.room({ ...spend, usd: 0.6 }, { ...wide, [`${cap}Usd`]: Number.NaN })).toMatchObject({
        state: 'over',
      });
    });

    test('a day and a month begin anew at midnight UTC', async () => {
      const { budgets } = bench.store;
      await budgets.record({ ...spend, runId: 'x', usd: 3, at: '2026-03-01T23:59:59.999Z' });
      await budgets.record({ ...spend, runId: 'x', usd: 6, at: '2026-02-28T23:59:59.999Z' });
      const wide = { ...caps, runUsd: 99 };
      expect(await budgets.room({ ...spend, usd: 3, at: '2026-03-02T00:00:00.000Z' }, wide)).toMatchObject({
        state: 'fits',
      });
    });

    test('two replicas that set aside at once never pass a cap together', async () => {
      const rooms = await Promise.all(
        [...Array(12)].map((_, index) =>
          [bench.store, bench.replica][index % 2]?.budgets.reserve(`r${index}`, { ...spend, usd: 0.3 }, caps),
        ),
      );
      expect(rooms.filter((room) => room?.state === 'fits')).toHaveLength(6);
      expect(await bench.store.budgets.spent({ since: asked })).toBeCloseTo(1.8);
    });

    test('whatever is set aside, settled and let go in whatever order, no sum passes its cap', async () => {
      const step = fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd'),
        usd: fc.double({ min: 0, max: 3, noNaN: true }),
        deed: fc.constantFrom('reserve', 'settle', 'release', 'keep'),
        person: fc.constantFrom(alice, bob),
        runId: fc.constantFrom('run-1', 'run-2'),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const { budgets } = bench.store;
          // Each round has people, runs, a channel and a day of its own.
          const own = (name: string) => `${name}-${round}`;
          const at = new Date(Date.UTC(2030, round++, 1)).toISOString();
          const held = new Map<string, number>();
          for (const { id, usd, deed, person, runId } of steps) {
            const one = { ...spend, usd, person: own(person), runId: own(runId), channel: own('C'), at };
            if (deed === 'reserve') {
              const room = await budgets.reserve(own(id), one, caps);
              if (room.state === 'fits') held.set(id, usd);
              else held.delete(id);
            } else
              await budgets.settle(own(id), deed === 'release' ? 0 : deed === 'keep' ? null : (held.get(id) ?? 0) / 2);
          }
          expect(await budgets.spent({ since: at, runId: own('run-1') })).toBeLessThanOrEqual(caps.runUsd + 1e-6);
          expect(await budgets.spent({ since: at, person: own(alice) })).toBeLessThanOrEqual(caps.personUsd + 1e-6);
          expect(await budgets.spent({ since: at, channel: own('C') })).toBeLessThanOrEqual(caps.channelUsd + 1e-6);
        }),
        { numRuns: 25 },
      );
    });

    test.each([Number.NaN, Number.POSITIVE_INFINITY])('%s dollars are refused', async (usd) => {
      await expect(bench.store.budgets.record({ ...spend, usd })).rejects.toMatchObject({ code: 'bad_input' });
    });
  });

  describe('runs', () => {
    test('a job seen before gives the run that is there', async () => {
      const { runs } = bench.store;
      expect(await runs.register(run())).toEqual({ run: run(), fresh: true });
      expect(await runs.register(run({ id: 'run-2', title: 'again' }))).toEqual({ run: run(), fresh: false });
      expect(await runs.get('run-2')).toBeNull();
    });

    test('a message delivered twenty times at once registers one run', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? bench.store : bench.replica).runs.register(run({ id: `run-${index}` })),
        ),
      );
      expect(results.filter((result) => result.fresh)).toHaveLength(1);
      expect(new Set(results.map((result) => result.run.id)).size).toBe(1);
    });

    test('an id that another job has is refused, readably, and the run is untouched', async () => {
      const { runs } = bench.store;
      await runs.register(run());
      await expect(runs.register(run({ jobKey: 'another' }))).rejects.toMatchObject({ code: 'internal' });
      expect(await runs.get('run-1')).toEqual(run());
    });

    test('what becomes of it is written down', async () => {
      const { runs } = bench.store;
      await runs.register(run());
      await runs.setEngine('run-1', 'engine-1');
      await runs.setThread('run-1', message.thread);
      await runs.setStanding('run-1', 'waiting for approval');
      expect(await runs.get('run-1')).toMatchObject({
        engineId: 'engine-1',
        thread: message.thread,
        standing: 'waiting for approval',
      });
    });

    test('a run ends once, and its end is not talked over', async () => {
      const { runs } = bench.store;
      await runs.register(run());
      const ends = await Promise.all([
        bench.store.runs.end('run-1', 'done', 'deployed', asked),
        bench.replica.runs.end('run-1', 'stopped', 'stopped by Bob', asked),
      ]);
      expect(ends.filter(Boolean)).toHaveLength(1);
      const ended = await runs.get('run-1');
      await runs.setStanding('run-1', 'late word');
      expect(await runs.get('run-1')).toEqual(ended);
      expect(await runs.end('run-9', 'done', 'no such run', asked)).toBe(false);
    });

    test('they are listed newest first, by state', async () => {
      const { runs } = bench.store;
      for (const second of [1, 3, 2])
        await runs.register(
          run({ id: `run-${second}`, jobKey: `job-${second}`, startedAt: `2026-03-02T10:00:0${second}.000Z` }),
        );
      await runs.end('run-3', 'failed', 'no', asked);
      const ids = async (filter: Parameters<typeof runs.list>[0]) => (await runs.list(filter)).map((one) => one.id);
      expect(await ids({ limit: 10 })).toEqual(['run-3', 'run-2', 'run-1']);
      expect(await ids({ limit: 10, state: 'running' })).toEqual(['run-2', 'run-1']);
      expect(await ids({ limit: 1 })).toEqual(['run-3']);
    });
  });

  describe('inbox', () => {
    const item = { id: 'Ev1', surface: 'slack', body: '{"text":"hi"}', receivedAt: asked };

    test('a delivery is written once, and open until it is done', async () => {
      const { inbox } = bench.store;
      expect(await inbox.put(item)).toBe(true);
      expect(await inbox.put({ ...item, body: '{"text":"retry"}' })).toBe(false);
      expect(await inbox.open('slack')).toEqual([item]);
      expect(await inbox.open('mcp')).toEqual([]);
      await inbox.done('Ev1');
      await inbox.done('Ev9');
      expect(await inbox.open('slack')).toEqual([]);
      expect(await inbox.put(item)).toBe(false);
    });

    test('twenty retries at once are one delivery', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? bench.store : bench.replica).inbox.put(item)),
      );
      expect(results.filter(Boolean)).toHaveLength(1);
    });

    test('open ones come oldest first', async () => {
      const { inbox } = bench.store;
      await inbox.put({ ...item, id: 'Ev2', receivedAt: '2026-03-02T10:00:02Z' });
      await inbox.put({ ...item, id: 'Ev1', receivedAt: '2026-03-02T10:00:01.500Z' });
      expect((await inbox.open('slack')).map((one) => one.id)).toEqual(['Ev1', 'Ev2']);
    });

    test('what is done loses its body at once and its row when it is purged; what is open stays', async () => {
      const { inbox } = bench.store;
      await inbox.put(item);
      await inbox.put({ ...item, id: 'Ev2' });
      await inbox.done('Ev1');
      expect(await bench.raw(`select body from inbox where id = 'Ev1'`)).toMatchObject([{ body: '' }]);
      expect(await inbox.purge(aDay.toISOString())).toBe(0);
      expect(await inbox.purge(new Date(aDay.getTime() + 1).toISOString())).toBe(1);
      expect((await inbox.open('slack')).map((one) => one.id)).toEqual(['Ev2']);
    });
  });

  describe('sends', () => {
    test('first new, then begun, then the message that arrived', async () => {
      const { sends } = bench.store;
      expect(await sends.begin('send-1')).toBe('new');
      expect(await sends.begin('send-1')).toBe('begun');
      await sends.arrived('send-1', message);
      expect(await sends.begin('send-1')).toEqual(message);
      await sends.arrived('send-1', { ...message, id: 'second' });
      expect(await sends.begin('send-1')).toEqual(message);
    });

    test('of twenty tries at once one is the first', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? bench.store : bench.replica).sends.begin('send-1')),
      );
      expect(results.filter((result) => result === 'new')).toHaveLength(1);
      expect(results.filter((result) => result === 'begun')).toHaveLength(19);
    });

    test('an arrival nobody began is kept all the same', async () => {
      await bench.store.sends.arrived('send-2', message);
      expect(await bench.store.sends.begin('send-2')).toEqual(message);
    });
  });

  describe('reviews', () => {
    const review = {
      runId: 'run-1',
      person: alice,
      action: 'deploy',
      planHash: 'abc',
      summary: 'Deploy web',
      reason: 'down',
      channel: 'slack:T0ACME:C0OPS',
      at: asked,
      dueAt: '2026-03-03T09:00:00.000Z',
    };

    test('are opened once for each approval and closed once', async () => {
      const opened = await Promise.all(
        [bench.store, bench.replica].map((store) => store.reviews.open(review, 'approval-1')),
      );
      const [id = '', other] = opened.map((one) => one.id);
      // On Postgres the slower of the two may have drawn the first number in vain.
      expect(id).toMatch(/^B[12]$/);
      expect(other).toBe(id);
      expect((await bench.store.reviews.open(review, 'approval-2')).id).not.toBe(id);
      expect(await bench.store.reviews.get(id.toLowerCase())).toMatchObject({ ...review, reviewedBy: null });
      const closed = await Promise.all([bob, alice].map((by) => bench.store.reviews.close(id, by, 'fine', asked)));
      expect(closed.filter(Boolean)).toHaveLength(1);
      expect((await bench.store.reviews.unreviewed()).map((one) => one.id)).not.toContain(id);
      expect(await bench.store.reviews.get('B999')).toBeNull();
      expect(await bench.store.reviews.close('nonsense', bob, 'fine', asked)).toBe(false);
    });
  });
});
