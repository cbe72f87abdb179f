/** Which files of a repository are remembered, and as what rows. */
import { extname } from 'node:path';
import type { Memory, NewMemory } from '../core/memory.ts';
import type { MemoryRows } from '../core/memory-rows.ts';
import { cutFile } from './chunks.ts';

const largestFile = 1_000_000;
const documents = new Set(['.md', '.mdx', '.rst', '.adoc', '.txt']);
const code = new Set(
  `.ts .tsx .mts .cts .js .jsx .mjs .cjs .py .go .rs .java .kt .rb .php .cs .c .h .cc .cpp .hpp .swift .scala .sh .sql .tf .yml .yaml .toml
  .proto .graphql .css .html .vue .svelte .ex .exs .lua .dart`.split(/\s+/),
);
/** Made by machines for machines. */
const passedOver =
  /(?:^|\/)(?:node_modules|vendor|dist|\.git)\/|\.min\.(?:js|css)$|(?:^|\/)[\w-]+[.-]lock\.(?:ya?ml|json)$/;
/** Of one file. */
const mostRows = 10_000;

export function isRead(path: string, bytes: number): boolean {
  const known = documents.has(extname(path).toLowerCase()) || code.has(extname(path).toLowerCase());
  return known && bytes <= largestFile && !passedOver.test(path);
}

/** `name`: of the collection (`github:acme/web`). */
export type FileOf = {
  name: string;
  path: string;
  acl: string;
  channel: string;
  at: string;
  link(lines: { from: number; to: number }): string;
};

type Parts = { memory: Pick<Memory, 'rememberAll' | 'forget'>; rows: Pick<MemoryRows, 'find'> };

/** Remembers a file as it is now, and forgets what it no longer declares. */
export async function keepFile(parts: Parts, file: FileOf, text: string): Promise<{ pieces: number; removed: number }> {
  const pieces = text.length > largestFile || text.includes('\0') ? [] : await piecesOf(file, text);
  const before = await parts.rows.find(selectionOf(file), mostRows);
  const ids = new Set(await parts.memory.rememberAll(pieces));
  const gone = before.map((row) => row.id).filter((id) => !ids.has(id));
  return { pieces: ids.size, removed: gone.length === 0 ? 0 : await parts.memory.forget({ ids: gone }) };
}

export function forgetFile({ memory }: Parts, file: Pick<FileOf, 'name' | 'path' | 'channel'>): Promise<number> {
  return memory.forget(selectionOf(file));
}

function selectionOf({ name, path, channel }: Pick<FileOf, 'name' | 'path' | 'channel'>) {
  return { originPrefix: `${name}/${path}#`, channel };
}

async function piecesOf({ name, path, acl, channel, at, link }: FileOf, text: string): Promise<NewMemory[]> {
  const { header, chunks } = await cutFile(path, text);
  return chunks
    .filter((chunk) => chunk.text !== '')
    .map((chunk) => ({
      acl,
      kind: documents.has(extname(path).toLowerCase()) ? 'document' : 'code',
      text: header && !chunk.text.includes(header) ? `${header}\n${chunk.text}` : chunk.text,
      person: null,
      thread: `${name}/${path}`,
      channel,
      origin: `${name}/${path}#${chunk.name}`,
      link: link({ from: chunk.line, to: chunk.last }),
      at,
      tainted: true,
      source: `${name.split(':').at(-1)}/${path}`,
    }));
}
