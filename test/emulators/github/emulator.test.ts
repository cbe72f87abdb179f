/** The emulated GitHub is honest: stateful, strict about credentials, never losing a commit, failing when told to. */
import { expect, onTestFinished, test } from 'vitest';
import { createGitHubEmulator, type GitHubEmulator } from '../../../src/emulators/github/index.ts';
import { startUpstream } from '../../../src/emulators/github/upstream.ts';
import { bot, people } from '../../../src/emulators/github/world.ts';

const repo = '/repos/acme/web';

async function start(): Promise<{ world: GitHubEmulator; call: ReturnType<typeof caller> }> {
  const world = await createGitHubEmulator();
  onTestFinished(() => world.close());
  return { world, call: caller(world) };
}

function caller(world: GitHubEmulator) {
  return async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(world.url + path, {
      method,
      headers: { authorization: `token ${world.token}`, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };
}

type Row = { number: number; head: { sha: string }; sha: string; title: string; commit: { message: string } };

test('the world is the same each time, down to the commit ids', async () => {
  const [first, second] = await Promise.all([createGitHubEmulator(), createGitHubEmulator()]);
  onTestFinished(() => Promise.all([first.close(), second.close()]).then(() => {}));
  expect(first.shas).toEqual(second.shas);
  expect(first.shas.main).toHaveLength(8);
  expect(Object.keys(first.shas.pulls)).toEqual(['12', '13', '14']);
});

test('no credentials, wrong ones and read-only ones are told apart', async () => {
  const { world, call } = await start();
  expect((await call('GET', repo, undefined, { authorization: '' })).status).toBe(401);
  expect((await call('GET', repo, undefined, { authorization: 'token admin' })).status).toBe(401);
  expect((await call('GET', repo, undefined, { authorization: 'token test_token_admin' })).status).toBe(401);
  // A JWT nobody signed is not an app.
  expect(
    (await call('GET', '/app', undefined, { authorization: `bearer eyJhbGciOiJub25lIn0.${btoa('{"iss":1}')}.` }))
      .status,
  ).toBe(401);
  const readOnly = { authorization: `token ${world.readOnlyToken}` };
  expect((await call('GET', repo, undefined, readOnly)).status).toBe(200);
  expect((await call('POST', `${repo}/issues`, { title: 'x' }, readOnly)).status).toBe(403);
});

test('a forged JWT does not read the repository', async () => {
  const { call } = await start();
  const forged = { authorization: `bearer eyJhbGciOiJub25lIn0.${btoa('{"iss":1}')}.` };
  expect((await call('GET', `${repo}/pulls/12`, undefined, forged)).status).toBe(401);
  expect((await call('PUT', `${repo}/pulls/12/merge`, {}, forged)).status).toBe(401);
});

test('a merge with an empty body merges; main moved meanwhile loses nothing', async () => {
  const { world, call } = await start();
  const other = await world.commitToMain('Meanwhile', 'carol');
  const before = world.shas.main.length;
  expect(await call('PUT', `${repo}/pulls/12/merge`)).toMatchObject({ status: 200 });
  const log = (await call('GET', `${repo}/commits?per_page=100`)).json() as Row[];
  expect(log.map(({ sha }) => sha)).toEqual(expect.arrayContaining([other, ...world.shas.main]));
  expect(world.shas.main).toHaveLength(before + 1);
  const files = (await call('GET', `${repo}/compare/${other}...main`)).json() as { files: { filename: string }[] };
  expect(files.files.map(({ filename }) => filename)).toEqual(['src/cache.js', 'src/pages/product.js']);
});

test.each(['merge', 'squash', 'rebase'])('by %s the content of both sides is on main', async (merge_method) => {
  const { world, call } = await start();
  await world.pushToPull(12);
  await world.commitToMain('Meanwhile');
  expect((await call('PUT', `${repo}/pulls/12/merge`, { merge_method })).status).toBe(200);
  const tree = (await call('GET', `${repo}/git/trees/main?recursive=1`)).json() as { tree: { path: string }[] };
  expect(tree.tree.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['src/cache.js', 'src/follow-up-12.js', 'CHANGES.md']),
  );
});

test('the sha pin holds: a moved head is 409, and a second merge is 405', async () => {
  const { world, call } = await start();
  const old = world.shas.pulls[12];
  const head = await world.pushToPull(12);
  expect(world.shas.pulls[12]).toBe(head);
  expect(((await call('GET', `${repo}/pulls/12`)).json() as Row).head.sha).toBe(head);
  expect((await call('PUT', `${repo}/pulls/12/merge`, { sha: old })).status).toBe(409);
  expect((await call('PUT', `${repo}/pulls/14/merge`)).status).toBe(405);
  expect((await call('PUT', `${repo}/pulls/12/merge`, { sha: head })).status).toBe(200);
  expect((await call('PUT', `${repo}/pulls/12/merge`, { sha: head })).status).toBe(405);
});

test('a list says less of a pull request than the pull request itself', async () => {
  const { call } = await start();
  const [listed = {}] = (await call('GET', `${repo}/pulls`)).json() as object[];
  expect(listed).not.toHaveProperty('mergeable');
  expect((await call('GET', `${repo}/pulls/14`)).json()).toMatchObject({ mergeable: true, mergeable_state: 'draft' });
  expect((await call('GET', `${repo}/pulls/13`)).json()).toMatchObject({
    mergeable: true,
    mergeable_state: 'unstable',
  });
});

test('checks can be set, and the latest of a name counts', async () => {
  const { world, call } = await start();
  const sha = world.shas.pulls[14] ?? '';
  await world.setCheck(sha, 'test', 'success');
  expect((await call('GET', `${repo}/commits/${sha}/check-runs`)).json()).toMatchObject({
    total_count: 1,
    check_runs: [{ name: 'test', conclusion: 'success' }],
  });
});

test('every call is recorded with its answer', async () => {
  const { world, call } = await start();
  await call('POST', `${repo}/issues`, { title: 'x' });
  await call('GET', `${repo}/pulls/99`);
  expect(world.requests).toEqual([
    { method: 'POST', path: `${repo}/issues`, body: { title: 'x' }, status: 201 },
    { method: 'GET', path: `${repo}/pulls/99`, body: undefined, status: 404 },
  ]);
});

test('faults come once, where told, and a lost answer has done the work', async () => {
  const { world, call } = await start();
  world.fault('unavailable', { on: /issues$/ });
  expect((await call('GET', `${repo}/pulls/12`)).status).toBe(200);
  expect((await call('GET', `${repo}/issues`)).status).toBe(503);
  expect((await call('GET', `${repo}/issues`)).status).toBe(200);
  world.fault('rate limit', { seconds: 30 });
  const limited = await call('GET', repo);
  expect([limited.status, limited.headers.get('x-ratelimit-remaining')]).toEqual([403, '0']);
  world.fault('lost answer', { on: /^POST/ });
  await expect(call('POST', `${repo}/issues`, { title: 'kept' })).rejects.toThrow('fetch failed');
  expect(((await call('GET', `${repo}/issues`)).json() as Row[])[0]?.title).toBe('kept');
});

test('links lead to plain pages, in which nothing of a title is markup', async () => {
  const { call, world } = await start();
  const html = { accept: 'text/html' };
  expect((await call('GET', '/acme/web/pull/12', undefined, html)).text).toContain(
    '<h1>Cache the product page #12</h1>',
  );
  const sha = await world.commitToMain('<script>alert(1)</script>');
  const page = await call('GET', `/acme/web/commit/${sha}`, undefined, html);
  expect(page.text).toContain('<h1>&lt;script&gt;');
  expect(page.text).not.toContain('<script>');
});

test('no cut after 5,000 calls, as the emulator underneath has it for each token', async () => {
  const upstream = await startUpstream({
    bot,
    people,
    organisation: 'acme',
    repository: { name: 'web', description: '' },
  });
  onTestFinished(() => upstream.close());
  const calls = new Map<string, number>();
  for (let call = 0; call < 20_000; call++) {
    const token = upstream.botToken();
    calls.set(token, (calls.get(token) ?? 0) + 1);
  }
  expect(Math.max(...calls.values())).toBeLessThan(5_000);
  for (const token of calls.keys()) {
    const answer = await fetch(`${upstream.url}/user`, { headers: { authorization: `token ${token}` } });
    expect(await answer.json()).toMatchObject({ login: bot });
  }
});

test('lists come in pages, each row once', async () => {
  const { call } = await start();
  const numbers = async (page: number) =>
    ((await call('GET', `${repo}/issues?state=all&per_page=6&page=${page}`)).json() as Row[]).map(
      ({ number }) => number,
    );
  expect(await numbers(1)).toEqual([15, 14, 13, 12, 11, 10]);
  expect(await numbers(3)).toEqual([3, 2, 1]);
  expect(await numbers(4)).toEqual([]);
  const files = async (page: number) =>
    (await call('GET', `${repo}/pulls/12/files?per_page=1&page=${page}`)).json() as object[];
  expect(await files(2)).toMatchObject([{ filename: 'src/pages/product.js' }]);
  expect(await files(3)).toEqual([]);
});
