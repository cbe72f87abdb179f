/** Whether to begin with a cheaper model, when a failed check will bring in a stronger one, from tasks that both were given. */
import { priorMarks } from './prior.ts';
import type { Ranked, Worth } from './rank.ts';

/** One evaluated task: what each model made of it. */
export type Graded = Map<string, { good: boolean; usd: number }>;
/** The first to ask, and the second if the first one's answer fails a check; null when there is no other. */
export type Start = { first: string; second: string | null };

/** What checks are taken to see of wrong answers, and to let pass of right ones. */
const sensitivity = 0.7;
const specificity = 0.9;
/** Fewer tasks than this say too little of how mistakes go together. */
const leastTasks = 20;

type Pair = { tasks: number; quality: number; usd: number; flagged: number };

/** Mistakes go together (a hard task is hard for all), which only the same tasks given to both can tell. */
export type Pairs = (first: string, second: string) => Pair;

export function pairUp(tasks: readonly Graded[]): Pairs {
  const known = new Map<string, Pair>();
  return (first, second) => {
    const key = `${first} ${second}`;
    const pair = known.get(key) ?? together(first, second, tasks);
    known.set(key, pair);
    return pair;
  };
}

/** `pairs` of this class, and of all tasks together, which say more and less to the point. */
export function bestStart(ranked: readonly Ranked[], pairs: Pairs, all: Pairs, worth: Worth): Start {
  const sound = ranked.filter(({ fallen }) => !fallen);
  const [best] = sound;
  if (!best) return { first: '', second: null };
  const strongest = sound
    .filter(({ model }) => model !== best.model)
    .toSorted((one, other) => other.quality - one.quality);
  // How much harder this class is than all tasks together.
  const harder = sound.reduce((sum, { model }) => sum + pairs(model, model).quality - all(model, model).quality, 0);
  let chosen = { first: best.model, second: strongest[0]?.model ?? null, score: Number.NEGATIVE_INFINITY };
  for (const first of sound)
    for (const second of sound) {
      if (first === second) continue;
      const pair = pairs(first.model, second.model);
      if (pair.tasks < leastTasks) continue;
      // What was learned since the tasks counts where it is heard: the first one's answer, or the second one's.
      const since = first.news * (1 - pair.flagged) + second.news * pair.flagged;
      const thought = all(first.model, second.model).quality + harder / sound.length;
      const quality = (pair.quality * pair.tasks + thought * priorMarks) / (pair.tasks + priorMarks);
      const score = quality + since - worth.perUsd * pair.usd;
      if (score > chosen.score) chosen = { first: first.model, second: second.model, score };
    }
  return { first: chosen.first, second: chosen.second };
}

function together(first: string, second: string, tasks: readonly Graded[]): Pair {
  const sum: Pair = { tasks: 0, quality: 0, usd: 0, flagged: 0 };
  for (const task of tasks) {
    const [one, two] = [task.get(first), task.get(second)];
    if (!one || !two) continue;
    const flagged = one.good ? 1 - specificity : sensitivity;
    sum.tasks++;
    sum.flagged += flagged;
    sum.quality += (one.good ? specificity : 0) + (two.good ? flagged : 0);
    sum.usd += one.usd + flagged * two.usd;
  }
  const { tasks: count } = sum;
  return { tasks: count, quality: sum.quality / count, usd: sum.usd / count, flagged: sum.flagged / count };
}
