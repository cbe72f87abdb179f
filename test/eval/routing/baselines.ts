/** What routing is compared with: one model for all, chance, key words, and what hindsight would have chosen. */
import { createRandom, pickOne } from './chance.ts';
import type { Query } from './data.ts';
import type { Tally } from './replay.ts';

export type Policy = (query: Query, models: readonly string[]) => string;

/** A right answer is worth five cents where a single figure is wanted, as in the research. */
export const worthUsd = 0.05;

export function follow(models: readonly string[], stream: readonly Query[], policy: Policy): Tally {
  const tally: Tally = { score: 0, usd: 0, requests: 0 };
  for (const query of stream) {
    const outcome = query.outcomes.get(policy(query, models));
    tally.score += outcome?.good ? 1 : 0;
    tally.usd += outcome?.usd ?? 0;
    tally.requests++;
  }
  return tally;
}

export const always =
  (model: string): Policy =>
  () =>
    model;

export function random(seed: number): Policy {
  const next = createRandom(seed);
  return (_query, models) => pickOne(models, next);
}

/** The rules of the notes this house began with, and the models that were thought best of their kind then. */
export const keywords: Policy = ({ text }, models) => {
  const words = text.toLowerCase();
  const wanted = /code|github/.test(words)
    ? 'claude-3.5-sonnet'
    : /analyze|research/.test(words)
      ? 'gpt-4o-2024-08-06'
      : /quick|fast/.test(words)
        ? 'gemini-1.5-flash'
        : 'gpt-4o-2024-08-06';
  return models.find((model) => model.includes(wanted)) ?? models[0] ?? '';
};

/** The cheapest of those that were right; if none was, the cheapest. */
export const oracle: Policy = ({ outcomes }, models) => {
  const all = models.flatMap((model) => {
    const outcome = outcomes.get(model);
    return outcome ? [{ model, ...outcome }] : [];
  });
  const right = all.filter(({ good }) => good);
  return (right.length > 0 ? right : all).toSorted((one, other) => one.usd - other.usd)[0]?.model ?? '';
};

/** The best model of each labelled kind of task, known beforehand. */
export function bestOfEach(models: readonly string[], stream: readonly Query[]): Policy {
  const best = new Map<string, string>();
  for (const name of new Set(stream.map(({ labelled }) => labelled)))
    best.set(
      name,
      bestSingle(
        models,
        stream.filter(({ labelled }) => labelled === name),
      ),
    );
  return ({ labelled }) => best.get(labelled) ?? '';
}

export function bestSingle(models: readonly string[], stream: readonly Query[]): string {
  return most(models, (model) => follow(models, stream, always(model)).score);
}

export function cheapest(models: readonly string[], stream: readonly Query[]): string {
  return most(models, (model) => -follow(models, stream, always(model)).usd);
}

function most(models: readonly string[], value: (model: string) => number): string {
  return models.toSorted((one, other) => value(other) - value(one))[0] ?? '';
}
