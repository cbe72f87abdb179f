/** The list of actions is a promise to models, people and policies: it changes only on purpose. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { connectGitHub, github } from '../../../src/connectors/github/index.ts';
import { promises, silent } from '../alone.ts';

const config = github.config.parse({ GITHUB_TOKEN: 'ghp_x' });
const { actions } = connectGitHub(config, { log: silent });
const key = '-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----';

test('the actions are these', async () => {
  const list = promises(actions);
  await expect(`${JSON.stringify(list, null, 2)}\n`).toMatchFileSnapshot('actions.golden.txt');
});

test('every input is strict and every field of it is described', () => {
  for (const { name, input } of actions) {
    const schema = z.toJSONSchema(input, { io: 'input' });
    expect(schema.additionalProperties, name).toBe(false);
    for (const [field, value] of Object.entries(schema.properties ?? {}))
      expect(value, `${name}.${field}`).toHaveProperty('description');
  }
});

test('every write can be planned, and looked up after a crash', () => {
  const writing = actions.filter((action) => action.effect !== 'read');
  expect(writing.length).toBeGreaterThan(5);
  for (const action of writing) {
    expect(action.plan, action.name).toBeTypeOf('function');
    expect('reconcile' in action && action.reconcile, action.name).toBeTypeOf('function');
  }
});

test.each([
  'web',
  'acme/web/issues',
  '../web',
  'acme/..',
  'acme/we b',
  'acme/web?x=1',
  '-acme/web',
  'https://github.com/acme/web',
])('a repository is not called %s', (repo) => {
  for (const action of actions) {
    const fields = z.toJSONSchema(action.input, { io: 'input' }).properties ?? {};
    if (!('repo' in fields)) continue;
    const problems = action.input.safeParse({ repo }).error?.issues.map((issue) => issue.path.join('.'));
    expect(problems, action.name).toContain('repo');
  }
});

test.each(['', 'a..b', '-rf', 'x y', 'main:src', '@{-1}^'])('a ref is not called “%s”', (ref) => {
  const action = actions.find(({ name }) => name === 'github_get_commit');
  expect(action?.input.safeParse({ repo: 'acme/web', ref }).success).toBe(false);
});

test('a commit to merge is named in full: a short id could mean another one tomorrow', () => {
  const action = actions.find(({ name }) => name === 'github_merge_pull_request');
  expect(action?.input.safeParse({ repo: 'acme/web', number: 12, sha: 'abc1234' }).success).toBe(false);
});

test('a token turns it on, or the three variables of an app together', () => {
  expect(config).toEqual({ GITHUB_TOKEN: 'ghp_x', GITHUB_API_URL: 'https://api.github.com' });
  const app = { GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: key, GITHUB_APP_INSTALLATION_ID: '9' };
  expect(github.config.parse(app)).toMatchObject({ GITHUB_APP_ID: 7, GITHUB_APP_INSTALLATION_ID: 9 });
  expect(github.config.parse(app).GITHUB_APP_PRIVATE_KEY).toContain('\nMIIE\n');
  expect(github.needs.map((need) => need.variable)).toEqual(['GITHUB_TOKEN', 'GITHUB_APP_ID']);
});

test('what is missing or malformed is named', () => {
  const problems = (environment: Record<string, string>) =>
    github.config.safeParse(environment).error?.issues.map((issue) => issue.path.join('.'));
  expect(problems({ GITHUB_APP_ID: '7' })).toEqual(['GITHUB_APP_PRIVATE_KEY', 'GITHUB_APP_INSTALLATION_ID']);
  expect(problems({ GITHUB_TOKEN: 'two words' })).toEqual(['GITHUB_TOKEN']);
  expect(problems({ GITHUB_TOKEN: 'x', GITHUB_API_URL: 'api.github.com' })).toEqual(['GITHUB_API_URL']);
  expect(problems({ GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY: 'key.pem', GITHUB_APP_INSTALLATION_ID: '9' })).toEqual([
    'GITHUB_APP_PRIVATE_KEY',
  ]);
});
