/** The table of Block Kit's blocks and the surfaces each may stand on. */
import * as part from './compositions.ts';
import { allowed, elements, rawNumber, rawText, urlSource } from './elements.ts';
import { richTextBlock } from './rich-text.ts';
import {
  atLeastOne,
  type Bag,
  boolean,
  byType,
  exactlyOne,
  identifier,
  integer,
  isBag,
  list,
  number,
  oneOf,
  type Report,
  type Rule,
  shape,
  string,
  url,
} from './rule.ts';

export type BlockSurface = 'message' | 'modal' | 'home';
const everywhere: BlockSurface[] = ['message', 'modal', 'home'];

const table = () => elements;
const image = byType(table, ['image']);
const block = (type: string) => ({ type: oneOf(type) });
const common = { block_id: identifier };
const cell = byType(() => ({ raw_text: rawText, raw_number: rawNumber, rich_text: richTextBlock }));

const card = shape(
  block('card'),
  {
    ...common,
    hero_image: image,
    icon: image,
    title: part.mrkdwn(150),
    subtitle: part.mrkdwn(150),
    body: part.mrkdwn(200),
    actions: list(byType(table, ['button']), { min: 1 }),
  },
  atLeastOne('hero_image', 'title', 'actions', 'body'),
);
const taskCard = shape(
  {
    ...block('task_card'),
    task_id: string(),
    title: string(),
    status: oneOf('pending', 'in_progress', 'complete', 'error'),
  },
  { ...common, details: richTextBlock, output: richTextBlock, sources: list(urlSource) },
);
const label = string({ max: 20 });
const points = list(shape({ label, value: number }), { min: 1, max: 20 });
const plotted = (type: string): Rule =>
  shape(
    {
      ...block(type),
      series: list(shape({ name: label, data: points }), { min: 1, max: 6 }),
      axis_config: shape(
        { categories: list(label, { min: 1, max: 20 }) },
        { x_label: string({ max: 50 }), y_label: string({ max: 50 }) },
      ),
    },
    {},
    seriesMatchCategories,
  );
const chart = byType(() => ({
  pie: shape({
    ...block('pie'),
    segments: list(
      shape({ label, value: number }, {}, (value, pointer, report) => {
        if (!(Number(value.value) > 0)) report('must be greater than 0', `${pointer}/value`);
      }),
      { min: 1, max: 6 },
    ),
  }),
  bar: plotted('bar'),
  line: plotted('line'),
  area: plotted('area'),
}));

/** One point for each category, in every series, and no two series of one name. */
function seriesMatchCategories(value: Bag, pointer: string, report: Report): void {
  const categories = isBag(value.axis_config) ? value.axis_config.categories : [];
  const series = Array.isArray(value.series) ? value.series.filter(isBag) : [];
  const wanted = JSON.stringify(Array.isArray(categories) ? [...categories].sort() : []);
  for (const [index, { data }] of series.entries()) {
    const labels = Array.isArray(data) ? data.filter(isBag).map((point) => point.label) : [];
    if (JSON.stringify(labels.sort()) !== wanted)
      report('data must match the categories', `${pointer}/series/${index}/data`);
  }
  if (new Set(series.map(({ name }) => name)).size !== series.length)
    report('series names must be unique', `${pointer}/series`);
}

const inContainer = [
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
];

export const blocks: Record<string, { on: BlockSurface[]; rule: Rule }> = {
  actions: {
    on: everywhere,
    rule: shape({ ...block('actions'), elements: list(byType(table, allowed.actions), { min: 1, max: 25 }) }, common),
  },
  alert: {
    on: ['modal'],
    rule: shape(
      { ...block('alert'), text: part.text(3000) },
      { ...common, level: oneOf('default', 'info', 'warning', 'error', 'success') },
    ),
  },
  card: { on: ['message', 'home'], rule: card },
  carousel: {
    on: ['message', 'home'],
    rule: shape(
      {
        ...block('carousel'),
        elements: list(
          byType(() => ({ card })),
          { min: 1, max: 10 },
        ),
      },
      common,
    ),
  },
  container: {
    on: ['message'],
    rule: shape(
      {
        ...block('container'),
        child_blocks: list(
          byType(() => rules, inContainer),
          { min: 1, max: 10 },
        ),
      },
      {
        ...common,
        title: part.plain(150),
        rich_text_title: richTextBlock,
        subtitle: part.text(150),
        width: oneOf('narrow', 'standard', 'wide', 'full'),
        icon: image,
        is_collapsible: boolean,
        default_collapsed: boolean,
        has_header_divider: boolean,
      },
      (value, pointer, report) => {
        atLeastOne('title', 'rich_text_title')(value, pointer, report);
        if (value.default_collapsed === true && value.is_collapsible !== true)
          report('`default_collapsed` requires `is_collapsible`', pointer);
      },
    ),
  },
  context: {
    on: everywhere,
    rule: shape(
      {
        ...block('context'),
        elements: list(
          byType(() => ({ image: elements.image as Rule, plain_text: part.plain(3000), mrkdwn: part.mrkdwn(3000) })),
          { min: 1, max: 10 },
        ),
      },
      common,
    ),
  },
  context_actions: {
    on: ['message'],
    rule: shape(
      { ...block('context_actions'), elements: list(byType(table, allowed.contextActions), { min: 1, max: 5 }) },
      common,
    ),
  },
  data_table: {
    on: ['message', 'home'],
    rule: shape(
      {
        ...block('data_table'),
        caption: string(),
        rows: list(list(cell, { min: 1, max: 20 }), { min: 2, max: 101 }),
      },
      { ...common, page_size: integer(1, 100), row_header_column_index: integer(0, 19) },
    ),
  },
  data_visualization: {
    on: ['message'],
    rule: shape({ ...block('data_visualization'), title: string({ max: 50 }), chart }, common),
  },
  divider: { on: everywhere, rule: shape(block('divider'), common) },
  // Slack sends `file` blocks; an app may not.
  file: { on: [], rule: shape({ ...block('file'), source: string(), external_id: string() }, common) },
  header: { on: everywhere, rule: shape({ ...block('header'), text: part.plain(150) }, common) },
  image: {
    on: everywhere,
    rule: shape(
      { ...block('image'), alt_text: string({ max: 2000 }) },
      { ...common, title: part.plain(2000), image_url: url(3000), slack_file: part.slackFile },
      exactlyOne('image_url', 'slack_file'),
    ),
  },
  input: {
    on: everywhere,
    rule: shape(
      { ...block('input'), label: part.plain(2000), element: byType(table, allowed.input) },
      { ...common, hint: part.plain(2000), optional: boolean, dispatch_action: boolean },
    ),
  },
  markdown: { on: ['message'], rule: shape({ ...block('markdown'), text: string({ max: 12_000 }) }, common) },
  plan: {
    on: ['message'],
    rule: shape(
      { ...block('plan'), title: string() },
      {
        ...common,
        tasks: list(
          byType(() => ({ task_card: taskCard })),
          { max: 50 },
        ),
      },
    ),
  },
  rich_text: { on: everywhere, rule: richTextBlock },
  section: {
    on: everywhere,
    rule: shape(
      block('section'),
      {
        ...common,
        text: part.text(3000),
        fields: list(part.text(2000), { min: 1, max: 10 }),
        accessory: byType(table, allowed.section),
        expand: boolean,
      },
      atLeastOne('text', 'fields'),
    ),
  },
  table: {
    on: ['message', 'home'],
    rule: shape(
      { ...block('table'), rows: list(list(cell, { min: 1, max: 20 }), { min: 1, max: 100 }) },
      {
        ...common,
        column_settings: list(shape({}, { align: oneOf('left', 'center', 'right'), is_wrapped: boolean }), { max: 20 }),
      },
    ),
  },
  task_card: { on: ['message'], rule: taskCard },
  video: {
    on: everywhere,
    rule: shape(
      {
        ...block('video'),
        video_url: string({ pattern: /^https:\/\/\S+$/, hint: 'must be an HTTPS URL' }),
        thumbnail_url: url(),
        alt_text: string({ max: 2000 }),
        title: part.plain(199),
      },
      {
        ...common,
        title_url: url(),
        author_name: string({ max: 49 }),
        provider_name: string(),
        provider_icon_url: url(),
        description: part.plain(200),
      },
    ),
  },
};

const rules: Record<string, Rule> = Object.fromEntries(Object.entries(blocks).map(([type, { rule }]) => [type, rule]));

/** Any block that may stand on this surface. */
export function blockOn(surface: BlockSurface): Rule {
  const here = Object.keys(blocks).filter((type) => blocks[type]?.on.includes(surface));
  return byType(() => rules, here);
}
