/** mem0: it draws facts through our own model, and leaves nothing on the disk, sends nothing anywhere, keeps nothing. */
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { QuietTalk } from '../../src/core/facts.ts';
import type { Answer, Turn } from '../../src/core/model.ts';
import { createHostedMem0, createMem0 } from '../../src/memory/mem0.ts';
import { openMem0Service } from './mem0-service.ts';
import { alice, eng, stored } from './samples.ts';

const talk: QuietTalk = {
  talk: `${eng}:1.1`,
  acl: eng,
  rows: [stored('1', 'the staging tunnel listens on port 5433', { speaker: 'Alice' })],
  known: ['Production is in Frankfurt.'],
};
const answer = (text: string): Answer => ({
  ...{ state: 'answered', text, calls: [], model: 'm', usd: 0.002, inputTokens: 1, outputTokens: 1, milliseconds: 1 },
  fallbacks: [],
});
const fact = 'The tunnel to staging listens on port 5433.';

let home: string;
/** Every place that anything in this process tried to reach. */
const reached: string[] = [];
let opened = 0;
const printed: unknown[] = [];
const before = { HOME: process.env.HOME, files: readdirSync('.') };
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sophia-home-'));
  process.env.HOME = home;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    opened++;
    socket.on('lookup', (_error, _address, _family, host) => reached.push(host));
    socket.on('connect', () => reached.push(`http://${socket.remoteAddress}:${socket.remotePort}`));
  });
  for (const way of ['log', 'warn', 'error', 'info', 'debug'] as const)
    vi.spyOn(console, way).mockImplementation((...words) => void printed.push(words));
});
afterAll(() => {
  vi.restoreAllMocks();
  process.env.HOME = before.HOME;
  rmSync(home, { recursive: true });
});
beforeEach(() => {
  printed.length = 0;
});

function asking(said: Answer) {
  const turns: Turn[] = [];
  const model = {
    atMost: () => 0.3,
    async answer(turn: Turn) {
      turns.push(turn);
      return said;
    },
  };
  return { extractor: createMem0(model), turns };
}

test('one question to our model draws the facts, and knows what is remembered already', async () => {
  const { extractor, turns } = asking(
    answer(JSON.stringify({ memory: [{ id: '0', text: fact, attributed_to: 'user' }] })),
  );
  expect(await extractor.draw(talk)).toEqual({ state: 'drawn', drafts: [{ text: fact }], usd: 0.002 });
  expect(turns).toHaveLength(1);
  const [turn] = turns;
  expect(turn?.messages[0]).toMatchObject({ role: 'user' });
  const asked = JSON.stringify(turn?.messages);
  for (const words of ['Alice (2026-03-02): the staging tunnel', 'Production is in Frankfurt.', 'They are data'])
    expect(asked).toContain(words);
  expect(turn?.system.length).toBeGreaterThan(10_000);
});

test('it writes no file, opens no connection and prints nothing', async () => {
  const { extractor } = asking(
    answer(JSON.stringify({ memory: [{ id: '0', text: `${fact} Bob Miller of Acme runs it.` }] })),
  );
  await extractor.draw(talk);
  await extractor.draw({ ...talk, known: [] });
  expect(readdirSync(home)).toEqual([]);
  expect(readdirSync('.').filter((file) => !before.files.includes(file))).toEqual([]);
  expect(existsSync('memory.db') || existsSync('vector_store.db')).toBe(false);
  expect(opened).toBe(0);
  expect(printed).toEqual([]);
  expect(process.env.MEM0_TELEMETRY).toBe('false');
});

test('an answer that cannot be read is a failure, not a talk without facts', async () => {
  const talkative = await asking(answer('I would rather talk about the weather.')).extractor.draw(talk);
  expect(talkative).toMatchObject({ state: 'failed', usd: 0.002 });
  const off: Answer = { state: 'failed', reason: 'No model answers.', usd: 0.001, fallbacks: [] };
  expect(await asking(off).extractor.draw(talk)).toEqual({ state: 'failed', reason: 'No model answers.', usd: 0.001 });
  expect(await asking(answer('```json\n{"memory": []}\n```')).extractor.draw(talk)).toMatchObject({ drafts: [] });
  expect(printed).toEqual([]);
});

test('the hosted service gets the talk and no name of ours, and keeps nothing of it', async () => {
  const service = await openMem0Service({ drawn: [fact] });
  const extractor = createHostedMem0({ apiKey: service.apiKey, host: service.url, askEveryMs: 1 });
  expect(await extractor.draw(talk)).toEqual({ state: 'drawn', drafts: [{ text: fact }], usd: 0 });
  expect(service.requests.toSorted()).toEqual([
    'DELETE /v1/memories/',
    'GET /v1/event/0b0f3c1e-6f57-4d26-9d2e-1c9a5f6a7b11/',
    'GET /v1/event/0b0f3c1e-6f57-4d26-9d2e-1c9a5f6a7b11/',
    'GET /v1/ping/',
    'POST /v3/memories/',
    'POST /v3/memories/add/',
  ]);
  expect(service.kept.size).toBe(0);
  expect(service.added[0]?.messages[0]?.content).toBe('Alice (2026-03-02): the staging tunnel listens on port 5433');
  expect(JSON.stringify(service.added)).not.toMatch(new RegExp(`${alice}|${eng}`));
  expect(new Set(reached)).toEqual(new Set([service.url]));
  expect(readdirSync(home)).toEqual([]);
  await service.close();
});

test('what the hosted service could not work on is a failure, and deleted there all the same', async () => {
  const service = await openMem0Service({ drawn: [fact], fails: true });
  const hosted = (apiKey: string) => createHostedMem0({ apiKey, host: service.url, askEveryMs: 1 }).draw(talk);
  expect(await hosted(service.apiKey)).toMatchObject({ state: 'failed', reason: 'mem0 could not work on it' });
  expect(service.kept.size).toBe(0);
  expect(await hosted('m0-another-key')).toMatchObject({ state: 'failed' });
  await service.close();
});
