/** `npm run bench -- memory [--rows 100000,1000000] [--database <url>]`: what recalling and remembering cost in a big house, in milliseconds. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import type { Access } from '../../src/core/memory.ts';
import type { StoredMemory } from '../../src/core/memory-rows.ts';
import { createMemory } from '../../src/memory/index.ts';
import { wordsOf } from '../../src/memory/words.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { type Chance, chanceFrom } from '../eval/memory/random.ts';

const team = 'slack:T0BENCH';
const vocabulary = 60_000;
const channels = 400;
const rowsAtOnce = 2_000;
const questions = 100;
const writes = 400;
/** The first few find nothing understood, compiled or read from the disk yet. */
const first = 20;

export async function benchMemory(words: string[]): Promise<number> {
  const { values } = parseArgs({
    args: words,
    options: { rows: { type: 'string', default: '100000,1000000' }, database: { type: 'string' } },
  });
  process.stdout.write(
    'rows      place            p50 ms  p95 ms  CPU ms  block p95, max   write p50    p99    max   found after ms\n',
  );
  for (const rows of values.rows.split(',').map(Number))
    await (values.database ? onPostgres(rows, values.database) : onSqlite(rows));
  return 0;
}

async function onSqlite(count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sophia-bench-'));
  const store = await openStore({ directory });
  try {
    await benchOne(store, count);
    process.stdout.write(`          file ${(statSync(join(directory, 'sophia.db')).size / 1e6).toFixed(0)} MB\n`);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function onPostgres(count: number, databaseUrl: string): Promise<void> {
  const schema = `bench_${Date.now()}`;
  const store = await openStore({ databaseUrl, schema });
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    // What autovacuum does in any house within minutes.
    await benchOne(store, count, () => admin.unsafe(`vacuum analyze ${schema}.memories`));
  } finally {
    await store.close();
    await admin.unsafe(`drop schema ${schema} cascade`);
    await admin.end();
  }
}

async function benchOne(store: Store, count: number, settle?: () => Promise<unknown>): Promise<void> {
  const chance = chanceFrom(count);
  await fill(store, count, chance);
  await settle?.();
  const memory = createMemory({ rows: store.memories, index: store.textIndex });
  const ask = (access: Access) => memory.recall(sentence(chance, 7), access, { maxTokens: 2_000 });
  const places: [string, Access][] = [
    ['private channel', { readable: [`${team}:public`, `${team}:C0`], audience: `${team}:C0` }],
    ['public channel', { readable: [`${team}:public`], audience: `${team}:public` }],
    ['direct, 40 places', direct(40)],
  ];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let newRows = 0;
  for (const [name, access] of places) {
    for (let index = 0; index < first; index++) await ask(access);
    const times: number[] = [];
    const blocks: number[] = [];
    const before = process.cpuUsage();
    for (let index = 0; index < questions; index++) {
      await pause(2);
      delay.reset();
      const begun = performance.now();
      await ask(access);
      times.push(performance.now() - begun);
      await pause(2);
      blocks.push(delay.max / 1e6);
    }
    const { user, system } = process.cpuUsage(before);
    const written: number[] = [];
    for (let index = 0; index < writes; index++) {
      const row = rowOf(count + newRows++, sentence(chance, 12), chance);
      const begun = performance.now();
      await memory.remember(row);
      written.push(performance.now() - begun);
    }
    const begun = performance.now();
    await memory.remember(rowOf(count * 9, 'zanzibarine lighthouse', chance, `${team}:C0`));
    await memory.recall('zanzibarine', { readable: [`${team}:C0`], audience: `${team}:C0` }, { maxTokens: 100 });
    const found = performance.now() - begun;
    const cells = (values: number[], width: number) => values.map((value) => value.toFixed(1).padStart(width)).join('');
    process.stdout.write(
      `${String(count).padEnd(9)} ${name.padEnd(16)}${cells([at(times, 0.5), at(times, 0.95), (user + system) / 1000 / questions], 8)}` +
        `${cells([at(blocks, 0.95), Math.max(...blocks)], 8)}${cells([at(written, 0.5)], 12)}${cells([at(written, 0.99), Math.max(...written), found], 7)}\n`,
    );
  }
  delay.disable();
}

function direct(places: number): Access {
  const own = `${team}:D0ASKER`;
  return {
    readable: [`${team}:public`, own, ...Array.from({ length: places }, (_, index) => `${team}:C${index}`)],
    audience: own,
  };
}

async function fill(store: Store, count: number, chance: Chance): Promise<void> {
  for (let from = 0; from < count; from += rowsAtOnce)
    await store.memories.put(
      Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, index) =>
        rowOf(from + index, sentence(chance, 12), chance),
      ),
      '1',
    );
}

/** Six in ten rows are public; a private channel has its share of the rest. */
function rowOf(number: number, text: string, chance: Chance, place?: string): StoredMemory {
  const channel = place ?? `${team}:C${Math.floor(chance.number() * channels)}`;
  const open = place === undefined && Number(channel.split(':C')[1]) % 10 >= 4;
  const at = new Date(Date.UTC(2025, 0, 1) + number * 20_000).toISOString();
  return {
    id: `row-${number}`,
    acl: open ? `${team}:public` : channel,
    kind: 'message',
    text,
    words: wordsOf(text).join(' '),
    person: `${team}:U${number % 300}`,
    speaker: null,
    thread: `${channel}:${Math.floor(number / 2_000)}`,
    channel,
    origin: `${channel}:${number}`,
    link: null,
    talk: null,
    subject: null,
    sources: [],
    trust: 'said',
    expiresAt: null,
    corrected: null,
    keepAs: null,
    at,
    tainted: true,
    source: null,
  };
}

/** A few words are in every tenth row and most in hardly any, as in any language. */
function sentence(chance: Chance, length: number): string {
  return Array.from({ length }, () => named(Math.floor(vocabulary ** chance.number()))).join(' ');
}

/** A made-up word for a number: letters only, else it would be taken apart. */
function named(number: number): string {
  return `k${[...number.toString(16)].map((digit) => `${'bdfghjklmnprstvz'.charAt(Number.parseInt(digit, 16))}${'aeiou'.charAt(number % 5)}`).join('')}`;
}

function at(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
