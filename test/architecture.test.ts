/** Holds the one import rule: a folder imports itself, core/ and kit/; main.ts, parts/ and commands/ import all; core/ knows nobody. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** `connectors/fly/client.ts` lives in room `connectors/fly`; surfaces, connectors and emulators are rooms of their own each. */
function roomOf(file: string): string {
  const parts = file.split('/');
  if (parts.length === 1) return parts[0] ?? '';
  const manyRooms = ['connectors', 'surfaces', 'emulators'];
  return manyRooms.includes(parts[0] ?? '') && parts.length > 2 ? `${parts[0]}/${parts[1]}` : (parts[0] ?? '');
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return found;
}

function mayImport(from: string, to: string): boolean {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  if (['main.ts', 'parts', 'commands'].includes(fromRoom) || fromRoom === toRoom) return true;
  if (fromRoom === 'core') return false;
  if (fromRoom === 'kit') return toRoom === 'core';
  // Stand-ins for outside services know nothing of the house, not even its words.
  if (from.startsWith('emulators/')) return to.startsWith('emulators/') && roomOf(to) === 'emulators';
  if (from.startsWith('playground/') && to.startsWith('emulators/')) return true;
  return toRoom === 'core' || toRoom === 'kit';
}

test('a folder imports itself, core and kit; only main.ts, with parts/ and commands/, imports all', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(source, resolve(source, dirname(file), target)))
      .filter((target) => !target.startsWith('..') && !mayImport(file, target))
      .map((target) => `src/${file} → src/${target}`),
  );
  expect(wrong).toEqual([]);
});

test('core imports zod and Node only', () => {
  const wrong = files
    .filter((file) => file.startsWith('core/'))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => !target.startsWith('.') && !target.startsWith('node:') && target !== 'zod')
        .map((target) => `src/${file} → ${target}`),
    );
  expect(wrong).toEqual([]);
});

test('every file opens with one plain line that says what it is for', () => {
  const silent = files.filter((file) => !/^(#!.*\n)?\/\*\* \S.{10,}/.test(readFileSync(join(source, file), 'utf8')));
  expect(silent.map((file) => `src/${file}`)).toEqual([]);
});

test('mem0, which writes and sends where it may, is known to one file', () => {
  const knowing = files.filter((file) => importsOf(file).some((target) => target.startsWith('mem0ai')));
  expect(knowing).toEqual(['memory/mem0.ts']);
});
