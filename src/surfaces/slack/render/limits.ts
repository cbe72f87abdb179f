/** Slack's documented sizes, as data, and the check every outbound message and view passes before it is sent. */
import type { Block, Modal } from '../blocks.ts';

/** Characters unless said otherwise. `total` is ours: `msg_blocks_too_long` was met near 13,200 and is not documented. */
export const limits = {
  messageBlocks: 50,
  viewBlocks: 100,
  total: 12_000,
  viewTotal: 120_000,
  fallback: 4000,
  header: 150,
  section: 3000,
  fields: 10,
  field: 2000,
  contextElements: 10,
  contextText: 2000,
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2000,
  url: 3000,
  id: 255,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  privateMetadata: 3000,
  viewTitle: 24,
  label: 2000,
  richElement: 6000,
  tableRows: 100,
  tableColumns: 20,
  chartTitle: 50,
  chartLabel: 20,
  chartSeries: 6,
  chartPoints: 20,
  charts: 2,
} as const;

type Plain = { [key: string]: unknown };
type Rule = { at: string; least?: number; most: number };

/** Per block or element type: where a string or a list stands, and how long it may be. */
const rules: Record<string, Rule[]> = {
  header: [{ at: 'text.text', least: 1, most: limits.header }],
  section: [
    { at: 'text.text', least: 1, most: limits.section },
    { at: 'fields', least: 1, most: limits.fields },
    { at: 'fields.*.text', least: 1, most: limits.field },
  ],
  context: [
    { at: 'elements', least: 1, most: limits.contextElements },
    { at: 'elements.*.text', least: 1, most: limits.contextText },
  ],
  actions: [{ at: 'elements', least: 1, most: limits.actionElements }],
  context_actions: [{ at: 'elements', least: 1, most: 5 }],
  feedback_buttons: [
    { at: 'positive_button.text.text', least: 1, most: limits.buttonText },
    { at: 'negative_button.text.text', least: 1, most: limits.buttonText },
    { at: 'positive_button.value', least: 1, most: limits.buttonValue },
    { at: 'negative_button.value', least: 1, most: limits.buttonValue },
  ],
  button: [
    { at: 'text.text', least: 1, most: limits.buttonText },
    { at: 'value', least: 1, most: limits.buttonValue },
    { at: 'url', least: 1, most: limits.url },
    { at: 'action_id', least: 1, most: limits.id },
    { at: 'confirm.title.text', least: 1, most: limits.confirmTitle },
    { at: 'confirm.text.text', least: 1, most: limits.confirmText },
    { at: 'confirm.confirm.text', least: 1, most: limits.confirmButton },
    { at: 'confirm.deny.text', least: 1, most: limits.confirmButton },
  ],
  input: [{ at: 'label.text', least: 1, most: limits.label }],
  rich_text: [{ at: 'elements', least: 1, most: 1000 }],
  rich_text_section: [{ at: 'elements', least: 1, most: 1000 }],
  rich_text_preformatted: [{ at: 'elements', least: 1, most: 1000 }],
  rich_text_quote: [{ at: 'elements', least: 1, most: 1000 }],
  rich_text_list: [{ at: 'elements', least: 1, most: 1000 }],
  text: [{ at: 'text', least: 1, most: limits.richElement }],
  link: [
    { at: 'url', least: 1, most: limits.url },
    { at: 'text', least: 1, most: limits.richElement },
  ],
  user: [{ at: 'user_id', least: 2, most: limits.id }],
  table: [
    { at: 'rows', least: 1, most: limits.tableRows },
    { at: 'rows.*', least: 1, most: limits.tableColumns },
    { at: 'rows.*.*.text', least: 1, most: limits.richElement },
    { at: 'column_settings', most: limits.tableColumns },
  ],
  data_visualization: [
    { at: 'title', least: 1, most: limits.chartTitle },
    { at: 'chart.segments', least: 1, most: limits.chartSeries },
    { at: 'chart.segments.*.label', least: 1, most: limits.chartLabel },
    { at: 'chart.series', least: 1, most: limits.chartSeries },
    { at: 'chart.series.*.name', least: 1, most: limits.chartLabel },
    { at: 'chart.series.*.data', least: 1, most: limits.chartPoints },
    { at: 'chart.axis_config.categories', least: 1, most: limits.chartPoints },
    { at: 'chart.axis_config.categories.*', least: 1, most: limits.chartLabel },
    { at: 'chart.axis_config.x_label', least: 1, most: limits.chartTitle },
    { at: 'chart.axis_config.y_label', least: 1, most: limits.chartTitle },
  ],
  divider: [],
};

/** What Slack would refuse in this message; empty when it fits. */
export function problemsOfMessage(message: { text: string; blocks: Block[] }): string[] {
  const found = problemsOfBlocks(message.blocks, limits.messageBlocks, limits.total);
  const count = (type: string) => message.blocks.filter((block) => block.type === type).length;
  if (count('table') > 1) found.push('more than one table');
  if (count('data_visualization') > limits.charts) found.push(`more than ${limits.charts} charts`);
  if (message.text.trim() === '') found.push('text is empty');
  if (message.text.length > limits.fallback) found.push(`text: ${message.text.length} > ${limits.fallback}`);
  return found;
}

export function problemsOfModal(view: Modal): string[] {
  const found = problemsOfBlocks(view.blocks as Block[], limits.viewBlocks, limits.viewTotal);
  for (const [name, said] of Object.entries({ title: view.title, submit: view.submit, close: view.close }))
    if (said && (said.text.length < 1 || said.text.length > limits.viewTitle)) found.push(`${name} is too long`);
  if ((view.private_metadata ?? '').length > limits.privateMetadata) found.push('private_metadata is too long');
  return found;
}

export function problemsOfBlocks(blocks: Block[], most: number, total: number): string[] {
  const found: string[] = [];
  if (blocks.length === 0 || blocks.length > most) found.push(`${blocks.length} blocks, 1 to ${most} allowed`);
  // Many small blocks cost more than their characters: by the same measurement, 125 for one more divider.
  const size = JSON.stringify(blocks).length + 60 * blocks.length;
  if (size > total) found.push(`blocks: ${size} characters > ${total}`);
  blocks.forEach((block, index) => {
    walk(block as unknown as Plain, `blocks.${index}`, found);
  });
  return found;
}

function walk(element: Plain, path: string, found: string[]): void {
  const type = String(element.type);
  const table = rules[type];
  if (table)
    for (const rule of table) for (const value of at(element, rule.at.split('.'))) measure(value, rule, path, found);
  else if (path.split('.').length === 2) found.push(`${path}: unknown block ${type}`);
  for (const key of ['elements', 'accessory'])
    for (const child of [element[key]].flat())
      if (child && typeof child === 'object') walk(child as Plain, `${path}.${key}.${type}`, found);
}

function measure(value: unknown, rule: Rule, path: string, found: string[]): void {
  const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
  if (length < (rule.least ?? 0) || length > rule.most) found.push(`${path}.${rule.at}: ${length} of ${rule.most}`);
}

function at(value: unknown, path: string[]): unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  if (key === '*') return Array.isArray(value) ? value.flatMap((item) => at(item, rest)) : [];
  const child = value && typeof value === 'object' ? (value as Plain)[key] : undefined;
  return child === undefined ? [] : at(child, rest);
}
