/** What is thought of a model in one class before much was seen of it there: how it does elsewhere, and how hard the class is. */
import type { Standing } from './standing.ts';

/** The thought weighs as much as this many marks: differences between good models are smaller than the chance in a hundred tasks. */
export const priorMarks = 60;
/** Nothing is known at all. */
const unknown = 0.7;
/** So much of what is known elsewhere speaks against one new mark there. */
const leastMarks = 10;
/** A difference of ten points in an index is taken for four of a hundred answers, and no difference for more than ten. */
const indexWeight = 0.4;
const mostByIndex = 0.1;

export type Quality = (model: string, name: string) => number;

/** `of` gives the standing of a model in a class. */
export function priorQuality(
  models: readonly string[],
  classes: readonly string[],
  of: (name: string, model: string) => Standing,
  /** What others measured (0 to 100), for models of which nothing is known here. */
  index: (model: string, name: string) => number | null = () => null,
): Quality {
  const share = (name: string, model: string) => {
    const { good, graded, alarm } = of(name, model);
    return graded >= leastMarks && !alarm ? good / graded : null;
  };
  const hard = new Map(classes.map((name) => [name, mean(models.map((model) => share(name, model)))]));
  const usual = mean([...hard.values()]) ?? unknown;
  const better = new Map(
    models.map((model) => [
      model,
      mean(
        classes.map((name) => {
          const [own, all] = [share(name, model), hard.get(name) ?? null];
          return own === null || all === null ? null : own - all;
        }),
      ),
    ]),
  );
  /** Against the indices of those that were measured here; a small word, since it was not about our tasks. */
  const others = (model: string, name: string) => {
    const own = index(model, name);
    const known = mean(models.map((one) => (better.get(one) == null ? null : index(one, name))));
    if (own === null || known === null) return 0;
    return Math.min(mostByIndex, Math.max(-mostByIndex, ((own - known) / 100) * indexWeight));
  };
  return (model, name) =>
    Math.min(1, Math.max(0, (hard.get(name) ?? usual) + (better.get(model) ?? others(model, name))));
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
