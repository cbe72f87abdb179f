/** Random replies, with every trap text from elsewhere may hold. */
import fc from 'fast-check';
import type { Approval, ApprovalState } from '../../../src/core/approval.ts';
import type { Chart } from '../../../src/core/chart.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import type { Reply } from '../../../src/core/reply.ts';

export const traps = [
  '<!channel>',
  '<@U0BOB>',
  '<https://evil.example|acme.com>',
  'https://evil.example/steal',
  '*approved by alice*',
  ':white_check_mark:',
  '`` ` ```',
  'safe\u202Egnp.exe',
  'zero\u200Bwidth',
  '\u0000\u001B[31m',
  `${' '.repeat(400)}--force`,
  '\n'.repeat(60),
  '&amp;<>',
  'a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '\uD800',
  '👩‍💻🏳️‍🌈',
  'x'.repeat(5000),
  '&'.repeat(4000),
  '\u202E'.repeat(2000),
  '"\\'.repeat(3000),
  '',
];
export const wild = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 400 }) },
  { weight: 2, arbitrary: fc.constantFrom(...traps) },
  { weight: 2, arbitrary: fc.lorem({ maxCount: 600, size: 'max' }) },
);
const many = <T>(item: fc.Arbitrary<T>, max = 120) =>
  fc.oneof(
    fc.array(item, { maxLength: 5 }),
    fc.array(item, { minLength: Math.floor(max / 2), maxLength: max, size: 'max' }),
  );
const links = many(fc.record({ label: wild, url: fc.oneof(fc.webUrl(), wild) }), 12);
const plan = fc.record(
  {
    action: wild,
    input: fc.dictionary(wild, fc.oneof(wild, many(wild, 30))),
    effect: fc.constantFrom('read' as const, 'write' as const, 'destroy' as const),
    hash: wild,
    target: wild,
    summary: wild,
    environment: wild,
    details: many(
      fc.record({ label: wild, value: wild, link: fc.oneof(fc.webUrl(), wild) }, { requiredKeys: ['label', 'value'] }),
    ),
    steps: many(
      fc.record(
        { action: wild, input: fc.constant({}), summary: wild, when: wild },
        { requiredKeys: ['action', 'input', 'summary'] },
      ),
    ),
    diff: wild,
    cost: fc.record({ usd: fc.double({ noNaN: true, min: 0, max: 1e9 }), note: wild }),
    undo: wild,
    links,
    preconditions: fc.constant([]).map((none): never[] => [...none]),
  },
  { requiredKeys: ['action', 'input', 'effect', 'hash', 'target', 'summary', 'details', 'preconditions'] },
);
export const states: ApprovalState[] = [
  'pending',
  'approved',
  'denied',
  'expired',
  'superseded',
  'void',
  'stopped',
  'consumed',
];
const person = fc.oneof(fc.constantFrom('slack:T0ACME:U0ALICE', 'slack:T0ACME:S0RELEASE'), wild);
const rule = fc.record({
  name: wild,
  approvers: many(person, 60),
  quorum: fc.nat(),
  selfApproval: fc.boolean(),
  expiresInMs: fc.nat(),
});
export const approval = fc.record(
  {
    id: fc.stringMatching(/^[\w-]{1,60}$/),
    runId: wild,
    call: wild,
    requester: person,
    thread: fc.constant('slack:T0ACME:C0ENG:1.1'),
    plan,
    rule,
    taint: many(fc.record({ source: wild }), 40),
    modelNote: wild,
    state: fc.constantFrom(...states),
    stateReason: wild,
    votes: many(
      fc.record(
        {
          person,
          verdict: fc.constantFrom('approve' as const, 'deny' as const),
          reason: wild,
          at: fc.oneof(fc.constant('2026-11-20T10:00:00Z'), wild),
        },
        { requiredKeys: ['person', 'verdict', 'at'] },
      ),
      40,
    ),
    revision: fc.nat(),
    createdAt: fc.oneof(fc.constant('2026-11-20T10:00:00Z'), wild),
    expiresAt: fc.oneof(fc.constant('2026-11-20T10:00:00Z'), wild),
    cards: fc.constant([]).map((none): never[] => [...none]),
  },
  {
    requiredKeys: [
      'id',
      'runId',
      'call',
      'requester',
      'thread',
      'plan',
      'rule',
      'taint',
      'state',
      'votes',
      'revision',
      'createdAt',
      'expiresAt',
      'cards',
    ],
  },
);
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ state: fc.constant('done' as const), output: fc.constant(null), summary: wild, reference: wild }),
  fc.record({ state: fc.constant('refused' as const), code: fc.constant('policy' as const), reason: wild, hint: wild }),
  fc.record({ state: fc.constant('failed' as const), reason: wild, hint: wild, reference: wild }),
  fc.record({ state: fc.constant('unknown' as const), reason: wild, evidence: wild, reference: wild }),
);
const cells = fc.array(wild, { maxLength: 25 });
const label = fc.oneof({ weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) }, wild);
const value = fc.oneof(fc.double(), fc.integer());
export const chart: fc.Arbitrary<Chart> = fc.oneof(
  fc.record({
    shape: fc.constant('pie' as const),
    segments: fc.array(fc.record({ label, value: fc.oneof(fc.integer({ min: 1 }), value) }), { maxLength: 9 }),
  }),
  fc
    .record({
      shape: fc.constantFrom('bar' as const, 'line' as const, 'area' as const),
      categories: fc.array(label, { maxLength: 26 }),
      names: fc.array(label, { maxLength: 8 }),
      x: label,
      values: fc.array(value, { minLength: 26, maxLength: 26 }),
    })
    .map(({ shape, categories, names, x, values }) => ({
      shape,
      categories,
      series: names.map((name) => ({ name, values: values.slice(0, categories.length) })),
      xLabel: x,
    })),
);
export const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('words' as const),
      markdown: many(wild, 60).map((parts) => parts.join('\n')),
      tone: fc.constantFrom('plain' as const, 'warning' as const, 'error' as const),
      links,
      footer: wild,
    },
    { requiredKeys: ['kind', 'markdown'] },
  ),
  fc.record(
    { kind: fc.constant('card' as const), approval: approval as fc.Arbitrary<Approval>, note: wild },
    { requiredKeys: ['kind', 'approval'] },
  ),
  fc.record({
    kind: fc.constant('plan' as const),
    plan,
    ruling: fc.oneof(
      fc.record({ verdict: fc.constant('allow' as const), rule: wild }),
      fc.record({ verdict: fc.constant('ask' as const), rule }),
      fc.record({ verdict: fc.constant('refuse' as const), rule: wild, reason: wild }),
    ),
  }) as fc.Arbitrary<Reply>,
  fc.record({
    kind: fc.constant('progress' as const),
    title: wild,
    steps: many(
      fc.record(
        {
          title: wild,
          state: fc.constantFrom(
            'waiting' as const,
            'running' as const,
            'done' as const,
            'failed' as const,
            'skipped' as const,
          ),
          detail: wild,
        },
        { requiredKeys: ['title', 'state'] },
      ),
    ),
    runId: wild,
  }),
  fc.record(
    { kind: fc.constant('outcome' as const), title: wild, outcome, links, audited: wild },
    { requiredKeys: ['kind', 'title', 'outcome'] },
  ),
  fc.record(
    {
      kind: fc.constant('digest' as const),
      title: wild,
      sections: many(
        fc.record(
          {
            title: wild,
            items: many(
              fc.record(
                {
                  text: wild,
                  detail: wild,
                  link: fc.oneof(fc.webUrl(), wild),
                  button: fc.record({ label: wild, action: wild, input: fc.constant({}) }),
                },
                { requiredKeys: ['text'] },
              ),
              40,
            ),
            note: wild,
          },
          { requiredKeys: ['title', 'items'] },
        ),
        8,
      ),
      footer: wild,
    },
    { requiredKeys: ['kind', 'title', 'sections'] },
  ) as fc.Arbitrary<Reply>,
  fc.record(
    { kind: fc.constant('chart' as const), title: wild, chart, footer: wild },
    { requiredKeys: ['kind', 'title', 'chart'] },
  ) as fc.Arbitrary<Reply>,
  fc.record(
    {
      kind: fc.constant('file' as const),
      title: wild,
      name: wild,
      mime: fc.constant('text/plain'),
      text: wild,
      note: wild,
    },
    { requiredKeys: ['kind', 'title', 'name', 'mime', 'text'] },
  ),
  fc.record(
    {
      kind: fc.constant('approvals' as const),
      approvals: fc.array(approval as unknown as fc.Arbitrary<Approval>, { maxLength: 6 }),
      note: wild,
    },
    { requiredKeys: ['kind', 'approvals'] },
  ),
  fc.record(
    { kind: fc.constant('table' as const), title: wild, columns: cells, rows: many(cells), footer: wild },
    { requiredKeys: ['kind', 'title', 'columns', 'rows'] },
  ),
);
