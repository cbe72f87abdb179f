/** What Sophia draws: within Slack's limits whatever she is given, and nothing from elsewhere is interpreted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/core/approval.ts';
import type { HomePage } from '../../../src/core/home.ts';
import type { Reply } from '../../../src/core/reply.ts';
import { validateMessageBlocks, validateView } from '../../../src/emulators/slack/index.ts';
import type { Block } from '../../../src/surfaces/slack/blocks.ts';
import { renderFullPlan } from '../../../src/surfaces/slack/render/full-plan.ts';
import { failedHome, renderHome, strangersHome } from '../../../src/surfaces/slack/render/home.ts';
import { render } from '../../../src/surfaces/slack/render/index.ts';
import { problemsOfMessage, problemsOfModal } from '../../../src/surfaces/slack/render/limits.ts';
import { shorten, visible } from '../../../src/surfaces/slack/render/literal.ts';
import { fromMarkdown } from '../../../src/surfaces/slack/render/markdown.ts';
import { sendable } from '../../../src/surfaces/slack/render/repair.ts';
import { approval, reply, states } from './replies.ts';
import { sampleApproval, samplePlan } from './samples.ts';

const same = (text: string) => text;
const draw = (reply: Reply) => {
  const [first] = render(reply, same).messages;
  if (!first) throw new Error('nothing was drawn');
  return first;
};
const json = (reply: Reply) => JSON.stringify(draw(reply).blocks);
const card = (change: Partial<Approval> = {}, plan = {}): Reply => ({
  kind: 'card',
  approval: sampleApproval(change, plan),
});

type Node = { type?: string; text?: unknown; url?: string; user_id?: string };
/** Every object in the blocks that has a type. */
function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (value === null || typeof value !== 'object') return [];
  return [...('type' in value ? [value as Node] : []), ...Object.values(value).flatMap(nodes)];
}
const marked = (blocks: Block[]) =>
  nodes(blocks)
    .filter((node) => node.type === 'mrkdwn')
    .map((node) => String(node.text));

describe('limits', () => {
  test('whatever the reply, Slack would take every message of it', () => {
    fc.assert(
      fc.property(reply, (each) => {
        for (const message of render(each, same, { mostMessages: 8 }).messages) {
          expect(problemsOfMessage(message)).toEqual([]);
          expect(validateMessageBlocks(JSON.parse(JSON.stringify(message.blocks)))).toMatchObject({ ok: true });
          expect(message.text.length).toBeLessThanOrEqual(4000);
        }
      }),
      { seed: 20261120, endOnFailure: true, numRuns: 100 },
    );
  }, 60_000);

  test('whatever the plan, a card keeps its head, its foot and, while pending, its buttons', () => {
    fc.assert(
      fc.property(approval as unknown as fc.Arbitrary<Approval>, (each) => {
        const { blocks } = draw({ kind: 'card', approval: each });
        const types = blocks.map((block) => block.type);
        expect(types[0]).toBe('header');
        expect(types.at(-1)).toBe('context');
        expect(types.includes('actions')).toBe(each.state === 'pending');
      }),
      { seed: 20261120, endOnFailure: true, numRuns: 80 },
    );
  }, 60_000);

  test('whatever the reply, nothing hidden leaves, and mrkdwn holds no reference but people, groups and dates', () => {
    fc.assert(
      fc.property(reply, (each) => {
        for (const message of render(each, same, { mostMessages: 8 }).messages) {
          const all = JSON.stringify(message);
          expect(all).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF]|\\u00[01]/);
          for (const text of [...marked(message.blocks), message.text])
            for (const [, inside] of text.matchAll(/<([^>]*)>?/g))
              expect(inside).toMatch(/^(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^.*)$/);
          if (each.kind !== 'words' && each.kind !== 'table')
            expect(nodes(message.blocks).filter((node) => node.type === 'user' || node.type === 'broadcast')).toEqual(
              [],
            );
        }
      }),
      { seed: 20261120, endOnFailure: true, numRuns: 80 },
    );
  }, 60_000);

  test('whatever the plan, each page of “View full plan” is a modal Slack would open', () => {
    fc.assert(
      fc.property(approval as fc.Arbitrary<Approval>, fc.integer({ min: -3, max: 60 }), (each, page) => {
        const view = renderFullPlan(each, page);
        expect(problemsOfModal(view)).toEqual([]);
        expect(validateView(JSON.parse(JSON.stringify(view)), 'modal')).toEqual([]);
      }),
      { seed: 20261120, endOnFailure: true, numRuns: 25 },
    );
  }, 60_000);

  test('the check itself finds what Slack would refuse, and such a message is replaced by its words', () => {
    const section = (text: string): Block => ({ type: 'section', text: { type: 'plain_text', text } });
    const many = Array.from({ length: 51 }, () => section('x'));
    expect(problemsOfMessage({ text: 'x', blocks: [section('x'.repeat(3001))] })).toHaveLength(1);
    expect(problemsOfMessage({ text: 'x', blocks: [section('')] })).toHaveLength(1);
    expect(problemsOfMessage({ text: ' ', blocks: [section('x')] })).toHaveLength(1);
    expect(problemsOfMessage({ text: 'x', blocks: many })).toHaveLength(1);
    expect(problemsOfMessage({ text: 'x', blocks: [] })).toHaveLength(1);
    expect(sendable({ text: 'the &lt;words&gt;', blocks: many })).toEqual({
      text: 'the &lt;words&gt;',
      blocks: [{ type: 'section', text: { type: 'plain_text', text: 'the <words>', emoji: false } }],
    });
  });

  test('the Home tab is one Slack would show', () => {
    for (const blocks of [
      strangersHome,
      failedHome('x'.repeat(9000)),
      renderHome(fullHome('<!channel> ` *x* '.repeat(80))),
    ])
      expect(validateView({ type: 'home', blocks }, 'home')).toEqual([]);
  });
});

describe('the card', () => {
  test('a pending card shows what happens, who may decide, until when, and buttons that carry the id alone', () => {
    const drawn = draw(card());
    const all = JSON.stringify(drawn.blocks);
    for (const said of [
      'Deploy web 3f9a1c2 to production.',
      'fly:acme-web',
      'iad, fra, syd',
      'Update the machine in iad',
      'if a machine is unhealthy',
      '+ image: 3f9a1c2',
      '$0.25 (per day)',
      'Deploy the image before it.',
      '<@U0ALICE>, <@U0BOB>',
      '0 of 1',
      '<!date^1795172400^',
      'a1b2c3d4e5f6',
    ])
      expect(all).toContain(said);
    const buttons = nodes(drawn.blocks).filter((node) => node.type === 'button') as {
      action_id?: string;
      value?: string;
    }[];
    expect(buttons.map((each) => [each.action_id, each.value])).toEqual([
      ['approval_approve', 'apr_7Zk2'],
      ['approval_deny', 'apr_7Zk2'],
      ['approval_plan', 'apr_7Zk2'],
      ['approval_edit', 'apr_7Zk2'],
    ]);
    expect(drawn.text).toBe('Approval needed: Deploy web 3f9a1c2 to production.');
  });

  test('only what destroys asks once more', () => {
    expect(json(card())).not.toContain('"confirm"');
    expect(json(card({}, { effect: 'destroy' }))).toContain('"confirm"');
  });

  test.each(states.filter((state) => state !== 'pending'))(
    'a card that is %s has nothing to click and says why',
    (state) => {
      const votes = [
        {
          person: 'slack:T0ACME:U0BOB',
          verdict: state === 'denied' ? ('deny' as const) : ('approve' as const),
          reason: 'because <!here>',
          at: '2026-11-20T10:30:00Z',
        },
      ];
      const all = json(card({ state, votes, stateReason: 'the head moved' }));
      expect(all).not.toContain('"actions"');
      expect(all).toContain('the head moved');
      expect(all).toContain('because <!here>');
      if (state === 'denied' || state === 'approved' || state === 'consumed') expect(all).toContain('<@U0BOB> <!date^');
      expect(marked(draw(card({ state, votes })).blocks).join()).not.toContain('!here');
    },
  );

  test('untrusted sources and the model’s words stand in blocks of their own, as plain words', () => {
    const drawn = draw(
      card({
        taint: [{ source: 'https://evil.example/<!channel>' }],
        modelNote: '*Approved by Alice* <!channel> https://evil.example',
      }),
    );
    const notes = drawn.blocks.filter((block) => JSON.stringify(block).includes('not checked'));
    expect(notes).toEqual([
      {
        type: 'section',
        text: {
          type: 'plain_text',
          text: 'The model says (not checked): “*Approved by Alice* <!channel> https://evil.example”',
          emoji: false,
        },
      },
    ]);
    expect(JSON.stringify(drawn.blocks)).toContain('Untrusted text was read');
    expect(marked(drawn.blocks).join()).not.toContain('channel');
    expect(
      nodes(drawn.blocks)
        .filter((node) => node.type === 'link')
        .map((node) => node.url),
    ).toEqual(['https://github.com/acme/web/commit/3f9a1c2']);
  });

  test('what does not fit is said to be missing, and where it is', () => {
    const details = Array.from({ length: 80 }, (_, index) => ({
      label: `Label ${index}`,
      value: `value ${index} ${'y'.repeat(500)}`,
    }));
    const all = json(card({}, { details, diff: '+ line\n'.repeat(2000) }));
    expect(all).toMatch(/Not shown here: \d+ more details, the full length of some values, \d+ more lines of the diff/);
    expect(all).toContain('View full plan');
  });

  test('a link that is not a web address, or hides a user name, is shown as words', () => {
    const links = ['javascript:alert(1)', 'https://acme.com@evil.example/', 'slack://open', 'nonsense'].map((url) => ({
      label: 'Open',
      url,
    }));
    expect(
      nodes(
        draw({
          kind: 'outcome',
          title: 't',
          outcome: { state: 'done', output: null, summary: 's', reference: 'A1' },
          links,
        }).blocks,
      ).filter((node) => node.type === 'link'),
    ).toEqual([]);
  });
});

describe('other replies', () => {
  test('an outcome says how it ended, why, what next, and its reference', () => {
    const all = json({
      kind: 'outcome',
      title: 'Deploy web',
      outcome: { state: 'failed', reason: 'Machine iad did not start.', hint: 'Look at its log.', reference: 'A42' },
    });
    for (const said of [
      '❌ Failed: Deploy web',
      'Machine iad did not start.',
      'What to do next',
      'Look at its log.',
      '`A42`',
    ])
      expect(all).toContain(said);
    const unknown = json({
      kind: 'outcome',
      title: 'Deploy web',
      outcome: { state: 'unknown', reason: 'no answer', evidence: 'PUT sent 10:00', reference: 'A43' },
    });
    for (const said of ['Not known whether it happened', 'PUT sent 10:00', 'I will not try again by myself'])
      expect(unknown).toContain(said);
    expect(
      json({ kind: 'outcome', title: '', outcome: { state: 'refused', code: 'frozen', reason: 'Frozen by Alice.' } }),
    ).toContain('🚫 Not done');
  });

  test('progress shows a line a step and stays where something happens', () => {
    const steps = Array.from({ length: 200 }, (_, index) => ({
      title: `step ${index}`,
      state: index < 100 ? ('done' as const) : index === 100 ? ('running' as const) : ('waiting' as const),
      detail: 'now',
    }));
    const all = json({ kind: 'progress', title: 'Ship it', steps, runId: 'run-1' });
    expect(all).toContain('⏳ step 100 — now');
    expect(all).toMatch(/and \d+ more steps/);
    expect(all).not.toContain('"actions"');
    const stop = { label: 'Stop', style: 'danger' as const, action: 'sophia_stop_run', input: { run: 'run-1' } };
    expect(json({ kind: 'progress', title: 'Ship it', steps, runId: 'run-1', buttons: [stop] })).toContain(
      'sophia_stop_run',
    );
  });

  test('a plan has nothing to click and says what policy would', () => {
    const all = json({ kind: 'plan', plan: samplePlan, ruling: { verdict: 'ask', rule: sampleApproval().rule } });
    expect(all).not.toContain('"button"');
    expect(all).toContain('Policy would *ask* 1 of <@U0ALICE>, <@U0BOB>, not the one who asks');
    expect(
      json({ kind: 'plan', plan: samplePlan, ruling: { verdict: 'refuse', rule: 'r', reason: 'never on Fridays' } }),
    ).toContain('never on Fridays');
  });

  test('a table is a table; a cell that is a mention is one, anything more is words', () => {
    const drawn = draw({
      kind: 'table',
      title: 'Runs',
      columns: ['Who', 'What'],
      rows: [['<@U0BOB>', '<@U0BOB> <!here>']],
      people: ['slack:T0ACME:U0BOB'],
    });
    expect(nodes(drawn.blocks).filter((node) => node.type === 'user')).toEqual([{ type: 'user', user_id: 'U0BOB' }]);
    expect(JSON.stringify(drawn.blocks)).toContain('"text":"<@U0BOB> <!here>"');
  });
});

describe('words', () => {
  const elements = (markdown: string, ...people: string[]) =>
    fromMarkdown(markdown, { allowed: new Set(people), names: new Map() }).map((piece) =>
      piece.kind === 'rich' || piece.kind === 'heading' ? piece.element : piece,
    );

  test('Markdown is drawn, not shown', () => {
    expect(elements('# Title\n\nSome **bold**, *italic*, ~~gone~~ and `code_here`.')).toEqual([
      { type: 'rich_text_section', elements: [{ type: 'text', text: 'Title', style: { bold: true } }] },
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Some ' },
          { type: 'text', text: 'bold', style: { bold: true } },
          { type: 'text', text: ', ' },
          { type: 'text', text: 'italic', style: { italic: true } },
          { type: 'text', text: ', ' },
          { type: 'text', text: 'gone', style: { strike: true } },
          { type: 'text', text: ' and ' },
          { type: 'text', text: 'code_here', style: { code: true } },
          { type: 'text', text: '.' },
        ],
      },
    ]);
  });

  test('lists nest, quotes quote, code stays as it is, tables line up', () => {
    const drawn = elements(
      '- one\n  - two\n1. three\n\n> said\n\n```ts\nconst a = `<b>`; // **x**\n```\n\n| a | bb |\n|---|---|\n| 1 | 2 |',
    );
    expect(drawn.map((element) => ('type' in element ? element.type : element.kind))).toEqual([
      'rich_text_list',
      'rich_text_list',
      'rich_text_list',
      'rich_text_quote',
      'rich_text_preformatted',
      'table',
    ]);
    expect(drawn[1]).toMatchObject({ style: 'bullet', indent: 1 });
    expect(drawn[2]).toMatchObject({ style: 'ordered' });
    expect(drawn[4]).toEqual({
      type: 'rich_text_preformatted',
      elements: [{ type: 'text', text: 'const a = `<b>`; // **x**' }],
    });
    expect(drawn[5]).toMatchObject({
      head: [[{ text: 'a' }], [{ text: 'bb' }]],
      rows: [[[{ text: '1' }], [{ text: '2' }]]],
    });
  });

  test.each([
    ['snake_case_names and 2 * 3 * 4', 'snake_case_names and 2 * 3 * 4'],
    ['\\*not bold\\*', '*not bold*'],
    ['<!channel> <!here> <!subteam^S1>', '<!channel> <!here> <!subteam^S1>'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['@channel @here @everyone', '@channel @here @everyone'],
    ['host:m:80, a:b:c and iad:o:2', 'host:m:80, a:b:c and iad:o:2'],
    [':rocket: done:tada: (:+1:) :rocket::tada:', '🚀 done:tada: (👍) 🚀🎉'],
  ])('%s is only words', (markdown, said) => {
    expect(elements(markdown)).toEqual([{ type: 'rich_text_section', elements: [{ type: 'text', text: said }] }]);
  });

  test('a bar inside code ends no cell of a table', () => {
    expect(elements('| a | b |\n|---|---|\n| `x|y` | z |')).toMatchObject([
      { kind: 'table', rows: [[[{ text: 'x|y', style: { code: true } }], [{ text: 'z' }]]] },
    ]);
  });

  test('a mention of a person is one; nothing else can call anybody', () => {
    expect(elements('ask <@U0BOB> or <@U0ALICE|alice>', 'U0BOB', 'U0ALICE')).toMatchObject([
      {
        elements: [
          { text: 'ask ' },
          { type: 'user', user_id: 'U0BOB' },
          { text: ' or ' },
          { type: 'user', user_id: 'U0ALICE' },
        ],
      },
    ]);
  });

  test('a link whose words name another place shows where it leads', () => {
    const drawn = nodes(
      elements(
        '[https://slack.com/login](https://evil.example/x) [the docs](https://docs.example/a_(b)) [github.com](https://evil.example/github.com) https://acme.com/a.',
      ),
    );
    const shown = drawn.filter((node) => node.type === 'link').map((node) => [node.text, node.url]);
    expect(shown).toEqual([
      ['https://evil.example/x', 'https://evil.example/x'],
      ['the docs', 'https://docs.example/a_(b)'],
      ['https://evil.example/github.com', 'https://evil.example/github.com'],
      ['https://acme.com/a', 'https://acme.com/a'],
    ]);
    expect(nodes(elements('[x](javascript:alert(1))')).filter((node) => node.type === 'link')).toEqual([]);
  });

  test('Markdown meant to be slow is not', () => {
    const begin = performance.now();
    for (const evil of [
      '*'.repeat(20_000),
      '['.repeat(20_000),
      '**a'.repeat(8000),
      '_a'.repeat(9000),
      '[a]('.repeat(5000),
      '|-'.repeat(9000),
      '> '.repeat(9000),
      '<https://'.repeat(3000),
    ])
      fromMarkdown(evil);
    expect(performance.now() - begin).toBeLessThan(3000);
  });
});

describe('literal text', () => {
  test.each([
    ['safe\u202Egnp.exe', 'safe⟨U+202E⟩gnp.exe'],
    ['a\u200Bb\uFEFFc\u00ADd', 'a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+00AD⟩d'],
    ['\u001B[2K\u0007', '⟨U+001B⟩[2K⟨U+0007⟩'],
    ['tag\u{E0041}', 'tag⟨U+E0041⟩'],
    ['lone\uD800', 'lone⟨U+D800⟩'],
    [`deploy${' '.repeat(300)}--force`, 'deploy ⟨300 blanks⟩ --force'],
    [`a${'\n'.repeat(40)}b`, 'a\n⟨39 empty lines⟩\nb'],
    ['a\u2028b', 'a⟨U+2028⟩b'],
    ['👩‍💻 🏳️‍🌈 ❤️ 1️⃣ ok', '👩‍💻 🏳️‍🌈 ❤️ 1️⃣ ok'],
    ['  indented\n    code', '  indented\n    code'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('shortening says how much is missing and never cuts a character in half', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 0, max: 300 }), (text, most) => {
        const short = shorten(text, most);
        expect(short.length).toBeLessThanOrEqual(Math.max(most, 1));
        expect(short.isWellFormed()).toBe(true);
        if (text.length <= most) expect(short).toBe(text);
        else expect(short).toMatch(/…|^.?$/u);
      }),
      { seed: 20261120 },
    );
  });
});

function fullHome(words: string): HomePage {
  const eight = Array.from({ length: 8 }, (_, index) => index);
  return {
    waiting: eight.map((id) => ({
      id: `apr_${id}`,
      summary: words,
      requester: 'slack:T0ACME:U0BOB',
      expiresAt: '2026-11-21T10:00:00.000Z',
      mine: id % 2 === 0,
      link: id % 2 === 0 ? 'https://acme.slack.com/archives/C1/p1' : null,
    })),
    runs: eight.map((id) => ({
      id: `run-${id}`,
      title: words,
      standing: words,
      startedAt: '2026-11-21T10:00:00.000Z',
      link: null,
    })),
    schedules: eight.map((id) => ({
      id: `S${id}`,
      template: 'daily',
      said: words.slice(0, 200),
      zone: 'Europe/Berlin',
      channel: 'slack:T0ACME:C0ENG',
      paused: id % 2 === 0,
    })),
    parts: eight.map((id) => ({ name: `part ${id}`, state: 'failing', words })),
  };
}
