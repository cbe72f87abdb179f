/** Nothing is refused and no text is lost: 300 random answers and 300 random replies (cards among them), as messages and files. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/core/approval.ts';
import { chartTable } from '../../../src/core/chart.ts';
import type { Reply } from '../../../src/core/reply.ts';
import { validateMessageBlocks } from '../../../src/emulators/slack/index.ts';
import type { Drawn, Rendered } from '../../../src/surfaces/slack/blocks.ts';
import { renderFullPlan } from '../../../src/surfaces/slack/render/full-plan.ts';
import { render } from '../../../src/surfaces/slack/render/index.ts';
import { visible } from '../../../src/surfaces/slack/render/literal.ts';
import { reply, wild } from './replies.ts';

const same = (text: string) => text;

/** Its own count of letters, apart from the house's. */
function letters(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  // A letter shown by its number is shown.
  const spelled = text.replace(/⟨U\+([0-9A-F]{4,6})⟩/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)));
  for (const one of spelled.toLowerCase().replace(/\P{L}+|\p{Default_Ignorable_Code_Point}/gu, ''))
    counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
function missing(shown: string, whole: string): string {
  const there = letters(shown);
  return [...letters(whole)]
    .filter(([one, count]) => (there.get(one) ?? 0) < count)
    .map(([one, count]) => `${one} ${there.get(one) ?? 0} of ${count}`)
    .join(', ');
}

const shownKeys = new Set(['text', 'url', 'user_id', 'title', 'name', 'label', 'x_label']);
/** All words and addresses in blocks. */
function said(value: unknown): string {
  if (Array.isArray(value)) return value.map(said).join(' ');
  if (value === null || typeof value !== 'object') return '';
  return Object.entries(value)
    .map(([key, item]) =>
      typeof item === 'string' && !shownKeys.has(key)
        ? ''
        : typeof item === 'string'
          ? `${item} ${decoded(key, item)}`
          : said(item),
    )
    .join(' ');
}
/** An address may travel encoded. */
function decoded(key: string, item: string): string {
  if (key !== 'url') return '';
  try {
    return decodeURIComponent(item);
  } catch {
    return '';
  }
}
const inMessages = (messages: Rendered[]) => messages.map((message) => said(message.blocks)).join(' ');
const inFile = (drawn: Drawn) => (drawn.file && 'text' in drawn.file ? visible(drawn.file.text) : '');

function check(drawn: Drawn): void {
  for (const message of [...drawn.messages, ...drawn.rest()]) {
    expect(validateMessageBlocks(JSON.parse(JSON.stringify(message.blocks)))).toMatchObject({ ok: true });
    expect(message.text.length).toBeLessThanOrEqual(4000);
    expect(message.text.trim()).not.toBe('');
  }
}

const word = fc.constantFrom(
  'alpha',
  'beta',
  'Größe',
  'naïve',
  'данные',
  '東京',
  'snake_case',
  '3.14',
  'a*b',
  'x<y',
  'R&D',
  'l’été',
);
const sentence = fc.array(word, { minLength: 1, maxLength: 12 }).map((all) => all.join(' '));
const inlineText = fc.oneof(
  { weight: 4, arbitrary: sentence },
  { weight: 1, arbitrary: sentence.map((one) => `**${one}**`) },
  { weight: 1, arbitrary: sentence.map((one) => `_${one}_`) },
  { weight: 1, arbitrary: sentence.map((one) => `~~${one}~~`) },
  { weight: 1, arbitrary: sentence.map((one) => `\`${one}\``) },
  { weight: 1, arbitrary: sentence.map((one) => `[${one}](https://example.com/path?q=1)`) },
  { weight: 1, arbitrary: sentence.map((one) => `![${one}](https://example.com/i.png "a title")`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'https://example.com/a_b.',
      '<https://example.com>',
      ':rocket:',
      '<@U0BOB>',
      '<!channel>',
      '&amp; &lt;',
      'a<br>b',
      '\\*no\\*',
    ),
  },
);
const line = fc.array(inlineText, { minLength: 1, maxLength: 5 }).map((all) => all.join(' '));
const block: fc.Arbitrary<string> = fc.oneof(
  line,
  fc.tuple(fc.integer({ min: 1, max: 6 }), line).map(([level, one]) => `${'#'.repeat(level)} ${one}`),
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom('-', '*', '1.', '7)', '- [x]', '- [ ]'), line), {
      minLength: 1,
      maxLength: 12,
    })
    .map((items) => items.map(([depth, mark, one]) => `${'   '.repeat(depth)}${mark} ${one}`).join('\n')),
  fc
    .tuple(fc.constantFrom('', 'ts', 'sh', 'Here is some code'), fc.array(line, { maxLength: 150 }))
    .map(([info, lines]) => `\`\`\`${info}\n${lines.join('\n')}\n\`\`\``),
  fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.map((one) => `> ${one}`).join('\n')),
  fc
    .tuple(
      fc.integer({ min: 1, max: 24 }),
      fc.array(fc.array(sentence, { minLength: 1, maxLength: 26 }), { maxLength: 130 }),
    )
    .map(([width, rows]) => {
      const cells = (row: string[]) => `| ${row.map((cell) => cell.replaceAll('|', '')).join(' | ')} |`;
      return [
        cells(Array.from({ length: width }, (_, index) => `column ${index}`)),
        `|${'---|'.repeat(width)}`,
        ...rows.map(cells),
      ].join('\n');
    }),
  fc.constantFrom(
    '---',
    '[used]: https://example.com/ref',
    'see [used]',
    '[unused]: https://example.com/unused "never shown"',
    '    indented code',
    'Term\n=====',
  ),
  wild,
);
const answer = fc
  .oneof(
    fc.array(block, { minLength: 1, maxLength: 25 }),
    fc.array(block, { minLength: 80, maxLength: 120, size: 'max' }),
  )
  .map((blocks) => blocks.join('\n\n'));

/** `&amp;` and `:rocket:` are shown as what they mean, a tick as a box; the name of a language is no text, and a link says where it leads. */
function wordsIn(markdown: string): string {
  return markdown
    .replace(/&\w+;|:[a-z_]+:|<br[ \t]*\/?>/gi, '')
    .replace(/^(\s*)```[ \t]*\w+[ \t]*$/gm, '$1```')
    .replace(/^(.*?)\[[xX]\]/gm, '$1[]')
    .replace(/^\[used\]:.*$/gm, '');
}

describe('300 random answers in Markdown', () => {
  test('none is refused, and every letter is in its messages or in its file', () => {
    let files = 0;
    fc.assert(
      fc.property(answer, (markdown) => {
        const drawn = render({ kind: 'words', markdown }, same, { mostMessages: 6 });
        check(drawn);
        if (drawn.file) files++;
        const whole = wordsIn(markdown);
        expect(missing(`${inMessages(drawn.messages)} ${inFile(drawn)}`, whole)).toBe('');
        // Where no file can be posted, further messages say the same.
        if (drawn.file) expect(missing(inMessages([...drawn.messages, ...drawn.rest()]), whole)).toBe('');
        const drawnIds = JSON.stringify(drawn.messages).match(/"(user_id|usergroup_id|range)"/);
        expect(drawnIds).toBeNull();
      }),
      { seed: 20261120, numRuns: 300, endOnFailure: true },
    );
    expect(files).toBeGreaterThan(20);
  }, 400_000);
});

/** What a reply says, apart from ids and arguments, which stand behind buttons. */
function whole(each: Reply): string {
  switch (each.kind) {
    case 'words':
      return [
        wordsIn(each.markdown),
        ...(each.links ?? []).flatMap((link) => [link.label, link.url]),
        each.footer,
      ].join(' ');
    case 'card':
      return [
        each.note,
        ...ofApproval(each.approval),
        each.approval.plan.undo,
        ...each.approval.plan.details.map((one) => one.value),
      ].join(' ');
    case 'approvals':
      return [
        each.note,
        ...each.approvals.flatMap((one) => [one.plan.summary, one.plan.target, one.plan.environment]),
      ].join(' ');
    case 'plan': {
      const { plan, ruling } = each;
      const steps = (plan.steps ?? []).flatMap((step) => [step.summary, step.when]);
      const details = plan.details.flatMap((one) => [one.label, one.value, one.link]);
      return [
        plan.summary,
        plan.target,
        plan.environment,
        plan.undo,
        plan.diff,
        plan.cost?.note,
        ...steps,
        ...details,
        ...(plan.links ?? []).map((link) => link.label),
        ruling.verdict === 'refuse' ? ruling.reason : '',
      ].join(' ');
    }
    case 'progress':
      return [each.title, ...each.steps.flatMap((step) => [step.title, step.detail])].join(' ');
    case 'outcome': {
      const { outcome } = each;
      const reason = outcome.state === 'done' ? outcome.summary : outcome.reason;
      return [
        each.title,
        reason,
        'hint' in outcome ? outcome.hint : '',
        outcome.state === 'unknown' ? outcome.evidence : '',
        outcome.reference,
        each.audited,
        ...(each.links ?? []).flatMap((link) => [link.label, link.url]),
      ].join(' ');
    }
    case 'digest':
      return [
        each.title,
        each.footer,
        ...each.sections.flatMap((one) => [
          one.title,
          one.note,
          ...one.items.flatMap((item) => [item.text, item.detail, item.link]),
        ]),
      ].join(' ');
    case 'chart': {
      const { columns, rows } = chartTable(each.chart);
      return [
        each.title,
        each.footer,
        ...columns.filter((one) => one !== 'Value'),
        ...rows.map(([label]) => label),
      ].join(' ');
    }
    case 'file':
      return [each.title, each.note ? wordsIn(each.note) : '', 'text' in each ? each.text : ''].join(' ');
    case 'table':
      return [each.title, each.footer, ...each.columns, ...each.rows.flat()].join(' ');
  }
}
function ofApproval(approval: Approval): (string | undefined)[] {
  return [
    approval.plan.summary,
    approval.modelNote,
    approval.stateReason,
    ...approval.taint.map((one) => one.source),
    ...(approval.state === 'pending' ? [] : approval.votes.map((vote) => vote.reason)),
  ];
}

function pagesOf(approval: Approval): string {
  const first = JSON.stringify(renderFullPlan(approval, 0).blocks);
  const count = Number(/Page 1 of (\d+)/.exec(first)?.[1] ?? 1);
  return Array.from({ length: count }, (_, page) => said(renderFullPlan(approval, page))).join(' ');
}

describe('300 random replies', () => {
  test('none is refused, and every letter is in its messages, its file, or behind “View full plan”', () => {
    fc.assert(
      fc.property(reply, (each) => {
        const drawn = render(each, same, { mostMessages: 6 });
        check(drawn);
        const pages = each.kind === 'card' ? pagesOf(each.approval) : '';
        const shown = [inMessages(drawn.messages), inFile(drawn), pages].join(' ');
        expect(missing(shown, whole(each))).toBe('');
      }),
      { seed: 20261120, numRuns: 300, endOnFailure: true },
    );
  }, 400_000);
});
