/** After an order to forget, the words are in no file, no table and no index: SQLite, Postgres, and Qdrant beside them. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import postgres from 'postgres';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../../src/core/action.ts';
import type { Answer, Turn } from '../../../src/core/model.ts';
import { createQdrantEmulator } from '../../../src/emulators/qdrant/index.ts';
import { parsePolicy } from '../../../src/flow/policy.ts';
import { createQdrantIndex } from '../../../src/memory/qdrant.ts';
import { sparseOf } from '../../../src/memory/sparse.ts';
import { createUpkeep } from '../../../src/memory/upkeep.ts';
import { wordsOf } from '../../../src/memory/words.ts';
import { databaseUrl } from '../../store/on-each-database.ts';
import { alice, bob, carol, guest, type HouseOptions, openTestHouse, type TestHouse } from '../test-house.ts';

/** Nobody else says it; the index keeps words as stems. */
const word = 'zanzibarin';
const said = 'zanzibarine';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let house: TestHouse;
let tidy: () => Promise<unknown> = async () => undefined;
afterEach(async () => {
  await house.close();
  await tidy();
  tidy = async () => undefined;
});

const policy = parsePolicy(`
version: 1
rules:
  - { name: notes ask, match: { action: note_add_text }, then: ask, approvers: [alice, bob, carol], quorum: 1 }
`);

/** A model that repeats what it was told. */
async function parrot(turn: Turn): Promise<Answer> {
  const text = turn.messages.map((message) => (message.role === 'user' ? message.text : '')).join('\n');
  const usual = { state: 'answered' as const, calls: [], model: 'test/model', usd: 0, fallbacks: [] };
  return { ...usual, text, inputTokens: 1, outputTokens: 1, milliseconds: 1 };
}

async function openHouse(options: HouseOptions = {}) {
  house = await openTestHouse({ actions: [note], policy, think: parrot, ...options });
}

async function ended(jobKey: string) {
  await expect.poll(async () => (await house.services.runs.byJob(jobKey))?.state).not.toBe('running');
}

async function told(text: string, person = alice, kind: 'command' | 'words' = 'command', thread?: string) {
  const place = thread === undefined ? {} : { thread };
  const run = await house.say(text, person, kind, place);
  const reply = await house.answer(run.thread);
  await ended(run.jobKey);
  return { ...run, reply: JSON.stringify(reply) };
}

/** The word goes wherever a person can put one. */
async function sayItEverywhere() {
  await told(`remember the ${said} lighthouse has a keeper`);
  await told(`what does the ${said} keeper do?`, alice, 'words');
  await told(`${said} is no command of yours`);
  await told(`recall ${said} lighthouse`);
  // Others ask, and are told her words.
  await told('recall lighthouse keeper', bob);
  const asked = await told('who keeps the lighthouse?', bob, 'words');
  expect(asked.reply).toContain(said);
  await house.door.judge({
    run: (await house.services.runs.byJob(asked.jobKey))?.id ?? '',
    person: alice,
    good: false,
    note: `too ${said}`,
  });
  // A request of hers that is denied, and another's that she denies in her own words.
  await decided(await house.say(`note ${said} at the harbour`), bob, 'deny', 'not now');
  await decided(await house.say('note something of carol', carol), alice, 'deny', `no, ${said}`);
  await told('remember bob likes tea', bob);
}

async function decided(
  run: { thread: string; jobKey: string },
  person: string,
  verdict: 'approve' | 'deny',
  reason?: string,
) {
  const card = await house.card(run.thread);
  await house.door.decide({ approvalId: card.id, person, verdict, ...(reason === undefined ? {} : { reason }) });
  await ended(run.jobKey);
}

const note = defineAction({
  name: 'note_add_text',
  description: 'notes something down elsewhere',
  effect: 'write',
  usage: 'note <text...>',
  input: z.strictObject({ text: z.string() }),
  output: z.strictObject({ noted: z.boolean() }),
  plan: async ({ text }) => ({
    target: 'note:1',
    summary: `Note: ${text}`,
    details: [{ label: 'Text', value: text }],
    preconditions: [],
  }),
  run: async () => ({ noted: true }),
});

describe('after “forget me”', () => {
  test('on SQLite no byte of it is in any file, also while she runs on', async () => {
    await openHouse();
    await sayItEverywhere();
    const holding = () =>
      readdirSync(house.directory).filter((file) => readFileSync(join(house.directory, file)).includes(word));
    expect(holding()).not.toEqual([]);
    expect((await told('forget me')).reply).toContain('"state":"done"');
    expect(rowsHolding(house.directory)).toEqual([]);
    expect(holding()).toEqual([]);
    expect((await house.services.audit.verify()).state).toBe('whole');
    expect((await house.services.memory.about(bob)).length).toBeGreaterThan(0);
  });

  test.skipIf(!databaseUrl)('on Postgres no row of any table holds it (set TEST_DATABASE_URL to run)', async () => {
    const name = randomUUID().replaceAll('-', '');
    const place = { databaseUrl: databaseUrl ?? '', schema: `test_${name}`, engine: `engine_${name}` };
    const client = postgres(place.databaseUrl, { max: 1, onnotice: () => {} });
    tidy = async () => {
      for (const schema of [place.schema, place.engine]) await client.unsafe(`drop schema ${schema} cascade`);
      await client.end();
    };
    await openHouse({ postgres: place });
    await sayItEverywhere();
    const holding = async () => {
      const found: string[] = [];
      const tables = await client<{ schema: string; name: string }[]>`
        select schemaname as schema, tablename as name from pg_tables where schemaname in (${place.schema}, ${place.engine})`;
      expect(tables.length).toBeGreaterThan(20);
      for (const { schema, name: table } of tables) {
        const [row] = await client.unsafe(
          `select count(*)::int as rows from ${schema}.${table} as row where row::text ilike '%${word}%'`,
        );
        if (row?.rows > 0) found.push(table);
      }
      return found;
    };
    expect(await holding()).toEqual(expect.arrayContaining(['memories', 'runs', 'step_attempts', 'audit_texts']));
    expect((await told('forget me')).reply).toContain('"state":"done"');
    expect(await holding()).toEqual([]);
  });

  test('in Qdrant neither the row nor what stood beside it holds the word', async () => {
    const emulator = await createQdrantEmulator();
    tidy = () => emulator.close();
    const outside = createQdrantIndex({ url: emulator.url, apiKey: emulator.apiKey, dimensions: null });
    await openHouse({ outside });
    const upkeep = createUpkeep({
      rows: house.store.memories,
      outside,
      embeddings: null,
      now: () => new Date(),
      log: silent,
    });
    const round = async () => {
      while (await upkeep.round());
    };
    const thread = 'test:T1:C1:7.7';
    await told(`is the ${said} lighthouse lit?`, alice, 'words', thread);
    await told('the keeper is on leave', bob, 'words', thread);
    await round();
    const [index] = sparseOf(wordsOf(said)).indices;
    const points = () => JSON.parse(emulator.dump('sophia_memory')) as unknown[];
    const holding = () => points().filter((point) => JSON.stringify(point).includes(String(index)));
    expect(holding().length).toBeGreaterThan(1);
    await told('forget me');
    await round();
    expect(holding()).toEqual([]);
    expect(points().length).toBeGreaterThan(0);
  });
});

test('a plan that was approved and done stays, since it is what people approved; its words are nowhere else', async () => {
  await openHouse();
  await decided(await house.say(`note ${said} at the harbour`), bob, 'approve');
  expect((await told('forget me')).reply).toContain('"state":"done"');
  const found = rowsHolding(house.directory).map((line) => line.split(':')[0]);
  expect(found).toEqual(['approvals.plan']);
});

test('one memory goes with the words of the command that had it kept, and nothing else does', async () => {
  await openHouse();
  await told(`remember the ${said} lighthouse has a keeper`);
  await told('remember the harbour is closed');
  const one = (await house.services.memory.about(alice)).find((row) => row.text.includes(said));
  await told(`forget ${one?.id.slice(0, 8)}`);
  expect(rowsHolding(house.directory)).toEqual([]);
  expect((await house.services.memory.about(alice)).map((row) => row.text)).toEqual(['the harbour is closed']);
  expect(rowsHolding(house.directory, 'the harbour is closed').join()).toContain('audit_texts');
});

test('“forget this” takes one’s own words of a thread; those of others only go when somebody else agrees', async () => {
  await openHouse();
  const thread = 'test:T1:C1:7.7';
  await told('the keeper is on leave', alice, 'words', thread);
  await told('the lighthouse is dark', bob, 'words', thread);
  await told('remember the harbour is closed');
  const texts = async () => (await house.store.memories.page(0, 50)).rows.map((row) => row.text);
  const forgotten = await house.say('forget this', alice, 'command', { thread });
  await ended(forgotten.jobKey);
  expect(await texts()).toEqual(['the lighthouse is dark', 'the harbour is closed']);
  await decided(await house.say('forget thread', alice, 'command', { thread }), bob, 'approve');
  expect(await texts()).toEqual(['the harbour is closed']);
});

test('nobody forgets for somebody else but an admin, with another’s consent: for who left, or cannot ask', async () => {
  await openHouse();
  await told('remember carol keeps the lighthouse', carol);
  expect((await told('forget @carol', bob)).reply).toContain('me, this, thread, channel, person');
  expect((await told('forget person @carol', carol)).reply).toContain('theirs to have forgotten');
  expect((await told('forget person @coral', alice)).reply).toContain('nobody');
  await decided(await house.say('forget person @carol', alice), bob, 'approve');
  expect(await house.services.memory.about(carol)).toEqual([]);
});

test('a guest may ask for their own data, and for nothing else', async () => {
  await openHouse();
  const row = { acl: 'test:T1:public', kind: 'message' as const, text: 'a guest was here', thread: null, source: null };
  await house.services.memory.remember({ ...row, person: guest, at: '2026-03-02T09:00:00.000Z', tainted: true });
  expect((await told('recall guest', guest)).reply).toContain('full members');
  expect((await told('forget thread', guest)).reply).toContain('full members');
  expect((await told('forget me', guest)).reply).toContain('"forgotten":1');
  expect(await house.services.memory.about(guest)).toEqual([]);
});

test('the histories of ended runs go with their time, and those under way stay', async () => {
  await openHouse();
  await told(`remember the ${said} lighthouse has a keeper`);
  const waiting = await house.say(`note ${said} at the harbour`);
  await house.card(waiting.thread);
  expect(await house.durable.erase('2026-01-01T00:00:00.000Z')).toBe(0);
  expect(await house.durable.erase(new Date(Date.now() + 60_000).toISOString())).toBe(1);
  await decided(waiting, bob, 'approve');
  expect(JSON.stringify(await house.answer(waiting.thread))).toContain('"state":"done"');
});

/** Which columns of which tables hold it: says more than a file does. */
function rowsHolding(directory: string, sought = word): string[] {
  return ['sophia.db', 'runs.db'].flatMap((file) => {
    const database = new DatabaseSync(join(directory, file), { readOnly: true });
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[];
    const found = tables.flatMap(({ name }) => {
      const rows = database.prepare(`select * from "${name}"`).all();
      return rows.flatMap((row) =>
        Object.entries(row).flatMap(([column, value]) =>
          String(value).toLowerCase().includes(sought) ? [`${name}.${column}: ${String(value).slice(0, 200)}`] : [],
        ),
      );
    });
    database.close();
    return found;
  });
}
