/** The list of models and of who serves them: what is kept on disk when the provider cannot be reached, and who is left out for it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/core/connector.ts';
import type { Turn } from '../../src/core/model.ts';
import { createOpenRouterEmulator, type OpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import { createCatalogue } from '../../src/models/catalogue.ts';
import { createEndpoints } from '../../src/models/endpoints.ts';
import { unfit } from '../../src/models/fit.ts';
import { leaving } from '../../src/models/leaving.ts';
import { priorQuality } from '../../src/models/prior.ts';
import { blank, see } from '../../src/models/standing.ts';

const told: string[] = [];
const log: Log = {
  debug() {},
  info() {},
  error() {},
  warn: (fields, sentence) => void told.push(`${sentence} ${JSON.stringify(fields)}`),
};
const turn: Turn = { class: 'tools', system: '', messages: [], tools: [], maxTokens: 500, session: 's' };
const withTools: Turn = { ...turn, tools: [{ name: 'look', description: '', parameters: {} }] };

let emulator: OpenRouterEmulator;
let folder: string;
let clock: number;
const now = () => new Date(clock);
const there = () => ({ baseUrl: emulator.baseUrl, apiKey: emulator.apiKey, log, now });
/** Nobody listens there. */
const nowhere = () => ({ ...there(), baseUrl: 'http://127.0.0.1:1/api/v1' });
const maxPrice = { prompt: 15, completion: 75 };

beforeEach(async () => {
  clock = Date.parse('2026-11-21T10:00:00.000Z');
  told.length = 0;
  emulator = await createOpenRouterEmulator();
  folder = await mkdtemp(join(tmpdir(), 'sophia-catalogue-'));
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the list of models', () => {
  test('is there without a network once it was read, and says from when it is', async () => {
    const file = join(folder, 'models.json');
    emulator.offer({ 'a/one': { prompt: '0.000001', tools: false } });
    expect(await createCatalogue({ ...there(), file }).sync()).toBe(true);
    const offline = createCatalogue({ ...nowhere(), file });
    expect(await offline.sync()).toBe(false);
    expect(offline.get('a/one')).toMatchObject({ prompt: 1, tools: false });
    expect(offline.at()).toBe('2026-11-21T10:00:00.000Z');
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 200));
    expect(createCatalogue({ ...nowhere(), file }).at()).toBeNull();
  });

  test('tells which models in use are gone or will be, and says in the log what is no longer on offer', async () => {
    emulator.offer({ 'a/old': { expires: '2026-11-01' }, 'a/ending': { expires: '2026-12-01' }, 'a/gone': {} });
    const catalogue = createCatalogue({ ...there(), file: null });
    expect(leaving(['a/never'], catalogue, now())).toEqual([]);
    await catalogue.sync();
    emulator.offer({ 'a/gone': null });
    await catalogue.sync();
    expect(told.join()).toContain('a/gone');
    const used = ['a/old', 'a/ending', 'a/gone', '~a/anything-latest', '~openai/gpt-latest'];
    expect(leaving(used, catalogue, now())).toEqual([
      { model: 'a/old', says: 'the provider took it away on 2026-11-01', gone: true },
      { model: 'a/ending', says: 'the provider takes it away on 2026-12-01, in 10 days', gone: false },
      { model: 'a/gone', says: 'the provider no longer has it', gone: true },
    ]);
  });

  test('leaves out whom nobody serves without keeping it, only where that was asked for', async () => {
    emulator.offer({ 'a/open': {}, 'a/keeping': { keepsNothing: false } });
    const strict = createCatalogue({ ...there(), file: null, keepsNothing: true });
    const easy = createCatalogue({ ...there(), file: null });
    await Promise.all([strict.sync(), easy.sync()]);
    const out = (catalogue: typeof strict, model: string) =>
      unfit(model, turn, { catalogue, banned: [], maxPrice, now });
    expect(out(strict, 'a/keeping')).toBe('everybody who serves it keeps what it is sent');
    expect([out(strict, 'a/open'), out(easy, 'a/keeping')]).toEqual([null, null]);
  });
});

describe('who serves a model', () => {
  test('one of them has to do all that is wanted: tools, length and price together', async () => {
    emulator.offer({
      'a/split': { endpoints: [{ tools: false }, { context: 300 }, { completion: '0.0001' }] },
      'a/mute': { endpoints: [{ tools: false }] },
      'a/unserved': { endpoints: [] },
      '~a/split-latest': { target: 'a/split' },
    });
    const catalogue = createCatalogue({ ...there(), file: null });
    const endpoints = createEndpoints({ ...there(), file: join(folder, 'endpoints.json') });
    await catalogue.sync();
    const models = ['a/split', 'a/mute', 'a/unserved', 'a/unknown'];
    await endpoints.sync(models);
    const out = (model: string, asked: Turn, known = endpoints) =>
      unfit(model, asked, { catalogue, endpoints: known, banned: [], maxPrice, now });
    expect(out('a/split', turn)).toBeNull();
    for (const name of ['a/split', '~a/split-latest'])
      expect(out(name, withTools)).toBe('everybody who could serve it takes more than max_price');
    expect(out('a/mute', withTools)).toBe('nobody who serves it lets it call tools');
    expect(out('a/unserved', turn)).toBe('nobody serves it at the moment');

    const offline = createEndpoints({ ...nowhere(), file: join(folder, 'endpoints.json') });
    await offline.sync(models);
    expect(out('a/mute', withTools, offline)).toBe('nobody who serves it lets it call tools');
    clock += 25 * 3_600_000;
    expect(out('a/mute', withTools, offline)).toBeNull();
  });

  test('how they fare is a weak word on time and failures, milliseconds or seconds, and not of yesterday', async () => {
    emulator.offer({
      'a/two': {
        endpoints: [
          { latency: 3_000, uptime: 60 },
          { latency: 500, uptime: 95 },
        ],
      },
      'a/seconds': { endpoints: [{ latency: 0.5 }] },
    });
    const endpoints = createEndpoints({ ...there(), file: null });
    await endpoints.sync(['a/two', 'a/seconds']);
    expect(endpoints.lately('a/two').down).toBeCloseTo(0.05);
    expect(endpoints.lately('a/two').seconds).toBeCloseTo(3);
    expect(endpoints.lately('a/seconds').seconds).toBeCloseTo(3);
    clock += 3 * 3_600_000;
    expect(endpoints.lately('a/two')).toEqual({ seconds: null, down: null });
  });
});

test('a model of which nothing is known here is thought of by what others measured, a little', () => {
  const known = blank();
  for (let mark = 0; mark < 50; mark++) see(known, { kind: 'evaluation', good: mark < 40, usd: 0 });
  const of = (_name: string, model: string) => (model === 'known' ? known : blank());
  const index = (model: string) => ({ known: 50, better: 60, best: 95, unlisted: null })[model] ?? null;
  const quality = priorQuality(['known', 'better', 'best', 'unlisted'], ['coding'], of, index);
  expect(quality('better', 'coding')).toBeCloseTo(0.84);
  expect(quality('best', 'coding')).toBeCloseTo(0.9);
  expect(quality('unlisted', 'coding')).toBeCloseTo(0.8);
});
