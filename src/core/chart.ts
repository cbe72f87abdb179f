/** Figures to be seen at a glance. Every series has a value for each category, in their order. */

export type Series = { name: string; values: number[] };

export type Chart =
  | { shape: 'bar' | 'line' | 'area'; categories: string[]; series: Series[]; xLabel?: string; yLabel?: string }
  /** Shares of a whole: above zero. */
  | { shape: 'pie'; segments: { label: string; value: number }[] };

/** The same figures as a table, exact. */
export function chartTable(chart: Chart): { columns: string[]; rows: string[][] } {
  if (chart.shape === 'pie')
    return { columns: ['', 'Value'], rows: chart.segments.map(({ label, value }) => [label, figure(value)]) };
  return {
    columns: [[chart.xLabel, chart.yLabel].filter(Boolean).join(' · '), ...chart.series.map((one) => one.name)],
    rows: chart.categories.map((category, index) => [
      category,
      ...chart.series.map((one) => figure(one.values[index])),
    ]),
  };
}

function figure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : String(value);
}
