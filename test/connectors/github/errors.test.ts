/** GitHub's refusals become words and a next step; credentials of both kinds work; one owner retries. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { github as connector } from '../../../src/connectors/github/index.ts';
import { acme, connect, refusal, repo, writes } from './acme.ts';

const merge = 'github_merge_pull_request';

test('a token that is not accepted: where to get one', async () => {
  const github = connect(await acme(), { GITHUB_TOKEN: 'ghp_revoked' });
  const error = await refusal(github.act('github_get_commit', { repo, ref: 'main' }));
  expect(error).toMatchObject({ code: 'forbidden', message: 'GitHub does not accept the credentials.' });
  expect(error.hint).toContain('https://github.com/settings/personal-access-tokens');
  expect(error.message + error.hint).not.toContain('ghp_revoked');
});

test('a token that may only read: which permission is missing', async () => {
  const world = await acme();
  const github = connect(world, { GITHUB_TOKEN: world.readOnlyToken });
  const plan = await github.plan(merge, { repo, number: 12, sha: world.shas.pulls[12] ?? '' });
  const error = await refusal(github.run(plan));
  expect(error).toMatchObject({ code: 'forbidden' });
  expect(error.hint).toBe('Give the token or the app this permission: contents: write or pull_requests: write.');
});

test('what is not there, or not shown: both are said', async () => {
  const error = await refusal(connect(await acme()).act('github_list_pull_requests', { repo: 'acme/other' }));
  expect(error).toMatchObject({ code: 'not_found', hint: expect.stringContaining('may see this repository') });
  expect(error.message).toContain('acme/other/pulls');
});

test('the rate limit of the hour: when to come back', async () => {
  const world = await acme();
  world.fault('rate limit', { seconds: 110 });
  const error = await refusal(connect(world).act('github_get_commit', { repo, ref: 'main' }));
  expect(error).toMatchObject({ code: 'rate_limited' });
  expect(error.retryAfterMs).toBeGreaterThan(108_000);
  expect(error.retryAfterMs).toBeLessThanOrEqual(111_000);
  expect(error.hint).toBe('Try again in 2 minutes.');
  expect(world.requests).toHaveLength(1);
});

test('the secondary rate limit: Retry-After is handed on, and a write is not sent again', async () => {
  const world = await acme();
  const github = connect(world);
  const plan = await github.plan(merge, { repo, number: 12, sha: world.shas.pulls[12] ?? '' });
  world.fault('secondary rate limit', { seconds: 7, on: /^PUT / });
  expect(await refusal(github.run(plan))).toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 7_000,
    hint: 'Try again in 7 seconds.',
  });
  expect(writes(world)).toHaveLength(1);
});

test('a read is tried again when GitHub stumbles, a write never is', async () => {
  const world = await acme();
  const github = connect(world);
  world.fault('unavailable', { times: 2, on: /^GET .*\/commits\/main$/ });
  expect(await github.act('github_get_commit', { repo, ref: 'main' })).toMatchObject({ sha: world.shas.main[0] });
  expect(world.requests).toHaveLength(3);

  const plan = await github.plan('github_add_labels', { repo, number: 15, labels: ['bug'] });
  world.fault('unavailable', { times: 5, on: /^POST / });
  await refusal(github.run(plan));
  expect(writes(world)).toHaveLength(1);
});

test('a conflict is not tried again either: octokit would have', async () => {
  const world = await acme();
  const github = connect(world);
  const plan = await github.plan(merge, { repo, number: 12, sha: world.shas.pulls[12] ?? '' });
  await world.pushToPull(12);
  await refusal(github.run(plan));
  expect(writes(world)).toHaveLength(1);
});

test('a request GitHub finds fault with is named in its own words', async () => {
  const world = await acme();
  const github = connect(world);
  const plan = await github.plan('github_request_review', { repo, number: 13, reviewers: ['alice'] });
  const error = await refusal(github.run({ ...plan, input: { repo, number: 13, reviewers: ['bob'] } }));
  expect(error).toMatchObject({ code: 'bad_input' });
  expect(error.message).toBe(
    'GitHub finds fault with the request: Review cannot be requested from pull request author.',
  );
});

test('nobody at the address: nothing was done, and it is said so', async () => {
  const world = await acme();
  const github = connect(world);
  await world.close();
  expect(await refusal(github.act('github_create_issue', { repo, title: 'x', body: 'y' }))).toMatchObject({
    code: 'unavailable',
  });
});

/** A GitHub that answers everything with this. */
async function saying(status: number, text: string, headers: Record<string, string> = {}) {
  const server = createServer((_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return connect({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'ghp_x' });
}

test('an answer cut short is no answer: of a write it stays open whether it was done', async () => {
  const plan = {
    ...{ action: merge, effect: 'write' as const, hash: '', target: '', summary: '', details: [], preconditions: [] },
    input: { repo, number: 12, sha: 'a'.repeat(40), method: 'squash' },
    resolved: { sha: 'a'.repeat(40), method: 'squash' },
  };
  const cut = await saying(200, '{"merged": tr');
  expect(await refusal(cut.run(plan))).toMatchObject({ code: 'timeout' });
  expect(await refusal(cut.act('github_get_commit', { repo, ref: 'main' }))).toMatchObject({ code: 'unavailable' });
  // `merged: false` is no merge, whatever the status says.
  const not = await saying(200, '{"merged": false, "sha": "", "message": ""}');
  expect(await refusal(not.run(plan))).toMatchObject({ code: 'timeout' });
});

test('single sign-on is told from a missing permission', async () => {
  const github = await saying(403, '{"message":"Resource protected by organization SAML enforcement."}', {
    'x-github-sso': 'required; url=https://x',
  });
  expect((await refusal(github.act('github_get_commit', { repo, ref: 'main' }))).hint).toContain('single sign-on');
});

test('a diff too large for GitHub is said to be', async () => {
  const github = await saying(406, '{"message":"Sorry, the diff exceeded the maximum number of lines (20000)"}');
  expect(await refusal(github.act('github_get_diff', { repo, number: 12 }))).toMatchObject({
    code: 'bad_input',
    message: expect.stringContaining('exceeded the maximum number of lines'),
  });
});

test('a request called off ends at once', async () => {
  const world = await acme();
  const github = connect(world);
  const plan = await github.plan('github_get_commit', { repo, ref: 'main' });
  expect(await refusal(github.run(plan, 'run1/1', AbortSignal.abort()))).toMatchObject({ code: 'timeout' });
});

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

test('an app works like a token: one installation token serves many calls, and it merges', async () => {
  const world = await acme({ app: { id: 77, installationId: 99, privateKey } });
  const config = connector.config.parse({
    GITHUB_APP_ID: '77',
    GITHUB_APP_INSTALLATION_ID: '99',
    GITHUB_APP_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n'),
    GITHUB_API_URL: world.url,
  });
  const github = connect(world, config);
  expect(await github.act('github_list_repositories', {})).toMatchObject({ repositories: [{ repo }] });
  await github.act(merge, { repo, number: 12, sha: world.shas.pulls[12] ?? '' });
  expect(writes(world)).toEqual(['POST /app/installations/99/access_tokens', `PUT /repos/${repo}/pulls/12/merge`]);
  expect(await github.connection.check()).toMatchObject({
    state: 'ok',
    can: expect.stringContaining('is Sophia; sees 1 repositor'),
  });
});

test('a key that is no key is said to be the trouble, without showing it', async () => {
  const world = await acme();
  const broken = '-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----';
  const github = connect(world, { GITHUB_APP_ID: 1, GITHUB_APP_INSTALLATION_ID: 2, GITHUB_APP_PRIVATE_KEY: broken });
  const error = await refusal(github.act('github_list_repositories', {}));
  expect(error).toMatchObject({
    code: 'not_configured',
    message: 'GITHUB_APP_PRIVATE_KEY cannot be read as a private key.',
  });
  expect(JSON.stringify([error.message, error.hint, String(error.cause)])).not.toContain('c2VjcmV0');
});

test('the doctor says who it is, what it sees, and what is left of the hour', async () => {
  const world = await acme();
  expect(await connect(world).connection.check()).toEqual({
    state: 'ok',
    can: 'is sophia-bot; sees 1 repository; scopes: repo; 4,999 calls left this hour',
  });
  expect(await connect(world, { GITHUB_TOKEN: 'ghp_wrong' }).connection.check()).toMatchObject({
    state: 'failing',
    problem: 'GitHub does not accept the credentials.',
  });
});
