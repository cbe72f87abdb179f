/** Collections: only what changed is fetched, what is gone is forgotten, and whatever fails on the way is made up for. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Source, SourceFile, Thing } from '../../src/core/collections.ts';
import { SophiaError } from '../../src/core/error.ts';
import { type CollectionKeeper, createCollectionKeeper } from '../../src/memory/collections.ts';
import { createMemory } from '../../src/memory/index.ts';
import { silent } from '../connectors/alone.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';
import { alice, deploys, eng, everybodys } from './samples.ts';

const name = 'github:acme/web';
const retry = 'export function retryWithBackoff() {\n  return 250;\n}\n';
const minutes = (count: number) => new Date(Date.UTC(2026, 2, 2, 9, count));

let store: TestStore;
let keeper: CollectionKeeper;
let tree: Record<string, string | null>;
let read: string[];
let told: [string, string, string][];
let audience: Record<string, string>;
let now: Date;
let trouble: (path: string) => Promise<void>;
let things: Thing[];

const source: Source = {
  system: 'github',
  find: async () => ({ name, about: 'acme/web' }),
  look: async () => ({
    state: JSON.stringify(tree).length.toString(),
    at: '2026-03-01T10:00:00.000Z',
    files: Object.entries(tree).map(
      ([path, text]): SourceFile => ({ path, version: `${text}`, bytes: text?.length ?? 0 }),
    ),
  }),
  async read(_name, { path }) {
    await trouble(path);
    read.push(path);
    return tree[path] ?? null;
  },
  link: (_name, state, path, { from, to }) => `https://git.example/${path}@${state}#L${from}-L${to}`,
  things: async () => things,
};

beforeEach(async () => {
  store = await openTestStore();
  [tree, read, told, things] = [{ 'src/retry.ts': retry, 'README.md': '# Web\nThe shop.\n' }, [], [], []];
  audience = { [eng]: eng, [deploys]: everybodys };
  now = minutes(0);
  trouble = async () => undefined;
  keeper = createCollectionKeeper({
    collections: store.collections,
    sources: new Map([['github', source]]),
    memory: createMemory({ rows: store.memories, index: store.textIndex }),
    rows: store.memories,
    async audience(channel) {
      const token = audience[channel];
      if (token === undefined) throw new Error('not in there');
      return token;
    },
    redact: (text) => text.replaceAll('live-secret', '[secret]'),
    say: async (channel, key, words) => void told.push([channel, key, words]),
    log: silent,
    now: () => now,
  });
});
afterEach(() => store.close());

const connect = (channel = eng) => store.collections.connect({ name, channel, by: alice, at: now.toISOString() });
async function rounds(): Promise<void> {
  while (await keeper.round());
}
async function rows(channel = eng) {
  const found = await store.memories.find({ channel }, 100);
  return found.map(({ origin, text, acl, link }) => ({ origin, text, acl, link }));
}
const origins = async (channel = eng) => (await rows(channel)).map((row) => row.origin).sort();

test('after the first reading only files with another version are fetched; what is gone goes, what moved is found anew', async () => {
  await connect();
  await rounds();
  expect(await origins()).toEqual([`${name}/README.md#Web`, `${name}/src/retry.ts#retryWithBackoff`]);
  read.length = 0;
  tree = { 'lib/retry.ts': retry, 'README.md': '# Web\nThe shop.\n', 'src/new.ts': 'export const fresh = 1;\n' };
  await store.collections.want(name);
  await rounds();
  expect(read.sort()).toEqual(['lib/retry.ts', 'src/new.ts']);
  expect(await origins()).toEqual([
    `${name}/README.md#Web`,
    `${name}/lib/retry.ts#retryWithBackoff`,
    `${name}/src/new.ts#fresh`,
  ]);
});

test('a forced push back to what was leaves exactly what is', async () => {
  await connect();
  await rounds();
  const before = tree;
  tree = { 'src/other.ts': 'export const other = 1;\n' };
  await store.collections.want(name);
  await rounds();
  tree = before;
  await store.collections.want(name);
  await rounds();
  expect(await origins()).toEqual([`${name}/README.md#Web`, `${name}/src/retry.ts#retryWithBackoff`]);
});

test('binary, huge and vendored files are left alone, and secrets are taken out', async () => {
  tree = {
    'src/key.ts':
      'export const key = "live-secret";\nexport const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";\n',
    'src/blob.ts': null,
    'src/huge.ts': 'x'.repeat(1_000_001),
    'src/null.ts': 'const a = 1;\0',
    'node_modules/a/index.js': retry,
    'dist/app.min.js': retry,
    'package-lock.json': '{}',
    'logo.png': 'bytes',
  };
  await connect();
  await rounds();
  expect(read.sort()).toEqual(['src/blob.ts', 'src/key.ts', 'src/null.ts']);
  const [row, ...others] = await rows();
  expect(others).toEqual([]);
  expect(row?.text).not.toMatch(/live-secret|ghp_0123/);
});

test('a reading that fails is said, tried again later, and does not fetch again what it has', async () => {
  tree = Object.fromEntries([...'abcdefghij'].map((letter) => [`src/${letter}.ts`, `export const ${letter}1 = 1;\n`]));
  trouble = async (path) => {
    if (path === 'src/i.ts') throw new SophiaError('rate_limited', 'GitHub says it is enough for this hour.');
  };
  await connect();
  await rounds();
  expect(told.at(-1)).toEqual([
    eng,
    expect.stringMatching(/:first$/),
    expect.stringMatching(/could not be read: GitHub says/),
  ]);
  expect(await rows()).toHaveLength(6);
  expect(await keeper.round()).toBe(false);
  trouble = async () => undefined;
  read.length = 0;
  now = minutes(6);
  await rounds();
  expect(read.sort()).toEqual(['src/g.ts', 'src/h.ts', 'src/i.ts', 'src/j.ts']);
  expect(told.at(-1)?.[2]).toMatch(/^Read github:acme\/web: 4 pieces of 4 files/);
});

test('what was taken away while it was read leaves nothing', async () => {
  await connect();
  trouble = async (path) => {
    if (path === 'README.md') await store.collections.disconnect({ name, channel: eng });
  };
  await rounds();
  expect(await rows()).toEqual([]);
});

test('a channel that cannot be looked up gets nothing, one that was closed meanwhile its own token', async () => {
  await connect(deploys);
  delete audience[deploys];
  await rounds();
  expect(await rows(deploys)).toEqual([]);
  audience[deploys] = everybodys;
  now = minutes(6);
  await rounds();
  expect(new Set((await rows(deploys)).map((row) => row.acl))).toEqual(new Set([everybodys]));
  audience[deploys] = deploys;
  await store.collections.want(name);
  await rounds();
  expect(new Set((await rows(deploys)).map((row) => row.acl))).toEqual(new Set([deploys]));
});

test('a change told while it is read has it read once more', async () => {
  await connect();
  let once = true;
  trouble = async () => {
    if (!once) return;
    once = false;
    await keeper.take({ collection: name, changed: true });
  };
  expect(await keeper.round()).toBe(true);
  expect(await keeper.round()).toBe(true);
  expect(await keeper.round()).toBe(false);
});

const pull: Thing = {
  origin: `${name}/discussion/1#`,
  kind: 'document',
  text: 'Pull request #1: Faster (open)',
  speaker: 'mallory',
  outsider: true,
  thread: `${name}/discussion/1#`,
  link: 'https://git.example/1',
  at: '2026-03-01T10:00:00.000Z',
};

test('of things told, one goes alone or with all that belongs to it, and a neighbour of like number stays', async () => {
  await connect();
  await rounds();
  const said = (id: number): Thing => ({ ...pull, origin: `${pull.origin}comment-${id}`, text: `Comment ${id}` });
  const eleven = { ...pull, origin: `${name}/discussion/11#`, text: 'Pull request #11' };
  await keeper.take({ collection: name, put: [pull, said(7), said(71), eleven] });
  await keeper.take({ collection: name, gone: [said(7).origin] });
  const spoken = async () =>
    (await rows())
      .map((row) => row.text)
      .filter((text) => /^(?:Comment|Pull)/.test(text))
      .sort();
  expect(await spoken()).toEqual(['Comment 71', 'Pull request #11', 'Pull request #1: Faster (open)']);
  await keeper.take({ collection: name, gone: [pull.origin] });
  expect(await spoken()).toEqual(['Pull request #11']);
});

test('what is told of a collection nobody connected, or that has ended, is not kept', async () => {
  await keeper.take({ collection: name, put: [pull], changed: true });
  expect(await store.memories.count()).toBe(0);
  await connect();
  await connect(deploys);
  await rounds();
  await keeper.take({ collection: name, ended: true });
  expect(await store.memories.count()).toBe(0);
  expect(await store.collections.list({})).toEqual([]);
});

test('an issue that was opened while nobody listened is found by the next look', async () => {
  await connect();
  await rounds();
  things = [pull];
  await store.collections.want(null);
  await rounds();
  expect(await origins()).toContain(pull.origin);
});
