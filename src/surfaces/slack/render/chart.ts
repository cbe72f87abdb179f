/** Charts as Slack's own block where its limits allow, beside or instead of the same figures as a table. */
import { type Chart, chartTable } from '../../../core/chart.ts';
import type { Reply } from '../../../core/reply.ts';
import { type Block, type ChartBlock, type Drawn, line, plainNote, text } from '../blocks.ts';
import type { Piece } from './document.ts';
import { nobody } from './inline.ts';
import { limits } from './limits.ts';
import { cut, visible } from './literal.ts';
import { watchLoss } from './loss.ts';
import { paged } from './pages.ts';
import { tablePieces } from './table.ts';
import { wholeOf } from './whole.ts';

export function renderChart(reply: Extract<Reply, { kind: 'chart' }>, mostMessages: number): Drawn {
  const title = reply.title.trim() || 'Chart';
  const drawn = chartPieces(title, reply.chart);
  // The block bears its own title.
  const titled = drawn.length === 1 && drawn[0]?.kind === 'block';
  const pieces: Piece[] = titled ? drawn : [{ kind: 'rich', element: line(text(title, { bold: true })) }, ...drawn];
  const foot = () => (reply.footer ? [plainNote(reply.footer, 700)] : []);
  return paged(
    () => pieces,
    mostMessages,
    foot,
    () => wholeOf(reply),
  );
}

/** What the chart cannot show to the letter stands in a table below it. */
export function chartPieces(title: string, chart: Chart): Piece[] {
  const { drawn: block, lost } = watchLoss(() => chartBlock(title, chart));
  const table = tablePieces(chartTable(chart), nobody);
  if (block === null) return table;
  // Slack's types do not know this block yet.
  return [{ kind: 'block', block: block as unknown as Block }, ...(lost ? table : [])];
}

/** Null when it is beyond what Slack draws. Documented: docs.slack.dev/reference/block-kit/blocks/data-visualization-block. */
function chartBlock(title: string, chart: Chart): ChartBlock | null {
  const label = (words: string) => cut(visible(words).trim(), limits.chartLabel);
  const distinct = (words: string[]) => words.every(Boolean) && new Set(words).size === words.length;
  const head = {
    type: 'data_visualization' as const,
    title: cut(visible(title).replaceAll('\n', ' '), limits.chartTitle),
  };
  if (chart.shape === 'pie') {
    const segments = chart.segments.map((one) => ({ label: label(one.label), value: one.value }));
    const fits = segments.length >= 1 && segments.length <= limits.chartSeries;
    const shares = segments.every(({ value }) => Number.isFinite(value) && value > 0);
    return fits && shares && distinct(segments.map((one) => one.label))
      ? { ...head, chart: { type: 'pie', segments } }
      : null;
  }
  const categories = chart.categories.map(label);
  const names = chart.series.map((one) => label(one.name));
  const fits =
    categories.length >= 1 &&
    categories.length <= limits.chartPoints &&
    names.length >= 1 &&
    names.length <= limits.chartSeries &&
    distinct(categories) &&
    distinct(names) &&
    chart.series.every((one) => one.values.length === categories.length && one.values.every(Number.isFinite));
  if (!fits) return null;
  const axis = (words: string | undefined) =>
    words?.trim() ? cut(visible(words).trim(), limits.chartTitle) : undefined;
  const [x, y] = [axis(chart.xLabel), axis(chart.yLabel)];
  return {
    ...head,
    chart: {
      type: chart.shape,
      series: chart.series.map((one, index) => ({
        name: names[index] ?? '',
        data: categories.map((category, at) => ({ label: category, value: one.values[at] ?? 0 })),
      })),
      axis_config: { categories, ...(x ? { x_label: x } : {}), ...(y ? { y_label: y } : {}) },
    },
  };
}
