/** How the models stand, as people see it: charts of the few figures that decide, and a table of all of them. */
import { z } from 'zod';
import type { Chart } from '../../core/chart.ts';
import { modelClasses } from '../../core/model.ts';
import type { DigestSection, Reply } from '../../core/reply.ts';

const standing = z.strictObject({
  class: z.string(),
  model: z.string(),
  quality: z.number(),
  graded: z.number(),
  answers: z.number(),
  share: z.number(),
  usd: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  failures: z.number(),
  current: z.boolean(),
  note: z.string(),
});
type Row = z.infer<typeof standing>;
export const shownModels = z.strictObject({
  of: z.string().nullable(),
  standings: z.array(standing),
  warnings: z.array(z.string()),
});

/** Kinds of questions that one can ask for. */
export const kinds = modelClasses.filter((name) => name !== 'fallback');

export function showModels(raw: unknown): Reply {
  const { of, standings, warnings } = shownModels.parse(raw);
  const charts = of === null ? overview(standings) : closer(standings);
  const sections: DigestSection[] = [
    ...(warnings.length > 0
      ? [{ title: 'Leaving', items: warnings.map((text) => ({ text })), note: 'Name others in SOPHIA_MODEL_….' }]
      : []),
    ...charts,
    { title: of === null ? 'All of them' : 'All figures', items: [], table: tableOf(standings) },
  ];
  return {
    kind: 'digest',
    title: of === null ? 'Models' : `Models for ${of}`,
    sections,
    footer: `➤ is asked next. Quality: graded tasks and judgements of answers, weighed with what is known of the model elsewhere. ${
      of === null ? '`models of coding` looks closer. ' : ''
    }\`why\` tells of the last answer.`,
  };
}

/** Per kind: who is asked next against the best that was measured. */
function overview(standings: readonly Row[]): DigestSection[] {
  const pairs = kinds.flatMap((kind) => {
    const measured = standings.filter((one) => one.class === kind && one.graded >= 1);
    const next = measured.find(({ current }) => current);
    const best = measured.toSorted((one, other) => other.quality - one.quality)[0];
    return next && best ? [{ kind, next, best }] : [];
  });
  if (pairs.length === 0) return [];
  const chart = (value: (one: Row) => number): Chart => ({
    shape: 'bar',
    categories: pairs.map(({ kind }) => kind),
    series: [
      { name: 'asked next', values: pairs.map(({ next }) => value(next)) },
      { name: 'best measured', values: pairs.map(({ best }) => value(best)) },
    ],
  });
  return [
    { title: 'Good answers of a hundred', items: [], chart: chart(({ quality }) => Math.round(quality * 100)) },
    { title: 'Cents an answer', items: [], chart: chart(({ usd }) => Math.round(usd * 10_000) / 100) },
  ];
}

/** The models of one kind side by side. */
function closer(standings: readonly Row[]): DigestSection[] {
  const measured = standings.filter(({ graded }) => graded >= 1);
  const timed = standings.filter(({ p50Ms, p95Ms }) => p50Ms !== null && p95Ms !== null);
  const chart = (rows: readonly Row[], series: [string, (one: Row) => number][]): Chart => ({
    shape: 'bar',
    categories: rows.map(({ model }) => shortName(model)),
    series: series.map(([name, value]) => ({ name, values: rows.map(value) })),
  });
  const tenths = (milliseconds: number | null) => Math.round((milliseconds ?? 0) / 100) / 10;
  return [
    ...(measured.length > 0
      ? [
          {
            title: 'Good answers of a hundred',
            items: [],
            chart: chart(measured, [['expected', ({ quality }) => Math.round(quality * 100)]]),
          },
        ]
      : []),
    ...(timed.length > 0
      ? [
          {
            title: 'Seconds until the whole answer',
            items: [],
            chart: chart(timed, [
              ['p50', ({ p50Ms }) => tenths(p50Ms)],
              ['p95', ({ p95Ms }) => tenths(p95Ms)],
            ]),
          },
        ]
      : []),
  ];
}

function tableOf(standings: readonly Row[]) {
  return {
    columns: ['kind', 'model', 'quality', 'cost', 'p50 / p95', 'failures', 'share'],
    rows: standings.map((one) => [
      one.class,
      `${one.current ? '➤ ' : ''}${one.model}${one.note ? ` (${one.note})` : ''}`,
      one.graded < 1 ? '–' : `${percent(one.quality)} of ${Math.round(one.graded)}`,
      one.answers + one.graded < 1 ? '–' : `$${one.usd.toFixed(4)}`,
      one.p50Ms === null || one.p95Ms === null ? '–' : `${seconds(one.p50Ms)} / ${seconds(one.p95Ms)}`,
      one.answers < 1 ? '–' : percent(one.failures),
      bar(one.share),
    ]),
  };
}

/** `~anthropic/claude-opus-latest` is claude-opus where there is little room. */
function shortName(model: string): string {
  return (model.split('/').at(-1) ?? model).replace(/-latest$/, '');
}

export const percent = (share: number) => `${Math.round(share * 100)} %`;
export const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
/** Five blocks: a chart that every client shows. */
const bar = (share: number) => `${'█'.repeat(Math.round(share * 5)).padEnd(5, '░')} ${percent(share)}`;
