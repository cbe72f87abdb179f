/** The durable port on its real engine: once per job key, wake-ups, crashes, versions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, expect, test } from 'vitest';
import type { Run } from '../../src/core/run.ts';
import { type DurableEngine, openDurable, type Work } from '../../src/durable/openworkflow.ts';
import { databaseUrl } from '../store/on-each-database.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function engineOf(
  work: Work,
  options: { directory?: string; version?: string; store?: TestStore; broken?: (reason: string) => void } = {},
) {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'sophia-durable-'));
  const store = options.store ?? (await openTestStore());
  const engine: DurableEngine = await openDurable({
    place: { directory },
    runs: store.runs,
    log: silent,
    now: () => new Date(),
    versions: [{ version: options.version ?? '1', work }],
    broken: async (_run, reason) => options.broken?.(reason),
  });
  let closed = false;
  const close = async () => {
    if (!closed) await engine.close();
    closed = true;
  };
  cleanups.push(
    () => rmSync(directory, { recursive: true, force: true }),
    () => options.store ?? store.close(),
    close,
  );
  await engine.begin();
  return { engine, store, directory, close };
}

const job = (jobKey: string) => ({
  jobKey,
  title: 't',
  requester: 'p',
  channel: 'c',
  audience: 'a',
  thread: null,
  input: { jobKey },
});

/** Resolves when called as often as wanted. */
function counted(times: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  return { reached: promise, hit: () => void (++calls === times && resolve()), calls: () => calls };
}

test('the same job key is one run, and its steps are done once', async () => {
  const done = counted(1);
  let steps = 0;
  const { engine } = await engineOf(async (_input, run) => {
    await run.step('one', async () => ++steps);
    await run.step('end', async () => done.hit());
  });
  const [a, b] = await Promise.all([engine.start(job('k')), engine.start(job('k'))]);
  await done.reached;
  expect(a.id).toBe(b.id);
  expect(steps).toBe(1);
});

test.skipIf(!databaseUrl)(
  'replicas that start together on a new database all come up (set TEST_DATABASE_URL to run)',
  async () => {
    const schema = `durable_${crypto.randomUUID().replaceAll('-', '')}`;
    const store = await openTestStore();
    cleanups.push(() => store.close());
    cleanups.push(async () => {
      const sql = postgres(databaseUrl ?? '', { max: 1, onnotice: () => {} });
      await sql.unsafe(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await sql.end();
    });
    const replicas = await Promise.all(
      Array.from({ length: 4 }, () =>
        openDurable({
          place: { databaseUrl: databaseUrl ?? '', schema },
          runs: store.runs,
          log: silent,
          now: () => new Date(),
          versions: [{ version: '1', work: async () => {} }],
          broken: async () => {},
        }),
      ),
    );
    for (const replica of replicas) await replica.close();
    expect(replicas).toHaveLength(4);
  },
);

test('a wait ends when it is woken, and a wake-up for nobody is harmless', async () => {
  const parked = counted(1);
  const done = counted(1);
  let how = '';
  const { engine } = await engineOf(async (_input, run) => {
    await run.step('before', async () => parked.hit());
    how = await run.wait('wait', 'go', new Date(Date.now() + 60_000));
    await run.step('after', async () => done.hit());
  });
  await engine.wake('go');
  await engine.start(job('k'));
  await parked.reached;
  const again = setInterval(() => void engine.wake('go'), 20);
  cleanups.push(() => clearInterval(again));
  await done.reached;
  expect(how).toBe('woken');
});

test('a step that throws is tried again and the steps before it are not repeated', async () => {
  const done = counted(1);
  let before = 0;
  let tries = 0;
  const { engine } = await engineOf(async (_input, run) => {
    await run.step('before', async () => ++before);
    await run.step('shaky', async () => {
      if (++tries < 2) throw new Error('database away');
    });
    await run.step('end', async () => done.hit());
  });
  await engine.start(job('k'));
  await done.reached;
  expect({ before, tries }).toEqual({ before: 1, tries: 2 });
});

test('a run that breaks for good is ended once it could be told', async () => {
  const told: string[] = [];
  const ended = counted(1);
  const store = await openTestStore();
  cleanups.push(() => store.close());
  const { end } = store.runs;
  store.runs.end = async (...given) => {
    const first = await end(...given);
    ended.hit();
    return first;
  };
  const { engine } = await engineOf(
    async () => {
      throw new Error('a bug');
    },
    {
      store,
      broken: (reason) => {
        told.push(reason);
        if (told.length === 1) throw new Error('killed as it was told');
      },
    },
  );
  const run = await engine.start(job('k'));
  await ended.reached;
  expect(told).toEqual([expect.stringContaining('a bug'), expect.stringContaining('a bug')]);
  expect(await store.runs.get(run.id)).toMatchObject({ state: 'failed', standing: 'broke' });
});

test('a parked run is carried on by the next process at once', async () => {
  const parked = counted(1);
  const done = counted(1);
  const work = async (_input: unknown, run: Run) => {
    await run.step('before', async () => parked.hit());
    await run.wait('wait', 'go', new Date(Date.now() + 60_000));
    await run.step('after', async () => done.hit());
  };
  const first = await engineOf(work);
  await first.engine.start(job('k'));
  await parked.reached;
  await first.close();
  const second = await engineOf(work, { directory: first.directory, store: first.store });
  await second.engine.wake('go');
  await done.reached;
  expect(parked.calls()).toBe(1);
});

test('start-up refuses when runs are parked on a version this build does not have', async () => {
  const parked = counted(1);
  const work = async (_input: unknown, run: Run) => {
    await run.step('before', async () => parked.hit());
    await run.wait('wait', 'go', new Date(Date.now() + 60_000));
  };
  const first = await engineOf(work);
  await first.engine.start(job('k'));
  await parked.reached;
  await first.close();
  await expect(engineOf(work, { directory: first.directory, store: first.store, version: '2' })).rejects.toThrow(
    /parked by version 1/,
  );
});
