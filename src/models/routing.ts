/** Measured routing as a whole: what was learned, who is asked next, and the figures that people see of it. */
import type { ModelClass, Turn } from '../core/model.ts';
import type { ModelEvents, Routing, Standing } from '../core/routing.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import type { Catalogue } from './catalogue.ts';
import type { MaxPrice, ModelClasses } from './classes.ts';
import type { Endpoints } from './endpoints.ts';
import { createJournal, type Journal } from './journal.ts';
import { createLearned, type Learned } from './learned.ts';
import { leaving } from './leaving.ts';
import { createModelMetrics } from './metrics.ts';
import { createRouter, type Router } from './router.ts';
import { percentile } from './standing.ts';

export type MeasuredRouting = Routing & {
  router: Router;
  breakers: Breakers;
  journal: Journal;
  learned: Learned;
  /** All models that any class may use. */
  models(): string[];
  ready(): Promise<void>;
  /** What is being written down: whatever reads it waits for that. */
  writing(deed: Promise<void>): void;
  /** Prometheus text. */
  metrics(): Promise<string>;
};

export type RoutingOptions = {
  events: ModelEvents;
  classes: ModelClasses;
  catalogue: Catalogue;
  endpoints?: Endpoints;
  banned: readonly string[];
  maxPrice: MaxPrice;
  lastResort?: () => readonly string[];
  /** Whether a model is another server's, which the catalogue does not list. */
  elsewhere?: (model: string) => boolean;
  thrift?: number;
  now: () => Date;
};

/** Older events say little of what a model is now. */
const learnedFromMs = 30 * 24 * 3_600_000;
/** Other replicas' events are read at most this often. */
const freshMs = 1_000;

export function createRouting(options: RoutingOptions): MeasuredRouting {
  const { events, classes, catalogue, endpoints, banned, maxPrice, now } = options;
  const learned = createLearned(events, () => new Date(now().getTime() - learnedFromMs).toISOString());
  const breakers = createBreakers((model) =>
    options.elsewhere?.(model) ? model.slice(0, model.indexOf(':')) : 'main',
  );
  const metrics = createModelMetrics();
  const journal = metrics.counted(createJournal(events, now));
  const lastResort = options.lastResort ?? (() => []);
  const router = createRouter({
    ...{ classes, lastResort, learned, breakers },
    fit: {
      catalogue,
      ...(endpoints ? { endpoints } : {}),
      banned,
      maxPrice,
      now,
      ...(options.elsewhere ? { elsewhere: options.elsewhere } : {}),
    },
    ...(options.thrift === undefined ? {} : { thrift: options.thrift }),
  });
  let read = 0;
  let written: Promise<unknown> = Promise.resolve();
  function writing(deed: Promise<void>): void {
    written = Promise.allSettled([written, deed]);
    // The next answer is to know of it.
    read = 0;
  }
  async function catchUp(): Promise<void> {
    await written;
    await learned.catchUp();
  }
  async function ready(): Promise<void> {
    if (now().getTime() - read < freshMs) return;
    await catchUp();
    read = now().getTime();
  }
  const models = () => [...new Set([...Object.values(classes).flat(), ...lastResort()])];

  const atRisk = () =>
    leaving(
      models().filter((model) => !options.elsewhere?.(model)),
      catalogue,
      now(),
    );

  async function standings(): Promise<Standing[]> {
    await catchUp();
    const names = (Object.keys(classes) as ModelClass[]).filter((name) => name !== 'fallback');
    return names.flatMap((name) => standingsOf(name));
  }

  return {
    ...journal,
    standings,
    metrics: async () => metrics.text(await standings()),
    ...{ router, breakers, journal, learned, models, ready, writing },

    async learn(signal) {
      await written;
      await journal.learn(signal);
      read = 0;
    },

    async expect(awaited) {
      await written;
      await journal.expect(awaited);
    },

    async why(of) {
      await written;
      return journal.why(of);
    },

    warnings: () => atRisk().map(({ model, says }) => `${model}: ${says}`),

    async preferred(person) {
      await catchUp();
      return learned.preferred(person);
    },

    async named(name) {
      const wanted = name.trim().toLowerCase();
      const known = [...new Set([...models(), ...catalogue.models().map(({ id }) => id)])];
      const whole = known.filter((id) => id.toLowerCase() === wanted);
      if (whole.length > 0 || wanted === '') return whole;
      const words = wanted.split(/[\s/:_-]+/).filter(Boolean);
      const fitting = known.filter((id) => words.every((word) => id.toLowerCase().includes(word)));
      // Those in use first, then aliases of the newest, then the shortest name.
      const order = (id: string) => (models().includes(id) ? 0 : id.startsWith('~') ? 1_000 : 2_000) + id.length;
      return fitting.toSorted((one, other) => order(one) - order(other));
    },
  };

  function standingsOf(name: ModelClass): Standing[] {
    const traffic = learned.traffic(name);
    const { models: next, choice } = router.way({
      ...plainTurn,
      class: name,
      tools: name === 'tools' ? [anyTool] : [],
    });
    const outs = new Map(choice.candidates.map(({ model, out }) => [model, out]));
    const rows = router.ranked(name).map(({ model, quality, usd, graded }): Standing => {
      const standing = learned.of(name, model);
      const current = model === next[0];
      return {
        ...{ class: name, model, quality, graded, usd, answers: standing.answers },
        share: traffic.length === 0 ? 0 : traffic.filter((one) => one === model).length / traffic.length,
        p50Ms: percentile(standing.milliseconds, 0.5),
        p95Ms: percentile(standing.milliseconds, 0.95),
        failures: standing.failures,
        current,
        note: [
          ...(current ? [choice.reason] : [outs.get(model) ?? []].flat()),
          ...(graded < 1 ? ['not measured yet'] : []),
        ].join('; '),
      };
    });
    return rows.toSorted((one, other) => Number(other.current) - Number(one.current));
  }
}

/** A short question, for a look at who would be asked. */
const plainTurn: Turn = { class: 'speed', system: '', messages: [], tools: [], maxTokens: 500, session: '' };
const anyTool = { name: 'any', description: '', parameters: {} };
