/** Chooses the router's one free number, thrift, on the tuning half alone. */
import { always, bestSingle, follow } from './baselines.ts';
import { createRandom, shuffled } from './chance.ts';
import type { Table } from './data.ts';
import { type Check, replay } from './replay.ts';

export const curiosity = 0.1;
const grid = [0.03, 0.035, 0.04, 0.045, 0.05, 0.055, 0.06, 0.065, 0.07, 0.08, 0.09, 0.1];
/** The half is parted again, so often: one part is evaluated on, the other streamed. */
const seeds = 20;
const margin = 0.9;

export function median(list: readonly number[]): number {
  const sorted = list.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** The most quality within the cost that is allowed, less a tenth: what is found on one half comes out dearer or cheaper on the other. */
export function tuneThrift({ models, tune }: Table, mostCost: number, check?: Check): number {
  // Parted differently each time: one parting has its own luck, which is not that of the report half.
  const parted = Array.from({ length: seeds }, (_, seed) => {
    const mixed = shuffled(tune, createRandom(seed + 500));
    const [evaluated, streamed] = [mixed.slice(0, mixed.length / 2), mixed.slice(mixed.length / 2)];
    return { evaluated, streamed, single: follow(models, streamed, always(bestSingle(models, tune))) };
  });
  const tried = grid.map((thrift) => {
    const settings = { thrift, curiosity, feedback: { share: 0.1, wrong: 0.1 }, ...(check ? { check } : {}) };
    const runs = parted.map(({ evaluated, streamed, single }, seed) => {
      const run = replay(models, evaluated, streamed, settings, seed + 1);
      return { score: run.score / single.score, cost: run.usd / single.usd };
    });
    return { thrift, score: mean(runs.map(({ score }) => score)), cost: mean(runs.map(({ cost }) => cost)) };
  });
  const within = tried.filter(({ cost }) => cost <= mostCost * margin);
  const best = within.toSorted((one, other) => other.score - one.score || one.cost - other.cost)[0];
  return best?.thrift ?? grid.at(-1) ?? 0;
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}
