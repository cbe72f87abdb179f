/** A repository as a collection: its default branch's files and nothing that only looks like one. */
import { expect, test } from 'vitest';
import { connectGitHub, type GitHubConfig } from '../../../src/connectors/github/index.ts';
import { silent } from '../alone.ts';
import { acme, refusal } from './acme.ts';

const signal = AbortSignal.timeout(20_000);
const name = 'github:acme/web';

function sourceAt(url: string, token = 'x', inner?: typeof fetch) {
  const { source } = connectGitHub(
    { GITHUB_API_URL: url, GITHUB_TOKEN: token } as GitHubConfig,
    { log: silent },
    inner,
  );
  if (!source) throw new Error('GitHub has no source');
  return source;
}

/** Answers of GitHub by path. */
function answering(answers: Record<string, object>): typeof fetch {
  return async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input));
    const body = answers[pathname];
    const headers = { 'content-type': 'application/json' };
    return new Response(JSON.stringify(body ?? { message: 'Not Found' }), { status: body ? 200 : 404, headers });
  };
}

test('files, contents, links and the newest discussions', async () => {
  const world = await acme();
  const source = sourceAt(world.url, world.token);
  expect(await source.find('https://github.com/acme/web.git', signal)).toEqual({
    name,
    about: 'acme/web, a private repository on GitHub',
  });
  const { state, files } = await source.look(name, signal);
  expect(state).toBe(world.shas.main[0]);
  const file = files.find(({ path }) => path === 'src/database.js');
  expect(file && (await source.read(name, file, signal))).toBe('export const slowQueryMs = 250;\n');
  const things = await source.things(name, signal);
  expect(things.map(({ text }) => text.split('\n')[0])).toContain('Issue #15: Checkout is slow on old phones (open)');
  expect(things.find(({ origin }) => origin === `${name}/discussion/12#`)?.text).toMatch(/^Pull request #12/);
});

test('links, submodules and folders are no files, and a tree that was cut short is refused', async () => {
  const at = (rest: string) => `/repos/acme/web${rest}`;
  const entry = (path: string, mode: string, type = 'blob') => ({ path, mode, type, sha: path, size: 1 });
  const tree = [
    ...[entry('a.ts', '100644'), entry('run.sh', '100755'), entry('out', '120000')],
    ...[entry('lib', '160000', 'commit'), entry('src', '040000', 'tree')],
  ];
  const answers: Record<string, object> = {
    [at('')]: { full_name: 'acme/web', default_branch: 'main', private: true, html_url: 'https://github.com/acme/web' },
    [at('/commits/main')]: { sha: 'c1', commit: { tree: { sha: 't1' }, committer: { date: '2026-03-01T10:00:00Z' } } },
    [at('/git/trees/t1')]: { truncated: false, tree },
    [at('/git/blobs/a.ts')]: { encoding: 'base64', content: Buffer.from([0xff, 0xfe, 0x00]).toString('base64') },
  };
  const source = sourceAt('https://api.github.com', 'x', answering(answers));
  const { files } = await source.look(name, signal);
  expect(files.map(({ path }) => path)).toEqual(['a.ts', 'run.sh']);
  expect(await source.read(name, { path: 'a.ts', version: 'a.ts', bytes: 3 }, signal)).toBeNull();
  expect(source.link(name, 'c1', 'a b/#.ts', { from: 2, to: 9 })).toBe(
    'https://github.com/acme/web/blob/c1/a%20b/%23.ts#L2-L9',
  );
  answers[at('/git/trees/t1')] = { truncated: true, tree };
  expect(await refusal(source.look(name, signal))).toMatchObject({ code: 'bad_input' });
});

test('what is no repository is said before anybody is asked', async () => {
  const source = sourceAt('https://api.github.com', 'x', answering({}));
  expect(await refusal(source.find('../etc', signal))).toMatchObject({ code: 'bad_input' });
  expect(await refusal(source.find('acme/..', signal))).toMatchObject({ code: 'bad_input' });
  expect(await refusal(source.find('just-a-word', signal))).toMatchObject({ code: 'bad_input' });
  expect(await refusal(source.find('acme/none', signal))).toMatchObject({ code: 'not_found' });
});
