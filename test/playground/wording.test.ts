/** A Slack message in plain lines: nothing a reader would see is lost. */
import { expect, test } from 'vitest';
import type { SlackBlock } from '../../src/emulators/slack/index.ts';
import { linesOf, wordsOf } from '../../src/playground/wording.ts';

const nameOf = (id: string) => ({ U0BOB: 'Bob' })[id];
const block = (fields: object) => ({ block_id: 'b', ...fields }) as SlackBlock;

test('text without blocks loses its marks and keeps its words', () => {
  expect(
    linesOf({ text: '*Hi* <@U0BOB>, see <https://acme.example|the page> &amp; &lt;b&gt;\nsecond' }, nameOf),
  ).toEqual(['Hi @Bob, see the page & <b>', 'second']);
});

test('sections, fields, buttons, tasks and tables become lines', () => {
  const blocks = [
    block({ type: 'section', text: { type: 'mrkdwn', text: 'Plan' }, fields: [{ text: 'Image now' }, { text: 'a' }] }),
    block({ type: 'actions', elements: [{ type: 'button', text: { text: 'Approve' } }] }),
    block({ type: 'plan', title: 'Deploy', tasks: [{ title: 'iad', status: 'complete' }] }),
    block({
      type: 'table',
      rows: [
        [
          { type: 'raw_text', text: 'run' },
          { type: 'raw_text', text: '1' },
        ],
      ],
    }),
    block({
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'said by ' },
            { type: 'user', user_id: 'U0BOB' },
          ],
        },
      ],
    }),
  ];
  const lines = linesOf({ text: 'fallback', blocks }, nameOf);
  expect(lines).toEqual(['Plan', 'Image now', 'a', '[Approve]', 'Deploy', '✓ iad', 'run | 1', 'said by @Bob']);
});

test('for searching, the fallback text counts too', () => {
  const words = wordsOf({ text: 'Approved: deploy', blocks: [block({ type: 'divider' })] }, nameOf);
  expect(words).toContain('Approved: deploy');
});
