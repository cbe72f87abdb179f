/** The Block Kit rules: every limit at and above itself, what must not be there, and that sound blocks always pass. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBlocks, validateMessageBlocks, validateView } from '../../../src/emulators/slack/index.ts';

type Bag = Record<string, unknown>;
type Surface = 'message' | 'modal' | 'home';

const x = (length: number) => 'x'.repeat(length);
const many = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index));
const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const option = (value: string, text = value) => ({ text: plain(text), value });
const button = (extra: Bag = {}) => ({ type: 'button', text: plain('Go'), ...extra });
const actions = (...elements: Bag[]) => ({ type: 'actions', elements });
const input = (element: Bag, extra: Bag = {}) => ({ type: 'input', label: plain('Label'), element, ...extra });
const select = (extra: Bag = {}) => ({ type: 'static_select', options: [option('a')], ...extra });
const word = (text: string) => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] });
const rich = (text: string) => ({ type: 'rich_text', elements: [word(text)] });
const cell = { type: 'raw_text', text: 'x' };
const card = (extra: Bag = {}) => ({ type: 'card', title: mrkdwn('Card'), ...extra });
const confirm = (extra: Bag = {}) => ({ text: plain('Sure?'), ...extra });

const errorsOf = (blocks: unknown, surface: Surface = 'message') =>
  checkBlocks(blocks, surface, '/blocks').map(({ message, pointer }) => `${message} ${pointer}`);

/** Each limit: fine at the number, refused one above. */
const limits: [name: string, limit: number, make: (size: number) => Bag[], surface?: Surface][] = [
  ['blocks in a message', 50, (n) => many(n, () => ({ type: 'divider' }))],
  ['blocks in a modal', 100, (n) => many(n, () => ({ type: 'divider' })), 'modal'],
  ['blocks in a home tab', 100, (n) => many(n, () => ({ type: 'divider' })), 'home'],
  ['block_id', 255, (n) => [{ type: 'divider', block_id: x(n) }]],
  ['section text', 3000, (n) => [{ type: 'section', text: mrkdwn(x(n)) }]],
  ['section fields', 10, (n) => [{ type: 'section', fields: many(n, () => mrkdwn('x')) }]],
  ['section field text', 2000, (n) => [{ type: 'section', fields: [plain(x(n))] }]],
  ['header text', 150, (n) => [{ type: 'header', text: plain(x(n)) }]],
  ['context elements', 10, (n) => [{ type: 'context', elements: many(n, () => mrkdwn('x')) }]],
  ['markdown text', 12_000, (n) => [{ type: 'markdown', text: x(n) }]],
  [
    'markdown text in all',
    12_000,
    (n) => [
      { type: 'markdown', text: x(6000) },
      { type: 'markdown', text: x(n - 6000) },
    ],
  ],
  ['image alt_text', 2000, (n) => [{ type: 'image', image_url: 'https://a.example/i.png', alt_text: x(n) }]],
  [
    'image title',
    2000,
    (n) => [{ type: 'image', image_url: 'https://a.example/i.png', alt_text: 'x', title: plain(x(n)) }],
  ],
  ['actions elements', 25, (n) => [actions(...many(n, () => button()))]],
  ['action_id', 255, (n) => [actions(button({ action_id: x(n) }))]],
  ['button text', 75, (n) => [actions(button({ text: plain(x(n)) }))]],
  ['button value', 2000, (n) => [actions(button({ value: x(n) }))]],
  ['button url', 3000, (n) => [actions(button({ url: `https://a.example/${x(n - 18)}` }))]],
  ['button accessibility_label', 75, (n) => [actions(button({ accessibility_label: x(n) }))]],
  ['confirm title', 100, (n) => [actions(button({ confirm: confirm({ title: plain(x(n)) }) }))]],
  ['confirm text', 300, (n) => [actions(button({ confirm: confirm({ text: mrkdwn(x(n)) }) }))]],
  ['confirm yes', 30, (n) => [actions(button({ confirm: confirm({ confirm: plain(x(n)) }) }))]],
  ['confirm no', 30, (n) => [actions(button({ confirm: confirm({ deny: plain(x(n)) }) }))]],
  ['select options', 100, (n) => [actions(select({ options: many(n, (index) => option(String(index))) }))]],
  ['option text', 75, (n) => [actions(select({ options: [option('a', x(n))] }))]],
  ['option value', 150, (n) => [actions(select({ options: [option(x(n), 'a')] }))]],
  [
    'option groups',
    100,
    (n) => [
      actions({ type: 'static_select', option_groups: many(n, () => ({ label: plain('g'), options: [option('a')] })) }),
    ],
  ],
  ['placeholder', 150, (n) => [actions(select({ placeholder: plain(x(n)) }))]],
  ['overflow options', 5, (n) => [actions({ type: 'overflow', options: many(n, (index) => option(String(index))) })]],
  ['checkboxes', 10, (n) => [actions({ type: 'checkboxes', options: many(n, (index) => option(String(index))) })]],
  [
    'radio buttons',
    10,
    (n) => [actions({ type: 'radio_buttons', options: many(n, (index) => option(String(index))) })],
  ],
  [
    'context_actions elements',
    5,
    (n) => [
      {
        type: 'context_actions',
        elements: many(n, () => ({ type: 'icon_button', icon: 'trash', text: plain('Remove') })),
      },
    ],
  ],
  ['input label', 2000, (n) => [input({ type: 'plain_text_input' }, { label: plain(x(n)) })], 'modal'],
  ['input hint', 2000, (n) => [input({ type: 'plain_text_input' }, { hint: plain(x(n)) })], 'modal'],
  ['input min_length', 3000, (n) => [input({ type: 'plain_text_input', min_length: n })], 'modal'],
  ['input max_length', 3000, (n) => [input({ type: 'plain_text_input', max_length: n })], 'modal'],
  ['file_input files', 10, (n) => [input({ type: 'file_input', max_files: n })], 'modal'],
  ['rich_text_input lines', 100, (n) => [input({ type: 'rich_text_input', max_lines: n })], 'modal'],
  ['card title', 150, (n) => [card({ title: mrkdwn(x(n)) })]],
  ['card subtitle', 150, (n) => [card({ subtitle: mrkdwn(x(n)) })]],
  ['card body', 200, (n) => [card({ body: mrkdwn(x(n)) })]],
  ['carousel cards', 10, (n) => [{ type: 'carousel', elements: many(n, () => card()) }]],
  ['container title', 150, (n) => [{ type: 'container', title: plain(x(n)), child_blocks: [{ type: 'divider' }] }]],
  [
    'container children',
    10,
    (n) => [{ type: 'container', title: plain('x'), child_blocks: many(n, () => ({ type: 'divider' })) }],
  ],
  ['table rows', 100, (n) => [{ type: 'table', rows: many(n, () => [cell]) }]],
  ['table cells', 20, (n) => [{ type: 'table', rows: [many(n, () => cell)] }]],
  ['tables in a message', 1, (n) => many(n, () => ({ type: 'table', rows: [[cell]] }))],
  ['data_table rows', 101, (n) => [{ type: 'data_table', caption: 'x', rows: many(n, () => [cell]) }]],
  ['data_table page', 100, (n) => [{ type: 'data_table', caption: 'x', page_size: n, rows: [[cell], [cell]] }]],
  [
    'video title',
    199,
    (n) => [
      {
        type: 'video',
        video_url: 'https://v.example/1',
        thumbnail_url: 'https://v.example/1.png',
        alt_text: 'x',
        title: plain(x(n)),
      },
    ],
  ],
];

test.each(limits)('%s: %i is fine, one more is refused', (_name, limit, make, surface = 'message') => {
  expect(errorsOf(make(limit), surface)).toEqual([]);
  expect(errorsOf(make(limit + 1), surface)).not.toEqual([]);
});

test.each<[name: string, block: unknown, problem: string, surface?: Surface]>([
  ['an unknown block', { type: 'banner' }, 'unsupported type: banner /blocks/0/type'],
  ['a block without a type', {}, 'missing required field: type /blocks/0'],
  ['no object', 'divider', 'must provide an object /blocks/0'],
  ['a type from the prototype', { type: 'constructor' }, 'unsupported type: constructor /blocks/0/type'],
  [
    'a member that is not known',
    actions(button({ disabled: true })),
    'invalid additional property: disabled /blocks/0/elements/0',
  ],
  ['an empty text', { type: 'section', text: mrkdwn('') }, 'must be more than 0 characters /blocks/0/text/text'],
  ['a section without words', { type: 'section' }, 'must define either `text` or `fields` /blocks/0'],
  [
    'mrkdwn in a button',
    actions(button({ text: mrkdwn('*Go*') })),
    'must be one of: plain_text /blocks/0/elements/0/text/type',
  ],
  ['an empty value', actions(button({ value: '' })), 'must be more than 0 characters /blocks/0/elements/0/value'],
  ['a null', { type: 'section', text: null }, 'must provide an object /blocks/0/text'],
  [
    'a colour that is none',
    actions(button({ style: 'green' })),
    'must be one of: primary, danger /blocks/0/elements/0/style',
  ],
  ['no elements', actions(), 'no fewer than 1 items required /blocks/0/elements'],
  [
    'an input among buttons',
    actions({ type: 'plain_text_input' }),
    'unsupported type: plain_text_input /blocks/0/elements/0/type',
  ],
  [
    'options and groups',
    actions(select({ option_groups: [{ label: plain('g'), options: [option('a')] }] })),
    'must define only one of: options, option_groups /blocks/0/elements/0',
  ],
  [
    'a choice that is not offered',
    actions(select({ initial_option: option('b') })),
    'initial option must exactly match one of the options /blocks/0/elements/0',
  ],
  [
    'two buttons of one action',
    actions(button({ action_id: 'a' }), button({ action_id: 'a' })),
    '`action_id` "a" already exists in this block /blocks/0',
  ],
  [
    'an impossible date',
    actions({ type: 'datepicker', initial_date: '2026-13-01' }),
    'must be YYYY-MM-DD /blocks/0/elements/0/initial_date',
  ],
  [
    'an image of two sources',
    { type: 'image', alt_text: 'x', image_url: 'https://a.example', slack_file: { id: 'F1' } },
    'must define only one of: image_url, slack_file /blocks/0',
  ],
  [
    'a script for a link',
    actions(button({ url: 'javascript:alert(1)' })),
    'must be a valid URL /blocks/0/elements/0/url',
  ],
  ['an alert in a message', { type: 'alert', text: plain('x') }, 'unsupported type: alert /blocks/0/type'],
  ['markdown in a modal', { type: 'markdown', text: 'x' }, 'unsupported type: markdown /blocks/0/type', 'modal'],
  ['a file block', { type: 'file', source: 'remote', external_id: 'x' }, 'unsupported type: file /blocks/0/type'],
  [
    'an empty card',
    { type: 'card', subtitle: mrkdwn('x') },
    'must define either `hero_image` or `title` or `actions` or `body` /blocks/0',
  ],
  [
    'a task of no status',
    { type: 'task_card', task_id: '1', title: 'x', status: 'done' },
    'must be one of: pending, in_progress, complete, error /blocks/0/status',
  ],
])('%s is refused', (_name, block, problem, surface = 'message') => {
  expect(errorsOf([block], surface)).toEqual([problem]);
});

test('a block id stands once in a message, also inside containers', () => {
  const twice = { type: 'divider', block_id: 'same' };
  expect(errorsOf([twice, twice])).toEqual(['`block_id` "same" already exists /blocks/1']);
  const container = { type: 'container', title: plain('x'), child_blocks: [twice] };
  expect(errorsOf([twice, container])).toEqual(['`block_id` "same" already exists /blocks/1']);
  expect(errorsOf([actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))])).toEqual([]);
});

test('the total size is limited as measured: 13,297 characters in one block, 125 fewer for one more', () => {
  const fields = (total: number) => ({
    type: 'section',
    fields: [...many(6, () => plain(x(2000))), plain(x(total - 12_000))],
  });
  const error = (blocks: unknown) => {
    const verdict = validateMessageBlocks(blocks);
    return verdict.ok ? null : verdict.error;
  };
  expect(error([fields(13_297)])).toBeNull();
  expect(error([fields(13_298)])).toBe('msg_blocks_too_long');
  expect(error([fields(13_172), { type: 'divider' }])).toBeNull();
  expect(error([fields(13_173), { type: 'divider' }])).toBe('msg_blocks_too_long');
  expect(error({ type: 'divider' })).toBe('invalid_blocks_format');
});

describe('views', () => {
  const modal = (extra: Bag = {}) => ({ type: 'modal', title: plain('Title'), blocks: [], ...extra });
  const problems = (view: unknown, surface: 'modal' | 'home' = 'modal') =>
    validateView(view, surface).map(({ message, pointer }) => `${message} ${pointer}`);

  test.each([
    ['title', 24, (n: number) => modal({ title: plain(x(n)) })],
    ['submit', 24, (n: number) => modal({ submit: plain(x(n)) })],
    ['close', 24, (n: number) => modal({ close: plain(x(n)) })],
    ['callback_id', 255, (n: number) => modal({ callback_id: x(n) })],
    ['external_id', 255, (n: number) => modal({ external_id: x(n) })],
    ['private_metadata', 3000, (n: number) => modal({ private_metadata: x(n) })],
  ])('%s: %i is fine, one more is refused', (_name, limit, make) => {
    expect(problems(make(limit))).toEqual([]);
    expect(problems(make(limit + 1))).toEqual([expect.stringContaining('must be less than')]);
  });

  test('an input needs a submit button; only one field may take the focus; a home tab has no title', () => {
    const asks = input({ type: 'plain_text_input', focus_on_load: true });
    expect(problems(modal({ blocks: [asks] }))).toEqual(['missing required field: submit /view']);
    expect(problems(modal({ blocks: [asks, asks], submit: plain('Go') }))).toEqual([
      'only one element may have `focus_on_load` /view/blocks/1',
    ]);
    expect(problems({ type: 'home', title: plain('x'), blocks: [] }, 'home')).toEqual([
      'invalid additional property: title /view',
    ]);
    expect(problems(null)).toEqual(['must provide an object /view']);
  });
});

const words = (max: number) => fc.string({ minLength: 1, maxLength: Math.min(max, 200) });
const anyPlain = (max: number) => fc.record({ type: fc.constant('plain_text'), text: words(max) });
const anyText = (max: number) => fc.oneof(anyPlain(max), fc.record({ type: fc.constant('mrkdwn'), text: words(max) }));
const anyButton = fc.record(
  {
    type: fc.constant('button'),
    text: anyPlain(75),
    value: words(2000),
    style: fc.constantFrom('primary', 'danger'),
    confirm: fc.record(
      { text: anyText(300), title: anyPlain(100), confirm: anyPlain(30), deny: anyPlain(30) },
      { requiredKeys: ['text'] },
    ),
  },
  { requiredKeys: ['type', 'text'] },
);
const anyBlock: fc.Arbitrary<Bag> = fc.oneof(
  fc.constant({ type: 'divider' }),
  fc.record({ type: fc.constant('header'), text: anyPlain(150) }),
  fc.record(
    { type: fc.constant('section'), text: anyText(3000), accessory: anyButton },
    { requiredKeys: ['type', 'text'] },
  ),
  fc.record({ type: fc.constant('section'), fields: fc.array(anyText(2000), { minLength: 1, maxLength: 10 }) }),
  fc.record({ type: fc.constant('context'), elements: fc.array(anyText(3000), { minLength: 1, maxLength: 10 }) }),
  fc.record({ type: fc.constant('actions'), elements: fc.array(anyButton, { minLength: 1, maxLength: 25 }) }),
  words(3000).map(rich),
);

test('sound blocks always pass, and one wrong member anywhere is always found', () => {
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 50 }), (blocks) => {
      expect(errorsOf(blocks)).toEqual([]);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.array(anyBlock, { minLength: 1, maxLength: 20 }), fc.nat(), (blocks, pick) => {
      const index = pick % blocks.length;
      const spoiled = blocks.map((block, at) => (at === index ? { ...block, surprise: 1 } : block));
      expect(errorsOf(spoiled)).toEqual([`invalid additional property: surprise /blocks/${index}`]);
    }),
    { numRuns: 200 },
  );
});

test('no input, however strange, makes the validator throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(Array.isArray(checkBlocks(value, 'message', '/blocks'))).toBe(true);
      expect(
        Array.isArray(checkBlocks([value, { type: value, text: value, elements: value }], 'message', '/blocks')),
      ).toBe(true);
      expect(validateView({ type: 'modal', title: value, blocks: value }, 'modal').length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

describe('charts', () => {
  const point = (label: string) => ({ label, value: 1 });
  const bar = (change: object = {}) => ({
    type: 'data_visualization',
    title: 'Deploys',
    chart: {
      type: 'bar',
      series: [{ name: 'web', data: [point('Mon'), point('Tue')] }],
      axis_config: { categories: ['Mon', 'Tue'] },
      ...change,
    },
  });
  const pie = (value: number) => ({
    type: 'data_visualization',
    title: 'Shares',
    chart: { type: 'pie', segments: [{ label: 'web', value }] },
  });

  test('as documented pass', () => {
    expect(errorsOf([bar(), pie(2)])).toEqual([]);
  });

  test.each([
    [
      'a point no category names',
      bar({ series: [{ name: 'web', data: [point('Mon'), point('Wed')] }] }),
      'data must match the categories',
    ],
    ['a point too few', bar({ series: [{ name: 'web', data: [point('Mon')] }] }), 'data must match the categories'],
    [
      'two series of one name',
      bar({ series: [1, 2].map(() => ({ name: 'web', data: [point('Mon'), point('Tue')] })) }),
      'series names must be unique',
    ],
    ['a share of nothing', pie(0), 'must be greater than 0'],
    [
      'a long label',
      bar({ axis_config: { categories: ['Mon', 'Tue'], x_label: 'x'.repeat(51) } }),
      'must be less than 51 characters',
    ],
  ])('with %s are refused', (_, block, said) => {
    expect(errorsOf([block]).join()).toContain(said);
  });

  test('of which a message holds two', () => {
    expect(errorsOf([bar(), pie(1), bar()]).join()).toContain('only two data_visualization blocks allowed');
  });
});
