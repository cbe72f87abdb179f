/** The figures of a chart block as a table: for readers of plain text, and for a Slack that does not know the block. */
import { chartTable } from '../../../core/chart.ts';
import type { ChartBlock } from '../blocks.ts';

export function figuresOf(block: ChartBlock): { columns: string[]; rows: string[][] } {
  const { chart } = block;
  if (chart.type === 'pie') return chartTable({ shape: 'pie', segments: chart.segments });
  const series = chart.series.map(({ name, data }) => ({ name, values: data.map(({ value }) => value) }));
  const { categories, x_label: xLabel, y_label: yLabel } = chart.axis_config;
  return chartTable({
    shape: chart.type,
    categories,
    series,
    ...(xLabel ? { xLabel } : {}),
    ...(yLabel ? { yLabel } : {}),
  });
}
