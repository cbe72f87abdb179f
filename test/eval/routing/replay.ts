/** One stream of recorded questions through the product's own ranking, with feedback as sparse and as wrong as one likes. */
import type { ModelClass } from '../../../src/core/model.ts';
import { bestStart, type Graded, type Pairs, pairUp } from '../../../src/models/cascade.ts';
import { priorQuality } from '../../../src/models/prior.ts';
import { type Entrant, perUsd, rank, type Worth } from '../../../src/models/rank.ts';
import { blank, type Standing, see } from '../../../src/models/standing.ts';
import { createRandom, shuffled } from './chance.ts';
import type { Outcome, Query } from './data.ts';

export type Feedback = { share: number; wrong: number };
/** How well a check tells wrong answers: the share of wrong ones it sees, and of right ones it lets pass. */
export type Check = { sensitivity: number; specificity: number };
export type Settings = { thrift: number; curiosity: number; feedback: Feedback; check?: Check };
export type Tally = { score: number; usd: number; requests: number };

const tasksAClass = 100;

export type House = ReturnType<typeof createHouse>;

/** What the router of one workspace knows, evaluated on tasks of which `evaluated` is the supply. */
export function createHouse(models: readonly string[], evaluated: readonly Query[], settings: Settings, seed: number) {
  const random = createRandom(seed);
  const standings = new Map<string, Standing>();
  const graded = new Map<ModelClass, Graded[]>();
  const taken = new Map<ModelClass, number>();
  let evaluationUsd = 0;
  const of = (name: ModelClass, model: string) => {
    const key = `${name} ${model}`;
    const found = standings.get(key) ?? blank();
    standings.set(key, found);
    return found;
  };
  for (const query of shuffled(evaluated, random)) {
    const count = taken.get(query.class) ?? 0;
    if (count >= tasksAClass) continue;
    taken.set(query.class, count + 1);
    const row: Graded = new Map();
    for (const model of models) {
      const outcome = query.outcomes.get(model);
      if (!outcome) continue;
      evaluationUsd += outcome.usd;
      row.set(model, outcome);
      see(of(query.class, model), { kind: 'evaluation', good: outcome.good, usd: outcome.usd });
    }
    graded.set(query.class, [...(graded.get(query.class) ?? []), row]);
  }

  const pairs = new Map<ModelClass, Pairs>([...graded].map(([name, tasks]) => [name, pairUp(tasks)]));
  const bests = [...graded].map(([name, tasks]) => {
    const best = models.toSorted((one, other) => share(of(name, other)) - share(of(name, one)))[0] ?? '';
    return { usd: of(name, best).usd ?? 0, weight: tasks.length };
  });
  const worth: Worth = { perUsd: perUsd(settings.thrift, bests), perSecond: 0, curiosity: settings.curiosity };

  const all = pairUp([...graded.values()].flat());
  const prior = priorQuality(models, [...graded.keys()], (name, model) => of(name as ModelClass, model));
  const order = (name: ModelClass, among: readonly string[]) => {
    const entrants = among.map(
      (model): Entrant => ({
        model,
        standing: of(name, model),
        prior: { quality: prior(model, name), usd: 0.002, seconds: 1 },
      }),
    );
    return rank(entrants, worth);
  };
  function judge(name: ModelClass, model: string, { good }: Outcome): void {
    if (random() >= settings.feedback.share) return;
    const said = random() < settings.feedback.wrong ? !good : good;
    see(of(name, model), { kind: 'judgement', good: said });
  }

  return {
    of,
    random,
    evaluationUsd: () => evaluationUsd,
    /** Ids, best first, and whom to ask when the first answer does not hold the checks. */
    choose(name: ModelClass, among: readonly string[] = models) {
      const ranked = order(name, among);
      const first = ranked[0]?.model ?? '';
      if (!settings.check) return { first, second: null };
      return bestStart(ranked, pairs.get(name) ?? pairUp([]), all, worth);
    },
    judge,
    /** Asks, checks, asks once more if the check fails, and learns. */
    serve(query: Query, outcomeOf = (model: string) => query.outcomes.get(model)) {
      const { first, second } = this.choose(query.class);
      const one = outcomeOf(first) ?? { good: false, usd: 0, seconds: null };
      see(of(query.class, first), { kind: 'answer', usd: one.usd, milliseconds: null });
      const flagged =
        settings.check !== undefined &&
        random() < (one.good ? 1 - settings.check.specificity : settings.check.sensitivity);
      if (settings.check) see(of(query.class, first), { kind: 'check', good: !flagged });
      const two = flagged && second !== null ? outcomeOf(second) : undefined;
      if (two) see(of(query.class, second ?? ''), { kind: 'answer', usd: two.usd, milliseconds: null });
      const shown = two ?? one;
      judge(query.class, two ? (second ?? '') : first, shown);
      return { good: shown.good, usd: one.usd + (two?.usd ?? 0), first, second: two ? second : null };
    },
  };
}

const share = ({ good, graded }: Standing) => (graded > 0 ? good / graded : 0);

/** The whole report half once, in an order of its own. */
export function replay(
  models: readonly string[],
  evaluated: readonly Query[],
  stream: readonly Query[],
  settings: Settings,
  seed: number,
) {
  const house = createHouse(models, evaluated, settings, seed);
  const tally: Tally = { score: 0, usd: 0, requests: 0 };
  for (const query of shuffled(stream, createRandom(seed + 1_000))) {
    const { good, usd } = house.serve(query);
    tally.score += good ? 1 : 0;
    tally.usd += usd;
    tally.requests++;
  }
  return { ...tally, evaluationUsd: house.evaluationUsd() };
}
