/** A repository in memory: whole at first, then what a push changed; told only to those it was opened to. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemory } from '../../src/memory/index.ts';
import { indexRepository } from '../../src/memory/repository.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';
import { eng, everybodys } from './samples.ts';

let store: TestStore;
let directory: string;
const git = (...words: string[]) =>
  execFileSync('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    encoding: 'utf8',
  }).trim();
const write = (path: string, text: string) => writeFileSync(join(directory, path), text);

beforeEach(async () => {
  store = await openTestStore();
  directory = mkdtempSync(join(tmpdir(), 'sophia-repository-'));
  git('init', '-q');
  write(
    'retry.ts',
    '/** Waits longer each time. */\nexport function retryWithBackoff() {\n}\n\nexport function giveUp() {\n}\n',
  );
  write('notes.md', '# Deploys\nOn Mondays.\n');
  write('picture.png', 'no text');
  git('add', '.');
  git('commit', '-qm', 'one');
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

function house() {
  const memory = createMemory({ rows: store.memories, index: store.textIndex });
  const found = async (query: string, place = everybodys) =>
    (
      await memory.recall(
        query,
        { readable: [place], audience: place },
        { maxTokens: 2_000, kinds: ['code', 'document'] },
      )
    ).map((row) => row.origin);
  const index = (since?: string) =>
    indexRepository(
      { memory, rows: store.memories },
      { name: 'acme/web', directory, acl: everybodys, ...(since ? { since } : {}) },
    );
  return { memory, found, index };
}

test('declarations and sections are found by their words, with where to read them', async () => {
  const { memory, found, index } = house();
  expect(await index()).toMatchObject({ files: 2, pieces: 2, removed: 0 });
  expect((await found('retry with backoff'))[0]).toBe('github:acme/web/retry.ts#retryWithBackoff,giveUp');
  expect((await found('deploys on mondays'))[0]).toBe('github:acme/web/notes.md#Deploys');
  expect(await found('retry with backoff', eng)).toEqual([]);
  const [row] = await memory.recall(
    'retryWithBackoff',
    { readable: [everybodys], audience: everybodys },
    { maxTokens: 500 },
  );
  expect(row?.link).toBe(`https://github.com/acme/web/blob/${git('rev-parse', 'HEAD')}/retry.ts#L1-L6`);
});

test('after a push only changed files are read: what they no longer declare goes, and so do files that are gone', async () => {
  const { found, index } = house();
  await index();
  const before = git('rev-parse', 'HEAD');
  write('retry.ts', '/** Waits longer each time. */\nexport function retryForever() {\n}\n');
  git('rm', '-q', 'notes.md');
  git('add', '.');
  git('commit', '-qm', 'two');
  expect(await index(before)).toMatchObject({ files: 1, pieces: 1, removed: 2 });
  expect((await found('retry forever'))[0]).toBe('github:acme/web/retry.ts#retryForever');
  expect(await found('give up')).toEqual([]);
  expect(await found('deploys mondays')).toEqual([]);
});

test('a folder that is no checkout is said in words', async () => {
  const memory = createMemory({ rows: store.memories, index: store.textIndex });
  const wrong = indexRepository(
    { memory, rows: store.memories },
    { name: 'acme/web', directory: tmpdir(), acl: everybodys },
  );
  await expect(wrong).rejects.toMatchObject({ code: 'bad_input' });
});
