/** Keeps what stands in a checkout of a repository: whole at first, then only the files that changed since a commit. */
import { execFile } from 'node:child_process';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SophiaError } from '../core/error.ts';
import type { Memory } from '../core/memory.ts';
import type { MemoryRows } from '../core/memory-rows.ts';
import { forgetFile, isRead, keepFile } from './files.ts';

const run = promisify(execFile);
const filesAtOnce = 20;

export type Repository = {
  /** `acme/web`. */
  name: string;
  /** A checkout of it. */
  directory: string;
  /** Who may be told what stands in it: the token of a place, set by whoever runs her. */
  acl: string;
  /** Index only what changed since this commit; all of it when left out. */
  since?: string;
  /** `https://github.com` unless it is another server. */
  site?: string;
};

export type Indexed = { commit: string; files: number; pieces: number; removed: number };

export async function indexRepository(
  parts: { memory: Pick<Memory, 'rememberAll' | 'forget'>; rows: Pick<MemoryRows, 'find'> },
  repository: Repository,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<Indexed> {
  const { directory, acl, site = 'https://github.com' } = repository;
  const commit = (await git(repository, 'rev-parse', 'HEAD')).trim();
  const at = new Date((await git(repository, 'log', '-1', '--format=%cI')).trim()).toISOString();
  const { present, gone } = await changes(repository);
  const name = `github:${repository.name}`;
  const channel = name;
  const indexed: Indexed = { commit, files: 0, pieces: 0, removed: 0 };
  for (const path of gone) indexed.removed += await forgetFile(parts, { name, path, channel });
  const paths = present.filter((path) => isRead(path, 0));
  for (const [index, path] of paths.entries()) {
    const link = ({ from, to }: { from: number; to: number }) =>
      `${site}/${repository.name}/blob/${commit}/${path}#L${from}-L${to}`;
    const text = await readPlain(join(directory, path));
    const { pieces, removed } = await keepFile(parts, { name, path, acl, channel, at, link }, text);
    indexed.files++;
    indexed.pieces += pieces;
    indexed.removed += removed;
    if ((index + 1) % filesAtOnce === 0 || index + 1 === paths.length) progress(index + 1, paths.length);
  }
  return indexed;
}

/** A link may lead out of the checkout: what it leads to is not part of it. */
async function readPlain(file: string): Promise<string> {
  try {
    const found = await lstat(file);
    return found.isFile() && isRead(file, found.size) ? await readFile(file, 'utf8') : '';
  } catch {
    return '';
  }
}

async function changes(repository: Repository): Promise<{ present: string[]; gone: string[] }> {
  if (repository.since === undefined) {
    const all = (await git(repository, 'ls-files', '-z')).split('\0').filter(Boolean);
    return { present: all, gone: [] };
  }
  const told = await git(repository, 'diff', '--name-status', '--no-renames', '-z', `${repository.since}..HEAD`);
  const parts = told.split('\0').filter(Boolean);
  const [present, gone]: [string[], string[]] = [[], []];
  for (let index = 0; index + 1 < parts.length; index += 2)
    (parts[index]?.startsWith('D') ? gone : present).push(parts[index + 1] ?? '');
  return { present, gone };
}

async function git({ directory, name }: Repository, ...words: string[]): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', directory, ...words], { maxBuffer: 100_000_000 });
    return stdout;
  } catch (cause) {
    throw new SophiaError('bad_input', `${directory} is no checkout of ${name} that I can read.`, {
      hint: '`git clone --depth 1` it there; with --since the older commit has to be in it too.',
      cause,
    });
  }
}
