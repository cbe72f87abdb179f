/** What happens to the stream when a model collapses, a better one appears, a provider is down, or one is slow. */
import { mock } from 'node:test';
import { createBreakers } from '../../../src/models/breakers.ts';
import { createRandom, pickOne } from './chance.ts';
import type { Query, Table } from './data.ts';
import { createHouse, type Feedback, type House, type Settings } from './replay.ts';

const kept = 0.3;
const before = 1_500;
const afterwards = 1_500;
/** A collapse is handled from the first request on after which the model gets at most a tenth of its class. */
const window = 50;
const small = 0.1;

export type Drift = { handled: number[]; never: number };

/** Per class with traffic enough: the model that serves most of it loses seven of ten right answers. */
export function drift(table: Table, settings: Settings, seed: number): Drift {
  const result: Drift = { handled: [], never: 0 };
  for (const name of new Set(table.report.map((query) => query.class))) {
    const own = table.report.filter((query) => query.class === name);
    if (own.length < table.report.length / 10) continue;
    const house = createHouse(table.models, table.tune, settings, seed);
    const random = createRandom(seed * 31 + 7);
    const served = new Map<string, number>();
    for (let index = 0; index < before / 3; index++) {
      const { first } = house.serve(pickOne(own, random));
      served.set(first, (served.get(first) ?? 0) + 1);
    }
    const [victim = ''] = [...served].toSorted((one, other) => other[1] - one[1])[0] ?? [];
    const asked: boolean[] = [];
    for (let index = 0; index < afterwards; index++) {
      const query = pickOne(own, random);
      const { first } = house.serve(query, (model) => {
        const outcome = query.outcomes.get(model);
        return outcome && model === victim ? { ...outcome, good: outcome.good && random() < kept } : outcome;
      });
      asked.push(first === victim);
    }
    const at = asked.findIndex((_, index) => {
      const next = asked.slice(index, index + window);
      return next.length === window && next.filter(Boolean).length <= window * small;
    });
    if (at < 0) result.never++;
    else result.handled.push(at);
  }
  return result;
}

/** Alarms in 4,000 requests during which nothing got worse. */
export function falseAlarms(table: Table, settings: Settings, seed: number): number {
  const house = createHouse(table.models, table.tune, settings, seed);
  const random = createRandom(seed * 17 + 3);
  for (let index = 0; index < 4_000; index++) house.serve(pickOne(table.report, random));
  return alarms(house, table);
}

function alarms(house: House, table: Table): number {
  const names = new Set(table.report.map((query) => query.class));
  return [...names].flatMap((name) => table.models.filter((model) => house.of(name, model).alarm)).length;
}

/** The best single model is unknown at first and then appears, evaluated on 100 tasks a class: how soon it has 80 % of the class it leads. */
export function newcomer(table: Table, settings: Settings, seed: number, model: string, name: Query['class']) {
  const others = table.models.filter((one) => one !== model);
  const own = table.report.filter((query) => query.class === name);
  const random = createRandom(seed * 13 + 1);
  const house = createHouse(table.models, table.tune, settings, seed);
  let [earlier, later] = [0, 0];
  const requests = 400;
  for (let index = 0; index < requests; index++) {
    const query = pickOne(own, random);
    const { first } = house.choose(name, others);
    earlier += query.outcomes.get(first)?.good ? 1 : 0;
  }
  const asked: boolean[] = [];
  for (let index = 0; index < requests; index++) {
    const { first, good } = house.serve(pickOne(own, random));
    asked.push(first === model);
    later += good ? 1 : 0;
  }
  const at = asked.findIndex((_, index) => asked.slice(index, index + window).filter(Boolean).length >= window * 0.8);
  return { at: at < 0 ? null : at, before: earlier / requests, after: later / requests };
}

/** One model is down for 600 s at one request a second, through the product's breaker, on a clock of our own. */
export async function outage(): Promise<{ firstTries: number; seen: number }> {
  mock.timers.enable({ apis: ['Date'], now: 0 });
  try {
    const breakers = createBreakers();
    let [firstTries, seen] = [0, 0];
    for (let second = 0; second < 900; second++) {
      mock.timers.setTime(second * 1_000);
      const down = second >= 100 && second < 700;
      // The next model is up: a user sees a failure only if it were not asked.
      for (const [index, model] of ['first/model', 'second/model'].entries()) {
        if (!breakers.mayAsk(model)) {
          if (index === 1) seen++;
          continue;
        }
        const failed = down && index === 0;
        breakers.asking(model);
        await breakers.ended(model, failed ? 'failed' : 'answered');
        if (!failed) break;
        firstTries++;
      }
    }
    return { firstTries, seen };
  } finally {
    mock.timers.reset();
  }
}

/** Recorded times of whole answers: alone, and with a second, fast model asked when the first is late. */
export function latency(table: Table, first: string, second: string, hedgeSeconds: number) {
  const timed = [...table.tune, ...table.report].flatMap(({ outcomes }) => {
    const [one, two] = [outcomes.get(first), outcomes.get(second)];
    if (!one || !two || one.seconds === null || two.seconds === null) return [];
    const late = one.seconds > hedgeSeconds;
    const wins = late && hedgeSeconds + two.seconds < one.seconds;
    return [
      {
        alone: { seconds: one.seconds, good: one.good, usd: one.usd },
        hedged: {
          seconds: wins ? hedgeSeconds + two.seconds : one.seconds,
          good: wins ? two.good : one.good,
          usd: one.usd + (late ? two.usd : 0),
        },
      },
    ];
  });
  const sum = (which: 'alone' | 'hedged') => {
    const rows = timed.map((row) => row[which]);
    const seconds = rows.map((row) => row.seconds).toSorted((one, other) => one - other);
    const at = (share: number) => seconds[Math.floor(seconds.length * share)] ?? Number.NaN;
    return {
      requests: rows.length,
      score: rows.filter(({ good }) => good).length / rows.length,
      p50: at(0.5),
      p95: at(0.95),
      inTime: seconds.filter((one) => one < 2).length / rows.length,
      usd: rows.reduce((total, { usd }) => total + usd, 0) / rows.length,
    };
  };
  return { alone: sum('alone'), hedged: sum('hedged') };
}

export const feedbacks: { name: string; feedback: Feedback }[] = [
  { name: 'every answer graded', feedback: { share: 1, wrong: 0 } },
  { name: '30 % graded, 10 % of it wrong', feedback: { share: 0.3, wrong: 0.1 } },
  { name: '10 % graded, 10 % of it wrong', feedback: { share: 0.1, wrong: 0.1 } },
];
