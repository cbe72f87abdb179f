/** A job that calls the flow directly: each step is done as it comes, and a wait does what the test says. */
import type { Job } from '../../src/core/job.ts';
import type { Message } from '../../src/core/message.ts';
import type { Run } from '../../src/core/run.ts';
import { alice, channel, type TestHouse } from './test-house.ts';

export type Wait = { name: string; signal: string; until: string };

export type DirectOptions = {
  person?: string;
  audience?: string;
  /** Done at each wait in turn; one wait more than that is a fault of the test or of the code. */
  waits?: (() => unknown)[];
  /** Done after the step of that name, before the code goes on. */
  after?: Record<string, () => unknown>;
};

/** Registered as a run of its own, and never seen by the engine. */
export async function directJob(house: TestHouse, options: DirectOptions = {}) {
  const { person = alice, audience = 'test:T1:public', waits = [], after = {} } = options;
  const id = crypto.randomUUID();
  const thread = `test:T1:C1:${id}`;
  const message: Message = {
    surface: 'test',
    channel,
    thread,
    person,
    text: 'directly',
    kind: 'command',
    audience,
    at: house.services.now().toISOString(),
  };
  await house.store.runs.register({
    id,
    jobKey: id,
    engineId: 'none',
    title: 'directly',
    requester: person,
    channel,
    audience,
    thread,
    state: 'running',
    standing: 'starting',
    startedAt: message.at,
    endedAt: null,
  });
  const steps: string[] = [];
  const waited: Wait[] = [];
  const run: Run = {
    id,
    async step(name, deed) {
      steps.push(name);
      const value = await deed();
      await after[name]?.();
      // As the engine would keep it.
      return JSON.parse(JSON.stringify(value ?? null)) as typeof value;
    },
    async sleep(name) {
      steps.push(name);
    },
    async wait(name, signal, until) {
      const next = waits[waited.length];
      waited.push({ name, signal, until: until.toISOString() });
      if (!next) throw new TypeError(`nothing was to be waited for: ${name}`);
      await next();
      return 'woken';
    },
  };
  const job: Job = {
    origin: { kind: 'message', message },
    requester: await house.surface.person(person),
    thread,
    surface: house.surface,
    live: null,
    run,
    services: house.services,
    taint: [],
    denied: new Set(),
  };
  return { job, steps, waited };
}

/** What was written down of a run, oldest first, without what differs from time to time. */
export async function writtenOf(house: TestHouse, runId: string) {
  const rows = await house.store.audit.byRun(runId);
  return rows.map(({ kind, person, action, approvalId, facts, texts }) => ({
    kind,
    person,
    action,
    approvalId,
    facts,
    ...(texts ? { texts } : {}),
  }));
}

/** Names of the signals that were woken. */
export function listenToWakes(house: TestHouse): string[] {
  const woken: string[] = [];
  const { wake } = house.durable;
  house.services.durable = {
    start: house.durable.start,
    erase: house.durable.erase,
    async wake(signal) {
      woken.push(signal);
      await wake(signal);
    },
  };
  return woken;
}
