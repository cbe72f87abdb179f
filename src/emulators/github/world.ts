/** The people, repository, commits, pull requests, checks and workflows the emulated GitHub starts with. */
import type { Files } from './git.ts';

export const repository = 'acme/web';
export const bot = 'sophia-bot';
export const people = [
  { login: 'alice', name: 'Alice Moreno', email: 'alice@acme.example' },
  { login: 'bob', name: 'Bob Tanaka', email: 'bob@acme.example' },
  { login: 'carol', name: 'Carol Singh', email: 'carol@acme.example' },
];
export type Login = 'alice' | 'bob' | 'carol';

export type SeedCommit = { by: Login; at: string; message: string; files: Files };

const product = (lines: string[]) =>
  `export function productPage(product) {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
const basket = (total: string) => `export function total(lines) {\n  return ${total};\n}\n`;

/** Oldest first. */
export const mainCommits: SeedCommit[] = [
  {
    by: 'alice',
    at: '2026-11-09T09:12:00Z',
    message: 'Start the shop',
    files: {
      'README.md': '# web\n\nThe Acme shop.\n',
      'package.json': '{\n  "name": "web",\n  "dependencies": {\n    "payments": "4.2.0"\n  }\n}\n',
      'src/pages/product.js': product(['return render(product);']),
      'src/payment.js':
        "import { charge } from 'payments';\n\nexport const pay = (order) => charge(order.total, order.card);\n",
      'src/basket.js': basket('lines.reduce((sum, line) => sum + line.price * line.count, 0)'),
      'src/styles.css': 'body { background: white; color: black; }\n',
    },
  },
  {
    by: 'bob',
    at: '2026-11-10T14:03:00Z',
    message: 'Show stock on the product page',
    files: { 'src/pages/product.js': product(['const stock = stockOf(product);', 'return render(product, stock);']) },
  },
  {
    by: 'carol',
    at: '2026-11-11T10:41:00Z',
    message: 'Keep the basket across visits',
    files: { 'src/session.js': "export const basketOf = (visitor) => store.get('basket:' + visitor);\n" },
  },
  {
    by: 'alice',
    at: '2026-11-13T16:20:00Z',
    message: 'Log slow database queries',
    files: { 'src/database.js': 'export const slowQueryMs = 250;\n' },
  },
  {
    by: 'bob',
    at: '2026-11-16T08:55:00Z',
    message: 'Fix rounding of totals in the basket\n\nSums are kept in cents now.',
    files: { 'src/basket.js': basket('lines.reduce((cents, line) => cents + line.cents * line.count, 0) / 100') },
  },
  {
    by: 'carol',
    at: '2026-11-17T11:30:00Z',
    message: 'Send the receipt by mail',
    files: { 'src/receipt.js': 'export const receipt = (order) => mail(order.customer, render(order));\n' },
  },
  {
    by: 'alice',
    at: '2026-11-18T13:47:00Z',
    message: 'Serve images from the edge',
    files: { 'src/images.js': "export const imageUrl = (name) => 'https://images.acme.example/' + name;\n" },
  },
  {
    by: 'bob',
    at: '2026-11-19T09:05:00Z',
    message: 'Answer health checks with the release',
    files: { 'src/health.js': 'export const health = () => ({ ok: true, release: process.env.RELEASE });\n' },
  },
];

export const closedIssues = [
  'Product page shows no stock',
  'Basket is empty after coming back',
  'Which queries are slow?',
  'Totals are off by a cent',
  'Customers ask for a receipt',
  'Images load slowly from overseas',
  'Health check says nothing of the release',
  'Search does not find accents',
  'Footer links to the old blog',
  'Checkout button hides behind the keyboard',
  'Write down how to run the shop locally',
];

export type SeedPull = {
  number: number;
  title: string;
  body: string;
  by: Login;
  branch: string;
  draft: boolean;
  commit: SeedCommit;
  checks: { name: string; conclusion: 'success' | 'failure' | 'pending'; log?: string }[];
  reviews: { by: Login; event: 'APPROVE' | 'COMMENT'; body: string }[];
  comments: { by: Login; body: string }[];
};

/** As GitHub Actions writes it: a time stamp before each line. */
const failingLog = [
  '##[group]Run npm test',
  'npm test',
  '##[endgroup]',
  '',
  '> web@1.0.0 test',
  '> vitest run',
  '',
  ' ✓ test/basket.test.js (6 tests) 21ms',
  ' ✓ test/product.test.js (4 tests) 18ms',
  ' ❯ test/payment.test.js (3 tests | 1 failed) 34ms',
  '   ✓ charges the card once',
  '   × refuses an expired card',
  '     → expected "charge" to be called with 2 arguments, but got 1',
  '   ✓ keeps the order when the card is refused',
  '',
  'AssertionError: expected "charge" to be called with 2 arguments, but got 1',
  '  at test/payment.test.js:31:18',
  '',
  ' Test Files  1 failed | 2 passed (3)',
  '      Tests  1 failed | 12 passed (13)',
  '##[error]Process completed with exit code 1.',
]
  .map((line, index) => `2026-11-20T09:14:${String(index).padStart(2, '0')}.1042260Z ${line}`)
  .join('\n');

export const pulls: SeedPull[] = [
  {
    number: 12,
    title: 'Cache the product page',
    body: 'Keeps a rendered product page for a minute. Takes the load off the database on sale days.',
    by: 'alice',
    branch: 'cache-product-page',
    draft: false,
    commit: {
      by: 'alice',
      at: '2026-11-19T15:22:00Z',
      message: 'Cache the product page',
      files: {
        'src/cache.js': 'export const pages = new Map();\nexport const keepMs = 60_000;\n',
        'src/pages/product.js': product([
          'const kept = pages.get(product.id);',
          'if (kept) return kept;',
          'const stock = stockOf(product);',
          'return render(product, stock);',
        ]),
      },
    },
    checks: [
      { name: 'test', conclusion: 'success' },
      { name: 'lint', conclusion: 'success' },
    ],
    reviews: [{ by: 'bob', event: 'APPROVE', body: 'Good. Measured it here: 40 ms down to 3.' }],
    comments: [{ by: 'carol', body: 'Can this go out before the sale on Friday?' }],
  },
  {
    number: 13,
    title: 'Upgrade the payment SDK',
    body: 'payments 4.2 → 5.0. The charge call takes one object now.',
    by: 'bob',
    branch: 'payment-sdk-5',
    draft: false,
    commit: {
      by: 'bob',
      at: '2026-11-20T09:10:00Z',
      message: 'Upgrade the payment SDK',
      files: {
        'package.json': '{\n  "name": "web",\n  "dependencies": {\n    "payments": "5.0.1"\n  }\n}\n',
        'src/payment.js':
          "import { charge } from 'payments';\n\nexport const pay = (order) => charge({ total: order.total, card: order.card });\n",
      },
    },
    checks: [
      { name: 'test', conclusion: 'failure', log: failingLog },
      { name: 'lint', conclusion: 'success' },
    ],
    reviews: [],
    comments: [],
  },
  {
    number: 14,
    title: 'Dark mode',
    body: 'Follows the system setting. Product pages still to do.',
    by: 'carol',
    branch: 'dark-mode',
    draft: true,
    commit: {
      by: 'carol',
      at: '2026-11-20T13:36:00Z',
      message: 'Dark mode',
      files: {
        'src/dark.css': '@media (prefers-color-scheme: dark) {\n  body { background: #111; color: #eee; }\n}\n',
      },
    },
    checks: [{ name: 'test', conclusion: 'pending' }],
    reviews: [],
    comments: [],
  },
];

export const openIssues = [
  {
    by: 'carol' as Login,
    title: 'Checkout is slow on old phones',
    body: 'Takes 8 s on a five year old phone; the images are the biggest part.',
    labels: ['performance'],
  },
];

export type SeedWorkflow = {
  id: number;
  name: string;
  file: string;
  /** Inputs it takes when dispatched; null: it cannot be. */
  inputs: string[] | null;
  /** `run-name` of the workflow. */
  title?: (inputs: Record<string, string>) => string;
};

/** The first comes with every push. */
export const workflows: SeedWorkflow[] = [
  { id: 1, name: 'CI', file: 'ci.yml', inputs: null },
  {
    id: 2,
    name: 'Deploy',
    file: 'deploy.yml',
    inputs: ['version', 'environment', 'request'],
    title: ({ version = '', environment = '', request = '' }) =>
      ['Deploy', version, environment && `to ${environment}`, request && `(${request})`].filter(Boolean).join(' '),
  },
  { id: 3, name: 'Nightly', file: 'nightly.yml', inputs: [] },
];
