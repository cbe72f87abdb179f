/** Charts, tables and files of ours: native where Slack draws them, exact beside, and never refused. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Chart } from '../../../src/core/chart.ts';
import type { Reply } from '../../../src/core/reply.ts';
import { render } from '../../../src/surfaces/slack/render/index.ts';
import { type House, openHouse } from './house.ts';

const bars: Chart = {
  shape: 'bar',
  categories: ['Mon', 'Tue', 'Wed'],
  series: [
    { name: 'deploys', values: [3, 5, 2] },
    { name: 'roll-backs', values: [0, 1, 0] },
  ],
  xLabel: 'Day',
};
const chart = (figures: Chart): Reply => ({ kind: 'chart', title: 'Deploys this week', chart: figures });
const draw = (reply: Reply) => render(reply, (text) => text, { mostMessages: 6 });
const types = (reply: Reply) =>
  draw(reply).messages.flatMap((message) => message.blocks.map((block) => String(block.type)));

describe('a chart', () => {
  test('is Slack’s own block, and its figures are the text of the message', () => {
    const { messages, file } = draw(chart(bars));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.blocks[0]).toEqual({
      type: 'data_visualization',
      title: 'Deploys this week',
      chart: {
        type: 'bar',
        series: [
          {
            name: 'deploys',
            data: [
              { label: 'Mon', value: 3 },
              { label: 'Tue', value: 5 },
              { label: 'Wed', value: 2 },
            ],
          },
          {
            name: 'roll-backs',
            data: [
              { label: 'Mon', value: 0 },
              { label: 'Tue', value: 1 },
              { label: 'Wed', value: 0 },
            ],
          },
        ],
        axis_config: { categories: ['Mon', 'Tue', 'Wed'], x_label: 'Day' },
      },
    });
    expect(messages[0]?.text).toContain('Day | deploys | roll-backs\nMon | 3 | 0');
    expect(file).toBeUndefined();
  });

  test('with names too long has them short, and whole in a table below', () => {
    const long = { ...bars, categories: ['Monday in the first week', 'Tue', 'Wed'] };
    expect(types(chart(long))).toEqual(['rich_text', 'data_visualization', 'table']);
    expect(JSON.stringify(draw(chart(long)).messages)).toContain('Monday in the first week');
  });

  test.each<[string, Chart]>([
    [
      'more points than Slack draws',
      {
        ...bars,
        categories: Array.from({ length: 21 }, (_, at) => `d${at}`),
        series: [{ name: 'a', values: Array(21).fill(1) }],
      },
    ],
    ['more series', { ...bars, series: Array.from({ length: 7 }, (_, at) => ({ name: `s${at}`, values: [1, 2, 3] })) }],
    [
      'names that become the same',
      { ...bars, categories: ['a day in a long long week 1', 'a day in a long long week 2', 'x'] },
    ],
    ['no figure for a point', { ...bars, series: [{ name: 'a', values: [1, Number.NaN, 2] }] }],
    [
      'a share of nothing',
      {
        shape: 'pie',
        segments: [
          { label: 'a', value: 0 },
          { label: 'b', value: 1 },
        ],
      },
    ],
  ])('with %s is a table', (_, figures) => {
    expect(types(chart(figures))).toEqual(['rich_text', 'table']);
  });

  test('in a digest stands in its section, at most two in a message', () => {
    const section = (title: string) => ({ title, items: [], chart: bars, table: { columns: ['a'], rows: [['1']] } });
    const { messages } = draw({ kind: 'digest', title: 'Week', sections: ['one', 'two', 'three'].map(section) });
    for (const { blocks } of messages)
      expect(blocks.filter((block) => String(block.type) === 'data_visualization').length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(messages).split('data_visualization')).toHaveLength(4);
  });
});

describe('in the workspace', () => {
  let house: House;
  let root: string;
  let thread: string;
  beforeEach(async () => {
    house = await openHouse();
    root = (await house.slack.say('U0ALICE', 'C0ENG', 'hello')).ts;
    thread = `slack:T0ACME:C0ENG:${root}`;
  });
  afterEach(() => house.close());
  const replies = () => house.slack.thread('C0ENG', root).slice(1);

  test('a chart arrives', async () => {
    await house.sophia.surface.post(thread, chart(bars), 'run-1/chart');
    expect(replies()[0]?.blocks?.map((block) => block.type)).toEqual(['data_visualization']);
  });

  test('where the workspace takes no charts, their figures arrive as a table', async () => {
    house.slack.faults.failNext('chat.postMessage', 'invalid_blocks');
    await house.sophia.surface.post(thread, chart(bars), 'run-1/chart');
    expect(replies()).toHaveLength(1);
    expect(JSON.stringify(replies()[0]?.blocks)).toContain('Mon  3        0');
    expect(replies()[0]?.blocks?.map((block) => block.type)).toEqual(['rich_text']);
  });

  test('a file is told of in the thread and stands below, text or bytes', async () => {
    const file = { kind: 'file' as const, title: 'Audit trail', name: 'audit.jsonl', mime: 'application/jsonl' };
    await house.sophia.surface.post(thread, { ...file, text: '{"a":1}\n', note: '**12** rows' }, 'run-1/a');
    const picture = Buffer.from([137, 80, 78, 71, 0, 255]);
    await house.sophia.surface.post(
      thread,
      { ...file, name: 'a/b.png', base64: picture.toString('base64') },
      'run-1/b',
    );
    const files = replies().flatMap((message) => message.files ?? []);
    expect(replies().map((message) => message.text)).toEqual(['Audit trail\n12 rows', '', 'Audit trail', '']);
    expect(files.map(({ name, title }) => [name, title])).toEqual([
      [expect.stringMatching(/^audit-[0-9a-f]{8}\.jsonl$/), 'Audit trail'],
      [expect.stringMatching(/^a_b-[0-9a-f]{8}\.png$/), 'Audit trail'],
    ]);
    expect(house.slack.file(String(files[0]?.id))?.content.toString()).toBe('{"a":1}\n');
    expect(house.slack.file(String(files[1]?.id))?.content).toEqual(picture);
  });
});
