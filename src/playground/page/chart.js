/** Slack's data_visualization block: bars, lines, areas and pies as SVG, and the same figures as a table for those who read. */
import { append, h } from './dom.js';

const [wide, high] = [480, 200];
const edge = { left: 8, right: 8, top: 8, bottom: 22 };

/** @param {{ title: string, chart: object }} block */
export function chart({ title, chart: figures }) {
  const series =
    figures.type === 'pie' ? figures.segments.map(({ label }) => label) : figures.series.map(({ name }) => name);
  return h(
    'figure',
    { class: 'block chart' },
    h('figcaption', { class: 'plan-title' }, title),
    figures.type === 'pie' ? pie(figures.segments) : plot(figures),
    h(
      'ul',
      { class: 'legend', 'aria-hidden': 'true' },
      series.map((name, index) => h('li', null, h('span', { class: `swatch series${index}` }), name)),
    ),
    h('details', null, h('summary', null, 'Figures'), table(figures)),
  );
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return append(node, children);
}

function frame(...children) {
  return svg(
    'svg',
    { viewBox: `0 0 ${wide} ${high}`, role: 'img', 'aria-label': 'Chart; its figures are below' },
    children,
  );
}

function plot({ type, series, axis_config: axis }) {
  const { categories } = axis;
  const all = series.flatMap(({ data }) => data.map(({ value }) => value));
  const [low, top] = [Math.min(0, ...all), Math.max(0, ...all)];
  const span = top - low || 1;
  const room = { wide: wide - edge.left - edge.right, high: high - edge.top - edge.bottom };
  const slot = room.wide / categories.length;
  const x = (index) => edge.left + slot * index;
  const y = (value) => edge.top + room.high * (1 - (value - low) / span);
  const figureOf = ({ data }, category) => data.find(({ label }) => label === category)?.value ?? 0;

  const drawn = series.flatMap((one, number) => {
    if (type === 'bar') {
      const width = (slot * 0.8) / series.length;
      return categories.map((category, index) => {
        const value = figureOf(one, category);
        const [from, to] = [y(Math.max(0, value)), y(Math.min(0, value))];
        const left = x(index) + slot * 0.1 + width * number;
        const bar = { class: `fill series${number}`, x: left, y: from, width, height: Math.max(1, to - from) };
        return svg('rect', bar, svg('title', {}, `${one.name}, ${category}: ${value}`));
      });
    }
    const points = categories.map((category, index) => `${x(index) + slot / 2},${y(figureOf(one, category))}`);
    const line = svg('polyline', { class: `line series${number}`, points: points.join(' ') });
    if (type === 'line') return [line];
    const [first, last] = [x(0) + slot / 2, x(categories.length - 1) + slot / 2];
    const area = { class: `fill area series${number}`, points: `${first},${y(0)} ${points.join(' ')} ${last},${y(0)}` };
    return [svg('polygon', area), line];
  });
  const names = categories.map((category, index) =>
    svg(
      'text',
      { x: x(index) + slot / 2, y: high - 6, 'text-anchor': 'middle' },
      slot < 44 ? category.slice(0, 5) : category,
    ),
  );
  return frame(svg('line', { class: 'axis', x1: edge.left, x2: wide - edge.right, y1: y(0), y2: y(0) }), drawn, names);
}

function pie(segments) {
  const whole = segments.reduce((sum, { value }) => sum + value, 0) || 1;
  const [middle, radius] = [{ x: wide / 2, y: high / 2 }, high / 2 - 8];
  const at = (share) => {
    const turn = share * 2 * Math.PI - Math.PI / 2;
    return `${middle.x + radius * Math.cos(turn)} ${middle.y + radius * Math.sin(turn)}`;
  };
  let done = 0;
  return frame(
    segments.map(({ label, value }, index) => {
      const from = done;
      done += value / whole;
      const name = svg('title', {}, `${label}: ${value}`);
      const look = `fill series${index}`;
      if (segments.length === 1) return svg('circle', { class: look, cx: middle.x, cy: middle.y, r: radius }, name);
      const large = done - from > 0.5 ? 1 : 0;
      const d = `M ${middle.x} ${middle.y} L ${at(from)} A ${radius} ${radius} 0 ${large} 1 ${at(done)} Z`;
      return svg('path', { class: look, d }, name);
    }),
  );
}

function table(figures) {
  const columns =
    figures.type === 'pie'
      ? ['', 'Value']
      : [figures.axis_config.x_label ?? '', ...figures.series.map(({ name }) => name)];
  const rows =
    figures.type === 'pie'
      ? figures.segments.map(({ label, value }) => [label, value])
      : figures.axis_config.categories.map((category) => [
          category,
          ...figures.series.map(({ data }) => data.find(({ label }) => label === category)?.value ?? ''),
        ]);
  return h(
    'table',
    null,
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        columns.map((column) => (column === '' ? h('td', null) : h('th', { scope: 'col' }, column))),
      ),
    ),
    h(
      'tbody',
      null,
      rows.map(([name, ...values]) =>
        h(
          'tr',
          null,
          h('th', { scope: 'row' }, name),
          values.map((value) => h('td', null, value)),
        ),
      ),
    ),
  );
}
