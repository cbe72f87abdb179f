/** Keeps what stands in a checkout of a repository: whole at first, then only the files that a push has changed. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { SophiaError } from '../core/error.ts';
import type { Memory, NewMemory } from '../core/memory.ts';
import type { MemoryRows } from '../core/memory-rows.ts';
import { cutFile } from './chunks.ts';

const run = promisify(execFile);
const largestFile = 1_000_000;
const filesAtOnce = 20;
const documents = new Set(['.md', '.mdx', '.rst', '.adoc', '.txt']);
const code = new Set(
  `.ts .tsx .js .jsx .mjs .cjs .py .go .rs .java .kt .rb .php .cs .c .h .cc .cpp .hpp .swift .scala .sh .sql .tf .yml .yaml .toml .proto
  .graphql .css .html .vue .svelte .ex .exs .lua .dart`.split(/\s+/),
);

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
  { memory, rows }: { memory: Pick<Memory, 'rememberAll' | 'forget'>; rows: Pick<MemoryRows, 'find'> },
  repository: Repository,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<Indexed> {
  const commit = (await git(repository, 'rev-parse', 'HEAD')).trim();
  const at = new Date((await git(repository, 'log', '-1', '--format=%cI')).trim()).toISOString();
  const { present, gone } = await changes(repository);
  const paths = present.filter((path) => documents.has(extname(path)) || code.has(extname(path)));
  const indexed: Indexed = { commit, files: 0, pieces: 0, removed: 0 };
  for (const path of gone) indexed.removed += await memory.forget({ originPrefix: `${originOf(repository, path)}#` });
  for (let from = 0; from < paths.length; from += filesAtOnce) {
    for (const path of paths.slice(from, from + filesAtOnce)) {
      const pieces = await piecesOf(repository, path, commit, at);
      indexed.removed += await forgetOthers(path, pieces);
      await memory.rememberAll(pieces);
      indexed.files++;
      indexed.pieces += pieces.length;
    }
    progress(Math.min(paths.length, from + filesAtOnce), paths.length);
  }
  return indexed;

  /** What the file no longer declares. */
  async function forgetOthers(path: string, pieces: NewMemory[]): Promise<number> {
    const still = new Set(pieces.map((piece) => piece.origin));
    const before = await rows.find({ originPrefix: `${originOf(repository, path)}#` }, 10_000);
    const ids = before.filter((row) => !still.has(row.origin)).map((row) => row.id);
    return ids.length === 0 ? 0 : memory.forget({ ids });
  }
}

function originOf({ name }: Repository, path: string): string {
  return `github:${name}/${path}`;
}

async function piecesOf(repository: Repository, path: string, commit: string, at: string): Promise<NewMemory[]> {
  const text = await readFile(join(repository.directory, path), 'utf8').catch(() => '');
  if (text === '' || text.length > largestFile || text.includes('\0')) return [];
  const { header, chunks } = await cutFile(path, text);
  const { site = 'https://github.com', name, acl } = repository;
  return chunks
    .filter((chunk) => chunk.text !== '')
    .map((chunk) => ({
      acl,
      kind: documents.has(extname(path)) ? 'document' : 'code',
      text: header && !chunk.text.includes(header) ? `${header}\n${chunk.text}` : chunk.text,
      person: null,
      thread: originOf(repository, path),
      channel: `github:${name}`,
      origin: `${originOf(repository, path)}#${chunk.name}`,
      link: `${site}/${name}/blob/${commit}/${path}#L${chunk.line}-L${chunk.last}`,
      at,
      tainted: true,
      source: `${name}/${path}`,
    }));
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
