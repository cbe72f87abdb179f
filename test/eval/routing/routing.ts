/** `npm run eval -- routing --data <folder>`: the router against recorded outcomes, tuned on one half and reported on the other. */
import { classify } from '../../../src/models/classify.ts';
import { always, bestOfEach, bestSingle, cheapest, follow, keywords, oracle, random, worthUsd } from './baselines.ts';
import { readOutcomes, type Table } from './data.ts';
import { type Check, createHouse, replay, type Settings, type Tally } from './replay.ts';
import { drift, falseAlarms, feedbacks, latency, newcomer, outage } from './scenarios.ts';
import { curiosity, median, tuneThrift } from './tune.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const imperfect: Check = { sensitivity: 0.7, specificity: 0.9 };
const sparse = { share: 0.1, wrong: 0.1 };

type Line = { name: string; score: number; usd: number };
type Goal = { what: string; value: string; wanted: string; held: boolean };

export type Asked = { data: string; split?: string | undefined };

export async function evaluateRouting({ data, split }: Asked, write: (text: string) => void): Promise<boolean> {
  const table = readOutcomes(data, split);
  const { models, tune, report } = table;
  const single = bestSingle(models, report);
  const best = follow(models, report, always(single));
  const goals: Goal[] = [];
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

  write(
    `Recorded outcomes: ${models.length} models; ${tune.length} questions to tune on, ${report.length} to report on.\n`,
  );
  const right = report.filter((query) => query.class === query.labelled).length;
  write(
    `The class is predicted from the words: as labelled for ${percent(right / report.length)} of the report half.\n`,
  );

  const thrift = tuneThrift(table, 0.5);
  const thriftChecked = tuneThrift(table, 0.4, imperfect);
  write(`Tuned on the first half: thrift ${thrift} without checks, ${thriftChecked} with them.\n\n`);

  const settings = (over: Partial<Settings> = {}): Settings => ({ thrift, curiosity, feedback: sparse, ...over });
  const checked = (check: Check) => settings({ thrift: thriftChecked, check });
  const runs = (name: string, made: Settings): Line =>
    middle(
      name,
      seeds.map((seed) => replay(models, tune, report, made, seed)),
    );
  const fixed = (name: string, tally: Tally): Line => middle(name, [tally]);
  const ours = runs('SOPHIA, 10 % graded, 10 % of it wrong', settings());
  const escalating = runs('SOPHIA with checks that see 70 %, pass 90 %; escalates once', checked(imperfect));
  const lines = [
    fixed('oracle per question (hindsight)', follow(models, report, oracle)),
    fixed('best model of each labelled kind (hindsight)', follow(models, report, bestOfEach(models, report))),
    fixed(`best single: ${single}`, best),
    fixed(`cheapest single: ${cheapest(models, report)}`, follow(models, report, always(cheapest(models, report)))),
    middle(
      'random',
      seeds.map((seed) => follow(models, report, random(seed))),
    ),
    fixed('key words (the original notes)', follow(models, report, keywords)),
    runs('SOPHIA, nothing graded after the evaluation', settings({ feedback: { share: 0, wrong: 0 } })),
    ours,
    runs('SOPHIA, every answer graded', settings({ feedback: { share: 1, wrong: 0 } })),
    escalating,
    runs('SOPHIA with perfect checks; escalates once', checked({ sensitivity: 1, specificity: 1 })),
    runs('SOPHIA with useless checks (they see nothing, pass 90 %)', checked({ sensitivity: 0, specificity: 0.9 })),
  ];
  const ideal = lines[0] as Line;
  const bestLine = fixed('', best);
  const utility = (line: Line) => line.score - line.usd / worthUsd;
  table1(write, lines, (line) => [
    line.score.toFixed(3),
    percent(line.score / bestLine.score),
    (line.usd * 1_000).toFixed(3),
    percent(line.usd / bestLine.usd),
    String(Math.round((utility(ideal) - utility(line)) * 1_000)),
  ]);
  write(
    `\nRegret: against the oracle, in right answers per 1,000 requests, a right answer being worth $${worthUsd}.\n`,
  );
  write(
    `Median of ${seeds.length} seeds. The evaluation that routing starts from (100 tasks a class, all models) costs $${median(seeds.map((seed) => createHouse(models, tune, settings(), seed).evaluationUsd())).toFixed(2)} once.\n\n`,
  );
  const goal = (what: string, value: string, wanted: string, held: boolean) =>
    goals.push({ what, value, wanted, held });
  goal(
    'quality without checks',
    percent(ours.score / bestLine.score),
    '≥ 97.5 %',
    ours.score / bestLine.score >= 0.975,
  );
  goal('its cost', percent(ours.usd / bestLine.usd), '≤ 50 %', ours.usd / bestLine.usd <= 0.5);
  goal(
    'quality with escalation',
    percent(escalating.score / bestLine.score),
    '≥ 100 %',
    escalating.score >= bestLine.score,
  );
  goal('its cost', percent(escalating.usd / bestLine.usd), '≤ 40 %', escalating.usd / bestLine.usd <= 0.4);

  write(
    'A collapse: the model that serves a class keeps 30 % of its right answers. Requests of that class until it gets a tenth or less\n',
  );
  for (const { name, feedback } of feedbacks) {
    const made = settings({ feedback });
    const all = seeds.map((seed) => drift(table, made, seed));
    const handled = all.flatMap((one) => [
      ...one.handled,
      ...Array.from({ length: one.never }, () => Number.POSITIVE_INFINITY),
    ]);
    const alarms = seeds.reduce((sum, seed) => sum + falseAlarms(table, made, seed), 0) / seeds.length;
    const p90 = quantile(handled, 0.9);
    write(
      `  ${name}: median ${median(handled)}, p90 ${p90} of ${handled.length} collapses; ${alarms.toFixed(2)} false alarms in 4,000 requests\n`,
    );
    // The research page's own reading: the goal is for graded answers, and a wider one where one in ten is.
    if (feedback.share === sparse.share) {
      goal('with one in ten graded', `${median(handled)} class requests`, '≤ 130 (median)', median(handled) <= 130);
      goal('and within', `${p90} class requests`, '≤ 425 (p90)', p90 <= 425);
      goal('false alarms then', `${alarms.toFixed(2)} in 4,000`, '≤ 0.25', alarms <= 0.25);
    }
    if (feedback.share < 1) continue;
    goal('a collapse is handled within', `${median(handled)} class requests`, '≤ 50 (median)', median(handled) <= 50);
    goal('and within', `${p90} class requests`, '≤ 100 (p90)', p90 <= 100);
    goal('false alarms', `${alarms.toFixed(2)} in 4,000`, '≤ 0.25', alarms <= 0.25);
  }
  const watched = settings({ thrift: thriftChecked, check: imperfect });
  const byChecks = seeds
    .flatMap((seed) => drift(table, watched, seed))
    .flatMap((one) => [...one.handled, ...Array.from({ length: one.never }, () => Number.POSITIVE_INFINITY)]);
  const byChecksAlarms = seeds.reduce((sum, seed) => sum + falseAlarms(table, watched, seed), 0) / seeds.length;
  write(
    `  10 % graded, and every answer checked (70/90): median ${median(byChecks)}, p90 ${quantile(byChecks, 0.9)}; ${byChecksAlarms.toFixed(2)} false alarms\n\n`,
  );

  const arrivals = seeds.map((seed) => newcomer(table, settings(), seed, single, 'coding'));
  const soon = arrivals.map(({ at }) => at ?? Number.POSITIVE_INFINITY);
  write(
    `A new model (${single}, unknown before, evaluated on 100 tasks a class): 80 % of coding after ${median(soon)} class requests (p90 ${quantile(soon, 0.9)}); right answers ${percent(median(arrivals.map(({ before }) => before)))} before, ${percent(median(arrivals.map(({ after }) => after)))} after.\n\n`,
  );

  const down = await outage();
  write(
    `An outage of 600 s at one request a second: ${down.firstTries} first tries failed, users saw ${down.seen} failures.\n\n`,
  );
  goal('first tries that fail in the outage', String(down.firstTries), '≤ 15', down.firstTries <= 15);
  goal('failures a user sees in it', String(down.seen), '0', down.seen === 0);

  const quick = 'google/gemini-1.5-flash';
  if (models.includes(quick)) {
    const { alone, hedged } = latency(table, single, quick, 1);
    const show = (one: typeof alone) =>
      `${percent(one.inTime)} within 2 s, p50 ${one.p50.toFixed(2)} s, p95 ${one.p95.toFixed(2)} s, ${percent(one.score)} right, $${(one.usd * 1_000).toFixed(3)} per 1,000`;
    write(
      `Late answers, ${alone.requests} recorded times (whole answers):\n  ${single} alone: ${show(alone)}\n  with ${quick} asked too after 1 s: ${show(hedged)}\n\n`,
    );
  }

  const p99 = pickTimes(table, settings());
  write(
    `Classifying and picking: p50 ${(quantile(p99, 0.5) * 1_000).toFixed(0)} µs, p99 ${(quantile(p99, 0.99) * 1_000).toFixed(0)} µs.\n\n`,
  );
  goal('classify and pick, p99', `${quantile(p99, 0.99).toFixed(3)} ms`, '< 1 ms', quantile(p99, 0.99) < 1);

  for (const { what, value, wanted, held } of goals)
    write(`${held ? 'held  ' : 'MISSED'}  ${what}: ${value} (${wanted})\n`);
  return goals.every(({ held }) => held);
}

/** Each question's time is the median of five: what another process took of the machine meanwhile is not the router's. */
function pickTimes(table: Table, settings: Settings): number[] {
  const house = createHouse(table.models, table.tune, settings, 1);
  return table.report.map((query) =>
    median(
      Array.from({ length: 5 }, () => {
        const begun = performance.now();
        house.choose(classify(query.text).class);
        return performance.now() - begun;
      }),
    ),
  );
}

function middle(name: string, tallies: readonly Tally[]): Line {
  return {
    name,
    score: median(tallies.map(({ score, requests }) => score / requests)),
    usd: median(tallies.map(({ usd, requests }) => usd / requests)),
  };
}

function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function table1(write: (text: string) => void, lines: readonly Line[], cells: (line: Line) => string[]): void {
  const rows = [
    ['policy', 'score', 'of best', '$/1k', 'of best', 'regret/1k'],
    ...lines.map((line) => [line.name, ...cells(line)]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  for (const row of rows)
    write(
      `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`,
    );
}
