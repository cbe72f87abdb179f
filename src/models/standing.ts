/** How each model stands in each class, from what was seen of it: evaluation, judgements, checks, time, money, failures. */
import { calm, type Watch, watchOver } from './collapse.ts';

export type Standing = {
  /** Graded evaluation tasks and judgements of live answers. */
  graded: number;
  good: number;
  /** Of these, the evaluation. */
  evaluated: number;
  evaluatedGood: number;
  /** Live answers, and what share of the last of them failed a check or never came. */
  answers: number;
  checked: number;
  flagged: number;
  failures: number;
  /** Mean dollars of an answer; null before the first. */
  usd: number | null;
  /** The last answers' times, oldest first. */
  milliseconds: number[];
  judged: Watch;
  checks: Watch;
  /** Out of the running until it has been evaluated anew. */
  alarm: boolean;
  evaluatedSinceAlarm: number;
};

export type Seen =
  | { kind: 'answer'; usd: number; milliseconds: number | null }
  | { kind: 'failure' }
  /** Whether the answer held the checks that need no person. */
  | { kind: 'check'; good: boolean }
  /** A person's or a test's word on a live answer; `was`: the same one's earlier word, which it takes the place of. */
  | { kind: 'judgement'; good: boolean; was?: boolean }
  | { kind: 'evaluation'; good: boolean; usd: number };

/** An average forgets at this pace: half of it is from the last 35 answers. */
const pace = 0.02;
const keptTimes = 64;
/** So many evaluated tasks bring a model back after an alarm. */
const tasksToReturn = 20;
/** What is expected of a model of which little is known: so many marks of such a share. */
const usual = 0.8;
const usualMarks = 20;
/** Old judgements fade, so that what a model is now outweighs what it was: about this many count. */
const memory = 400;

export function blank(): Standing {
  return {
    ...{
      graded: 0,
      good: 0,
      evaluated: 0,
      evaluatedGood: 0,
      answers: 0,
      checked: 0,
      flagged: 0,
      failures: 0,
      usd: null,
      milliseconds: [],
    },
    ...{ judged: calm, checks: calm, alarm: false, evaluatedSinceAlarm: 0 },
  };
}

/** Changes the standing in place: the same events in the same order always make the same standing. */
export function see(standing: Standing, seen: Seen): void {
  if (seen.kind === 'answer') {
    standing.answers++;
    standing.failures *= 1 - pace;
    standing.usd = mean(standing.usd, seen.usd, standing.answers);
    if (seen.milliseconds !== null) standing.milliseconds.push(seen.milliseconds);
    if (standing.milliseconds.length > keptTimes) standing.milliseconds.shift();
  }
  if (seen.kind === 'failure') standing.failures += pace * (1 - standing.failures);
  if (seen.kind === 'check') {
    const expected = 1 - (standing.flagged + 1) / (standing.checked + 10);
    watch(standing, 'checks', expected, seen.good);
    standing.checked++;
    if (!seen.good) standing.flagged++;
    fade(standing, 'checked', 'flagged');
  }
  if (seen.kind === 'judgement') {
    if (seen.was !== undefined && standing.graded >= 1) {
      standing.graded--;
      standing.good = Math.max(0, standing.good - (seen.was ? 1 : 0));
    }
    const expected = (standing.good + usual * usualMarks) / (standing.graded + usualMarks);
    watch(standing, 'judged', expected, seen.good);
    mark(standing, seen.good);
  }
  if (seen.kind === 'evaluation') {
    if (standing.alarm && standing.evaluatedSinceAlarm === 0)
      Object.assign(standing, { graded: 0, good: 0, evaluated: 0, evaluatedGood: 0 });
    mark(standing, seen.good);
    standing.evaluated++;
    if (seen.good) standing.evaluatedGood++;
    standing.evaluatedSinceAlarm++;
    standing.usd ??= seen.usd;
    standing.usd += (seen.usd - standing.usd) / Math.max(1, Math.min(standing.graded, 1 / pace));
    if (standing.alarm && standing.evaluatedSinceAlarm >= tasksToReturn)
      Object.assign(standing, { alarm: false, judged: calm, checks: calm });
  }
}

function mark(standing: Standing, good: boolean): void {
  standing.graded++;
  if (good) standing.good++;
  fade(standing, 'graded', 'good');
}

function fade(standing: Standing, count: 'graded' | 'checked', part: 'good' | 'flagged'): void {
  if (standing[count] <= memory) return;
  standing[part] *= memory / standing[count];
  standing[count] = memory;
}

function watch(standing: Standing, which: 'judged' | 'checks', expected: number, good: boolean): void {
  if (standing.alarm) return;
  const { alarm, ...next } = watchOver(standing[which], expected, good);
  standing[which] = next;
  if (alarm) Object.assign(standing, { alarm: true, evaluatedSinceAlarm: 0 });
}

function mean(sofar: number | null, value: number, count: number): number {
  return sofar === null ? value : sofar + (value - sofar) * Math.max(pace, 1 / count);
}

export function percentile(times: readonly number[], share: number): number | null {
  if (times.length === 0) return null;
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
