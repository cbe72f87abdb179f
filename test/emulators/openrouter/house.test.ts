/** The rehearsal model with the house's real tools, as the app offers them: the questions of the playground find their way. */
import { describe, expect, test } from 'vitest';
import { connectFly } from '../../../src/connectors/fly/index.ts';
import { connectGitHub } from '../../../src/connectors/github/index.ts';
import type { Action } from '../../../src/core/action.ts';
import type { Log } from '../../../src/core/connector.ts';
import { rehearse } from '../../../src/emulators/openrouter/rehearsal/index.ts';
import type { WireTool } from '../../../src/emulators/openrouter/types.ts';
import { inputSchema } from '../../../src/flow/input.ts';
import { parseServices, workflows } from '../../../src/workflows/index.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const book = parseServices(
  'services: { web: { repository: acme/web, environments: { production: { fly_app: acme-web, image: "registry.fly.io/acme-web:{sha}" } } } }',
);
const nowhere = 'http://127.0.0.1:9';
const actions: Action[] = [
  ...connectGitHub({ GITHUB_TOKEN: 'ghp_test', GITHUB_API_URL: nowhere }, { log: silent }).actions,
  ...connectFly({ FLY_API_TOKEN: 'fly_test', FLY_API_URL: nowhere, FLY_REGISTRY_URL: nowhere }, { log: silent })
    .actions,
  ...workflows(book),
];
const tools: WireTool[] = actions.map((action) => ({
  type: 'function',
  function: {
    name: action.name,
    description: action.description,
    parameters: inputSchema(action) as NonNullable<WireTool['function']['parameters']>,
  },
}));
const ask = (question: string) => rehearse({ messages: [{ role: 'user', content: question }], tools });

const cases: [string, { name: string; arguments: object }[]][] = [
  [
    'which pull requests are waiting in acme/web?',
    [{ name: 'github_list_pull_requests', arguments: { repo: 'acme/web', state: 'open' } }],
  ],
  [
    'What PRs are open in acme/web, and which are ready to merge?',
    [{ name: 'github_list_pull_requests', arguments: { repo: 'acme/web', state: 'open' } }],
  ],
  ['tell me about #12 in acme/web', [{ name: 'github_get_pull_request', arguments: { repo: 'acme/web', number: 12 } }]],
  ["what's running on acme-web?", [{ name: 'fly_get_status', arguments: { app: 'acme-web' } }]],
  ['status of acme-web', [{ name: 'fly_get_status', arguments: { app: 'acme-web' } }]],
  ['is acme-web healthy?', [{ name: 'fly_get_status', arguments: { app: 'acme-web' } }]],
  ['which fly apps do we have?', [{ name: 'fly_list_apps', arguments: {} }]],
  [
    'why does #13 in acme/web fail?',
    [
      { name: 'github_list_checks', arguments: { repo: 'acme/web', ref: '#13' } },
      { name: 'github_get_job_log', arguments: { repo: 'acme/web', ref: '#13' } },
    ],
  ],
  [
    'Why are the checks of pull request 13 of acme/web failing?',
    [
      { name: 'github_list_checks', arguments: { repo: 'acme/web', ref: '#13' } },
      { name: 'github_get_job_log', arguments: { repo: 'acme/web', ref: '#13' } },
    ],
  ],
  ['is main of acme/web green?', [{ name: 'github_list_checks', arguments: { repo: 'acme/web', ref: 'main' } }]],
  [
    'compare v1 with main in acme/web',
    [{ name: 'github_compare', arguments: { repo: 'acme/web', base: 'v1', head: 'main' } }],
  ],
  ['who reviewed #12 in acme/web?', [{ name: 'github_list_reviews', arguments: { repo: 'acme/web', number: 12 } }]],
  ['show me the diff of #12 in acme/web', [{ name: 'github_get_diff', arguments: { repo: 'acme/web', number: 12 } }]],
  [
    'which issues are open in acme/web?',
    [{ name: 'github_list_issues', arguments: { repo: 'acme/web', state: 'open' } }],
  ],
  ['please merge #12 in acme/web', [{ name: 'merge', arguments: { repo: 'acme/web', number: 12 } }]],
  ['please merge pull request 12 of acme/web', [{ name: 'merge', arguments: { repo: 'acme/web', number: 12 } }]],
  [
    'could you deploy web to production please',
    [{ name: 'deploy', arguments: { service: 'web', environment: 'production' } }],
  ],
  ['ship web', [{ name: 'deploy', arguments: { service: 'web' } }]],
  ['roll web back', [{ name: 'rollback', arguments: { service: 'web' } }]],
];

describe('with the tools of the house', () => {
  test.each(cases)('“%s”', (question, calls) => {
    expect((ask(question).calls ?? []).map(({ name, arguments: input }) => ({ name, arguments: input }))).toEqual(
      calls,
    );
  });

  test('whatever it calls, the action takes the input', () => {
    for (const [, calls] of cases)
      for (const call of calls) {
        const action = actions.find((one) => one.name === call.name);
        expect(action?.input.safeParse(call.arguments).error, call.name).toBeUndefined();
      }
  });

  test.each([
    'should we merge #12 in acme/web?',
    'is #12 in acme/web ready to merge?',
    'why did the deploy of web fail?',
    'when was web deployed to production?',
    'what would happen if I merged #12 in acme/web?',
    'thanks!',
  ])('“%s” changes nothing', (question) => {
    const effects = (ask(question).calls ?? []).map((call) => actions.find((one) => one.name === call.name)?.effect);
    expect(effects.filter((effect) => effect !== 'read')).toEqual([]);
  });

  test('every example of the help text leads to a call', () => {
    const examples = [...(ask('sing a song').text ?? '').matchAll(/^- (.+)$/gm)].map((match) => match[1] ?? '');
    expect(examples.length).toBeGreaterThan(4);
    for (const example of examples) expect(ask(example).calls ?? [], example).not.toEqual([]);
  });
});
