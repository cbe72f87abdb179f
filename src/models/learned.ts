/** What all events so far say of the models: read in their order, so that every replica and every start arrives at the same. */
import { z } from 'zod';
import type { ModelEvent, ModelEvents } from '../core/routing.ts';
import { type Graded, type Pairs, pairUp } from './cascade.ts';
import { blank, type Standing, see } from './standing.ts';

/** What a thread's last answer was, and what its readers said of it. */
export type LastAnswer = { model: string; class: string; at: string; rejected: boolean };

export type Learned = {
  /** Reads what came since; cheap when nothing did. */
  catchUp(): Promise<void>;
  of(name: string, model: string): Standing;
  /** Grows with each event: what was worked out at another count is out of date. */
  count(): number;
  thread(id: string): LastAnswer | undefined;
  preferred(person: string): string | null;
  /** Tasks of a class that models were given in common; of all classes without one. */
  pairs(name?: string): Pairs;
  /** Ids of the tasks that a model has been graded on in a class, since its last alarm. */
  graded(name: string, model: string): ReadonlySet<string>;
  /** Which models answered the last times, oldest first. */
  traffic(name: string): readonly string[];
  evaluationUsd(month: string): number;
};

const page = 1_000;
/** Rows of another connection may become visible after later numbers: these many are looked at again. */
const overlap = 100;
const keptTraffic = 200;
const keptThreads = 5_000;
const task = z.looseObject({ task: z.string() });
const replaced = z.looseObject({ was: z.boolean() });

export function createLearned(events: ModelEvents, since: () => string): Learned {
  const standings = new Map<string, Standing>();
  const threads = new Map<string, LastAnswer>();
  const preferences = new Map<string, string | null>();
  const tasks = new Map<string, Map<string, Graded>>();
  const gradedOn = new Map<string, Set<string>>();
  const traffic = new Map<string, string[]>();
  const spent = new Map<string, number>();
  let pairings = new Map<string, Pairs>();
  let count = 0;
  let last: number | null = null;
  let seen = new Set<number>();
  let reading: Promise<void> | null = null;

  const of = (name: string, model: string) => {
    const key = `${name} ${model}`;
    const found = standings.get(key) ?? blank();
    standings.set(key, found);
    return found;
  };

  function take(event: ModelEvent): void {
    count++;
    const { kind, class: name, model, thread, person, good } = event;
    if (kind === 'preference' && person !== null) preferences.set(person, model);
    if (name === null || model === null) return;
    const standing = of(name, model);
    if (kind === 'answer') {
      see(standing, { kind: 'answer', usd: event.usd, milliseconds: event.milliseconds });
      see(standing, { kind: 'check', good: true });
      traffic.set(name, [...(traffic.get(name) ?? []), model].slice(-keptTraffic));
      if (thread !== null) {
        // The newest last, so that the oldest can be let go.
        threads.delete(thread);
        threads.set(thread, { model, class: name, at: event.at, rejected: false });
        for (const old of threads.keys()) if (threads.size > keptThreads) threads.delete(old);
      }
    }
    if (kind === 'failure') see(standing, { kind: 'failure' });
    if (kind === 'check' && good !== null) see(standing, { kind: 'check', good });
    if ((kind === 'thumbs' || kind === 'approval' || kind === 'ci') && good !== null) {
      const earlier = replaced.safeParse(event.detail);
      see(standing, { kind: 'judgement', good, ...(earlier.success ? { was: earlier.data.was } : {}) });
      const answer = thread === null ? undefined : threads.get(thread);
      if (kind === 'thumbs' && answer?.model === model) answer.rejected = !good;
    }
    if (kind === 'evaluation' && good !== null) evaluated(name, model, event, good);
  }

  function evaluated(name: string, model: string, event: ModelEvent, good: boolean): void {
    const standing = of(name, model);
    const key = `${name} ${model}`;
    // An alarm makes what was graded before void: it is to be graded again.
    if (standing.alarm && standing.evaluatedSinceAlarm === 0) gradedOn.delete(key);
    see(standing, { kind: 'evaluation', good, usd: event.usd });
    const month = event.at.slice(0, 7);
    spent.set(month, (spent.get(month) ?? 0) + event.usd);
    const parsed = task.safeParse(event.detail);
    if (!parsed.success) return;
    const rows = tasks.get(name) ?? new Map<string, Graded>();
    const row: Graded = rows.get(parsed.data.task) ?? new Map();
    row.set(model, { good, usd: event.usd });
    tasks.set(name, rows.set(parsed.data.task, row));
    gradedOn.set(key, (gradedOn.get(key) ?? new Set()).add(parsed.data.task));
    pairings = new Map();
  }

  async function read(): Promise<void> {
    last ??= await events.before(since());
    for (;;) {
      const rows = await events.after(Math.max(0, last - overlap), page);
      const fresh = rows.filter(({ number }) => !seen.has(number) && (seen.size > 0 || number > (last ?? 0)));
      for (const event of fresh) {
        take(event);
        seen.add(event.number);
        last = Math.max(last, event.number);
      }
      if (rows.length < page) break;
    }
    const oldest = last - 2 * overlap;
    seen = new Set([...seen].filter((number) => number > oldest));
  }

  return {
    of,
    count: () => count,
    thread: (id) => threads.get(id),
    preferred: (person) => preferences.get(person) ?? null,
    pairs(name = '') {
      const rows =
        name === '' ? [...tasks.values()].flatMap((one) => [...one.values()]) : [...(tasks.get(name)?.values() ?? [])];
      const made = pairings.get(name) ?? pairUp(rows);
      pairings.set(name, made);
      return made;
    },
    graded: (name, model) => gradedOn.get(`${name} ${model}`) ?? new Set(),
    traffic: (name) => traffic.get(name) ?? [],
    evaluationUsd: (month) => spent.get(month) ?? 0,
    catchUp() {
      reading ??= read().finally(() => {
        reading = null;
      });
      return reading;
    },
  };
}
