/** Decides which models a turn goes to, in which order, and says why. */
import type { ModelClass, Turn } from '../core/model.ts';
import type { Candidate, Choice } from '../core/routing.ts';
import type { Breakers } from './breakers.ts';
import { bestStart } from './cascade.ts';
import type { ModelClasses } from './classes.ts';
import { type FitOptions, tokensOf, unfit } from './fit.ts';
import type { Learned } from './learned.ts';
import { seesBy } from './pictures.ts';
import { priorQuality, type Quality } from './prior.ts';
import { perUsd, type Ranked, rank, type Worth } from './rank.ts';

/** `second`: whom to ask if the answer does not hold the checks. `last`: whom when all have failed, and failed again. */
export type Way = { models: string[]; second: string | null; last: string | null; choice: Choice };

export type RouterOptions = {
  classes: ModelClasses;
  /** Asked when all else fails: models on this machine, say. */
  lastResort: () => readonly string[];
  learned: Learned;
  breakers: Breakers;
  fit: FitOptions;
  thrift?: number;
};

/** A model that costs nothing may be this much worse than the best; chosen on recorded outcomes (docs/models.md). */
export const defaultThrift = 0.06;
const curiosity = 0.1;
/** Points of quality that each second beyond the first costs. */
const impatience: Record<ModelClass, number> = {
  speed: 0.03,
  tools: 0.01,
  fallback: 0.01,
  coding: 0.002,
  analysis: 0.002,
  reasoning: 0.001,
};
/** Fewer graded tasks and judgements than this, for all models of a class, and the configured order stands. */
const leastKnown = 20;
/** As long as a provider keeps a thread's prompt warm, and a little longer. */
const stickyMs = 600_000;
const answerTokens = 500;
/** Others fail to reach it more often than not. */
const mostlyDown = 0.5;

export type Router = {
  way(turn: Turn): Way;
  /** All models of a class as they stand now, best first. */
  ranked(name: ModelClass): Ranked[];
};

export function createRouter(options: RouterOptions): Router {
  const { classes, lastResort, learned, breakers, fit, thrift = defaultThrift } = options;
  const named = (name: ModelClass) => [...new Set([...classes[name], ...classes.fallback])];
  const all = () => [...new Set(Object.keys(classes).flatMap((name) => named(name as ModelClass)))];

  function weigh(
    name: ModelClass,
    models: readonly string[],
    turn?: Turn,
  ): { ranked: Ranked[]; worth: Worth; known: boolean } {
    const { quality, rate } = overall();
    const tokens = turn ? tokensOf(turn) - turn.maxTokens : 2_000;
    const entrants = models.map((model, place) => {
      const listed = fit.catalogue.get(model);
      const usd = listed ? (tokens * listed.prompt + answerTokens * listed.completion) / 1e6 : 0.005;
      const { seconds, down } = latelyOf(model);
      const prior = {
        ...{ quality: Math.max(0, quality(model, name) - place * 0.01), usd, seconds: seconds ?? 1 },
        ...(down === null ? {} : { failures: down }),
      };
      return { model, standing: learned.of(name, model), prior };
    });
    const known = entrants.some(({ standing }) => standing.graded >= leastKnown);
    const worth: Worth = { perUsd: rate, perSecond: impatience[name], curiosity };
    const ranked = rank(entrants, worth);
    if (known) return { ranked, worth, known };
    // Nothing is known of quality yet: whoever configured them knows best. Alarms and failures count all the same.
    const place = ({ model }: Ranked) => {
      const down = latelyOf(model).down ?? 0;
      return models.indexOf(model) + 3 * Math.max(learned.of(name, model).failures, down > mostlyDown ? down : 0);
    };
    const kept = ranked.filter(({ fallen }) => !fallen).map(({ out, ...one }) => one);
    return {
      ranked: [...kept.toSorted((one, other) => place(one) - place(other)), ...ranked.filter(({ fallen }) => fallen)],
      worth,
      known,
    };
  }

  function latelyOf(model: string) {
    return fit.endpoints?.lately(fit.catalogue.get(model)?.target ?? model) ?? { seconds: null, down: null };
  }

  let worked: { count: number; quality: Quality; rate: number } | null = null;
  /** What does not depend on the turn, worked out once for each new thing learned. */
  function overall(): { quality: Quality; rate: number } {
    const count = learned.count();
    if (worked?.count !== count) {
      const quality = priorQuality(all(), Object.keys(classes), learned.of, indexOf);
      worked = { count, quality, rate: perUsd(thrift, bests()) };
    }
    return worked;
  }

  function indexOf(model: string, name: string): number | null {
    const listed = fit.catalogue.get(model);
    const index = (listed && fit.catalogue.get(listed.target)?.index) ?? listed?.index;
    return index?.[name === 'coding' ? 'coding' : name === 'tools' ? 'agentic' : 'intelligence'] ?? null;
  }

  /** What the best of each class costs, by how often the class is asked for. */
  function bests() {
    return (Object.keys(classes) as ModelClass[]).flatMap((name) => {
      const seen = named(name)
        .map((model) => learned.of(name, model))
        .filter(({ usd }) => usd !== null);
      const [best] = seen.toSorted((one, other) => share(other) - share(one));
      return best?.usd ? [{ usd: best.usd, weight: learned.traffic(name).length + 1 }] : [];
    });
  }

  function way(turn: Turn): Way {
    const name = turn.class;
    const last = lastResort().find((model) => !named(name).includes(model) && unfit(model, turn, fit) === null) ?? null;
    const unable = new Map<string, string>();
    const able = named(name).filter((model) => {
      const because = unfit(model, turn, fit);
      if (because !== null) unable.set(model, because);
      return because === null;
    });
    // Pictures go to those who can look at them, if anybody can.
    const seeing = turn.pictures?.length ? able.filter(seesBy(fit.catalogue)) : [];
    if (seeing.length > 0)
      for (const model of able) if (!seeing.includes(model)) unable.set(model, 'it cannot look at pictures');
    const fitting = seeing.length > 0 ? seeing : able;
    // When all are being left alone, asking one of them is better than asking none.
    const rested = fitting.filter((model) => breakers.mayAsk(model));
    const asked = rested.length > 0 ? rested : fitting;
    for (const model of fitting)
      if (!asked.includes(model)) unable.set(model, 'it has been failing and is given a moment');
    const { ranked, worth, known } = weigh(name, asked, turn);
    const candidates: Candidate[] = [
      ...ranked.map(shown),
      ...[...unable].map(([model, out]) => ({ model, quality: 0, usd: 0, seconds: 0, score: 0, out })),
    ];
    const choice = (reason: string): Choice => ({ class: name, reason, candidates });
    const models = ranked.map(({ model }) => model);
    const first = models[0];
    const behind = (model: string) => {
      const others = ranked.filter((one) => one.model !== model && !one.fallen);
      return others.toSorted((one, other) => other.quality - one.quality)[0]?.model ?? null;
    };
    const from = (model: string, reason: string, second = behind(model)): Way => ({
      models: [model, ...(second === null ? [] : [second]), ...models].filter(unrepeated),
      second,
      last,
      choice: choice(reason),
    });

    if (turn.wanted !== undefined) return from(turn.wanted, 'it was asked for by name', behind(turn.wanted));
    if (first === undefined) {
      const reason = `none is configured that could take this${last === null ? '' : ', so one on this machine has to do'}`;
      return { models: last === null ? [] : [last], second: null, last: null, choice: choice(reason) };
    }
    const before = learned.thread(turn.session);
    const fresh = before !== undefined && fit.now().getTime() - Date.parse(before.at) < stickyMs;
    if (fresh && before.rejected) {
      const stronger = behind(before.model);
      if (stronger !== null) return from(stronger, `the last answer here, by ${before.model}, was marked as bad`);
    }
    const alarmed = ranked.find(({ model }) => model === before?.model)?.fallen ?? true;
    if (fresh && !alarmed && before.class === name)
      return from(before.model, 'it answered last in this thread, whose prompt it has in its cache');
    if (!known)
      return from(
        first,
        'it is the first in the configured order, and little has been measured yet',
        models[1] ?? null,
      );
    const start = bestStart(ranked, learned.pairs(name), learned.pairs(), worth);
    const [best] = ranked;
    if (best && start.first !== best.model && start.first !== '')
      return from(start.first, `it is cheap, and ${start.second} is asked if the answer fails a check`, start.second);
    return from(first, reasonOf(ranked), start.second ?? behind(first));
  }

  return { way, ranked: (name) => weigh(name, named(name)).ranked };
}

function reasonOf([best, next]: readonly Ranked[]): string {
  if (!best || !next) return 'it is the only one';
  if (best.score < next.score) return 'it is worth a try: too little is known of it yet';
  if (best.quality >= next.quality) return 'it has the best measured quality of those that are worth their price';
  return `it is nearly as good as ${next.model} and costs less`;
}

function shown({ model, quality, usd, seconds, score, out }: Ranked): Candidate {
  return { model, quality, usd, seconds, score, ...(out === undefined ? {} : { out }) };
}

const share = ({ good, graded }: { good: number; graded: number }) => (graded > 0 ? good / graded : 0);
const unrepeated = <T>(one: T, index: number, list: readonly T[]) => list.indexOf(one) === index;
