/** Puts the models of a class in order by what they are worth: quality, less what they cost in money, time and failures. */
import type { Candidate } from '../core/routing.ts';
import { priorMarks } from './prior.ts';
import { percentile, type Standing } from './standing.ts';

export type Ranked = Candidate & {
  graded: number;
  bonus: number;
  /** How far the judgements of live answers have moved its quality since it was evaluated. */
  news: number;
  fallen: boolean;
};

/** A model in the running, with what is thought of it before anything was seen. */
export type Entrant = {
  model: string;
  standing: Standing;
  prior: { quality: number; usd: number; seconds: number; failures?: number };
};

export type Worth = {
  /** Points of quality (0 to 1) that a dollar weighs. */
  perUsd: number;
  /** Points that a second beyond the first weighs. */
  perSecond: number;
  /** How much of the doubt about a model speaks for trying it (UCB). */
  curiosity: number;
};

/**
 * Dollars in points of quality: a model that costs nothing may be `thrift` worse than what the best of each class cost
 * on average. The same rate for all classes buys the most quality for the money.
 */
export function perUsd(thrift: number, bestUsd: readonly { usd: number; weight: number }[]): number {
  const weight = bestUsd.reduce((sum, one) => sum + one.weight, 0);
  const usd = bestUsd.reduce((sum, one) => sum + one.usd * one.weight, 0);
  return usd > 0 ? (thrift * weight) / usd : 0;
}

/** Only so many share the traffic of a class: each of them gets enough of it to be known. */
const inTheRunning = 3;

/** Best first. Those past the third, and those with an alarm while another is left, are out of the running. */
export function rank(entrants: readonly Entrant[], worth: Worth): Ranked[] {
  const total = entrants.reduce((sum, { standing }) => sum + standing.graded, 0);
  const weighed = entrants.map((entrant) => weigh(entrant, worth, total));
  const alarms = new Set(entrants.filter(({ standing }) => standing.alarm).map(({ model }) => model));
  const anySound = alarms.size < entrants.length;
  const sound = weighed.filter(({ model }) => !anySound || !alarms.has(model)).toSorted(byScore);
  const running = sound
    .slice(0, inTheRunning)
    .toSorted((one, other) => other.score + other.bonus - one.score - one.bonus);
  const rest = sound.slice(inTheRunning).map((one) => ({ ...one, out: `not among the best ${inTheRunning}` }));
  const fallen = anySound ? weighed.filter(({ model }) => alarms.has(model)) : [];
  return [...running, ...rest, ...fallen.map((one) => ({ ...one, fallen: true, out: 'it has become much worse' }))];
}

function weigh({ model, standing, prior }: Entrant, worth: Worth, total: number): Ranked {
  const weight = priorMarks + standing.graded;
  const quality = (prior.quality * priorMarks + standing.good) / weight;
  const usd = standing.usd ?? prior.usd;
  const seconds = (percentile(standing.milliseconds, 0.5) ?? prior.seconds * 1_000) / 1_000;
  const late = Math.max(0, seconds - 1);
  const failures = mixed(standing, prior.failures);
  const score = quality * (1 - failures) - worth.perUsd * usd - worth.perSecond * late;
  const bonus = worth.curiosity * Math.sqrt(Math.log(1 + total) / weight);
  const evaluated = standing.evaluated > 0 ? standing.evaluatedGood / standing.evaluated : quality;
  const news = standing.evaluated > 0 ? (standing.good / standing.graded || 0) - evaluated : 0;
  return { model, quality, usd, seconds, score, bonus, graded: standing.graded, news, fallen: false };
}

/** What others saw of its failures counts as much as ten answers of our own. */
const othersAnswers = 10;

function mixed({ failures, answers }: Standing, others: number | undefined): number {
  return others === undefined ? failures : (failures * answers + others * othersAnswers) / (answers + othersAnswers);
}

function byScore(one: Ranked, other: Ranked): number {
  return other.score - one.score;
}
