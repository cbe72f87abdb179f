/** docs/actions.md is written from the actions themselves; `npx vitest run test/actions-page.test.ts -u` writes it anew. */
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { fly } from '../src/connectors/fly/index.ts';
import { github } from '../src/connectors/github/index.ts';
import type { Action } from '../src/core/action.ts';
import type { Services } from '../src/core/job.ts';
import { houseActions } from '../src/flow/house/index.ts';
import { workflows } from '../src/workflows/index.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const groups: [string, Action[]][] = [
  ['Workflows', workflows({})],
  ['GitHub', github.connect(github.config.parse({ GITHUB_TOKEN: 'none' }), { log }).actions],
  ['Fly.io', fly.connect(fly.config.parse({ FLY_API_TOKEN: 'none' }), { log }).actions],
  [
    'SOPHIA herself',
    houseActions((): Services => {
      throw new Error('nothing is run here');
    }),
  ],
];

function row(action: Action): string {
  const marks = [
    ...(action.taints ? ['untrusted output'] : []),
    ...(action.egress ? ['input leaves the house'] : []),
    ...(action.worksFrozen ? ['works while frozen; people only'] : []),
  ];
  const usage = action.usage === undefined ? '' : `\`${action.usage.replaceAll('|', '\\|')}\``;
  return `| \`${action.name}\` | ${action.effect} | ${usage} | ${action.description.replaceAll('|', '\\|')}${marks.length > 0 ? ` (${marks.join('; ')})` : ''} |`;
}

const page = [
  '# Actions',
  '',
  'Everything SOPHIA can do, written from the code. `read` changes nothing; whether a `write` or a `destroy` asks somebody is',
  '[policy](policy.md). What can be typed stands under *typed*: after `/sophia`, or after mentioning her. `plan <command>` shows what a',
  'command would do and asks nobody; `help [<topic>]` lists this in Slack.',
  ...groups.flatMap(([title, actions]) => [
    '',
    `## ${title}`,
    '',
    '| action | effect | typed | what it does |',
    '|---|---|---|---|',
    ...actions.map(row),
  ]),
  '',
].join('\n');

test('docs/actions.md lists every action as it is', async () => {
  await expect(page).toMatchFileSnapshot(join(resolve(import.meta.dirname, '..'), 'docs/actions.md'));
});

test('no two actions share a name or the words they are typed with', () => {
  const all = groups.flatMap(([, actions]) => actions);
  for (const key of ['name', 'usage'] as const) {
    const values = all.flatMap((action) => action[key] ?? []);
    expect(values).toEqual([...new Set(values)]);
  }
});

test('what can be typed comes with an example', () => {
  const without = groups.flatMap(([, actions]) => actions.filter((action) => action.usage && !action.example));
  expect(without.map((action) => action.name)).toEqual([]);
});
