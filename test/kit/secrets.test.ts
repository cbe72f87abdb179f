/** Secrets in other people's words: taken out by their shape, while ordinary talk is left alone. */
import { expect, test } from 'vitest';
import { withoutSecrets } from '../../src/kit/secrets.ts';
import { makeSlackSet } from '../eval/memory/slack-set.ts';
import { secretSamples } from './secret-samples.ts';

test('of two hundred kinds of secrets at least 99 % are gone', () => {
  const samples = secretSamples();
  const kept = samples.filter(({ text, secret }) => withoutSecrets(text).includes(secret));
  expect(samples.length).toBeGreaterThanOrEqual(200);
  expect(kept.map((one) => one.shape)).toEqual(expect.arrayContaining([]));
  expect(kept.length / samples.length, JSON.stringify(kept.map((one) => one.text))).toBeLessThanOrEqual(0.01);
});

test('of thousands of ordinary messages at most 1 % are touched', () => {
  const set = makeSlackSet();
  const said = [...new Set(set.rows.filter((row) => !row.text.includes('password')).map((row) => row.text))];
  const touched = said.filter((text) => withoutSecrets(text) !== text);
  expect(said.length).toBeGreaterThan(700);
  expect(touched).toEqual([]);
});

test.each([
  'the token is expired, ask Ben',
  'password: see the vault',
  `API_KEY=\${OPENROUTER_API_KEY} in the compose file`,
  'secret: vault:secret/sophia#slack_bot_token',
  'the key is under the mat',
  'commit 3f2a9c1b4d5e6f708192a3b4c5d6e7f8091a2b3c broke it',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'run 550e8400-e29b-41d4-a716-446655440000 failed',
  'https://github.com/acme/web/pull/12/files#diff-9f86d081884c7d659a2feaa0c55ad015',
  'see createApprovalCardForTheRequesterOfTheDeploy in flow/cards.ts',
  'SOPHIA_BUDGET_PERSON_USD and SOPHIA_EMBEDDINGS_DIMENSIONS_DEFAULT_VALUE are set',
  'AWS_REGION=eu-west-1 and NODE_ENV=production',
  'the secret is to deploy on Tuesdays',
  'my access token was refused',
  'auth token: missing',
])('left alone: %j', (text) => expect(withoutSecrets(text)).toBe(text));

test('a long text is read in reasonable time, whatever it is made of', () => {
  for (const part of ['a', 'password is ', '-----BEGIN PRIVATE KEY-----\n', 'eyJ', 'x:y@', 'http://', '= ', 'A1b']) {
    const begun = performance.now();
    withoutSecrets(part.repeat(20_000 / part.length));
    expect(performance.now() - begun).toBeLessThan(2_000);
  }
});
