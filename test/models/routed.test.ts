/** The house's Model with measured routing, against the emulator and a real store: who is asked, in which order, and what is learned. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/core/connector.ts';
import type { Answer, ModelClass, Turn } from '../../src/core/model.ts';
import { createOpenRouterEmulator, type OpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import { createCatalogue } from '../../src/models/catalogue.ts';
import type { ModelClasses } from '../../src/models/classes.ts';
import { createModel, type ModelOptions } from '../../src/models/index.ts';
import { createRouting, type RoutingOptions } from '../../src/models/routing.ts';
import { openTestStore } from '../store/open-test-store.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const classes: ModelClasses = {
  reasoning: ['big/thinker'],
  coding: ['good/coder', 'other/coder', 'third/coder'],
  speed: ['quick/one', 'quick/two'],
  analysis: [],
  tools: ['good/coder'],
  fallback: ['spare/one'],
};
const tool = {
  name: 'fly_list_machines',
  description: 'Lists machines.',
  parameters: {
    type: 'object',
    properties: { app: { type: 'string' } },
    required: ['app'],
    additionalProperties: false,
  },
};

let emulator: OpenRouterEmulator;
let store: Awaited<ReturnType<typeof openTestStore>>;
let clock: number;
const now = () => new Date(clock);

beforeEach(async () => {
  clock = Date.parse('2026-11-21T10:00:00.000Z');
  emulator = await createOpenRouterEmulator();
  store = await openTestStore({ now });
  emulator.script((request) => ({ text: `from ${request.model}`, model: String(request.model), cost: 0.001 }));
});
afterEach(async () => {
  await emulator.close();
  await store.close();
});

function house(over: Partial<ModelOptions> = {}, routed: Partial<RoutingOptions> = {}) {
  const catalogue = createCatalogue({
    baseUrl: emulator.baseUrl,
    apiKey: emulator.apiKey,
    file: null,
    log: silent,
    now,
  });
  const routing = createRouting({
    ...{ events: store.modelEvents, classes, catalogue, banned: [], maxPrice: { prompt: 15, completion: 75 }, now },
    ...routed,
  });
  const model = createModel({
    ...{ baseUrl: emulator.baseUrl, apiKey: emulator.apiKey, classes, routing, log: silent, now },
    ...over,
  });
  return { model, routing, catalogue };
}

const turn = (over: Partial<Turn> = {}): Turn => ({
  ...{
    class: 'coding',
    system: 'You are SOPHIA.',
    messages: [{ role: 'user', text: 'hello' }],
    tools: [],
    maxTokens: 500,
  },
  ...{ session: `slack:T1:C1:${crypto.randomUUID()}`, run: 'run-1' },
  ...over,
});
const asked = () => emulator.requests.map((request) => request.body.model);
const by = (answer: Answer) => (answer.state === 'answered' ? answer.model : answer.reason);

async function evaluated(name: ModelClass, marks: Record<string, { good: number; usd: number }>) {
  for (const [model, { good, usd }] of Object.entries(marks))
    for (let index = 0; index < 50; index++)
      await store.modelEvents.append(`evaluation:${name}:${model}:${index}`, {
        ...{ at: now().toISOString(), kind: 'evaluation', class: name, model, run: null, thread: null, person: null },
        ...{ good: index < good, usd, milliseconds: null, detail: { task: `t${index}` } },
      });
}

describe('who is asked', () => {
  test('the configured order, as long as nothing is known', async () => {
    const { model, routing } = house();
    expect(by(await model.answer(turn()))).toBe('good/coder');
    expect(await routing.why({ run: 'run-1' })).toMatchObject({
      class: 'coding',
      model: 'good/coder',
      reason: 'it is the first in the configured order, and little has been measured yet',
    });
  });

  test('the best measured one, once evaluated; a nearly as good one that costs much less', async () => {
    await evaluated('coding', {
      'good/coder': { good: 30, usd: 0.01 },
      'other/coder': { good: 47, usd: 0.01 },
      'third/coder': { good: 46, usd: 0.0005 },
      'spare/one': { good: 10, usd: 0.0001 },
    });
    const { model, routing } = house();
    expect(by(await model.answer(turn()))).toBe('third/coder');
    const why = await routing.why({ run: 'run-1' });
    expect(why?.candidates.map((one) => one.model)).toContain('other/coder');
    const dear = house({}, { thrift: 0 });
    expect(by(await dear.model.answer(turn()))).toBe('other/coder');
  });

  test('the one asked for by name, whatever is measured', async () => {
    expect(by(await house().model.answer(turn({ wanted: 'big/thinker' })))).toBe('big/thinker');
    expect(await house().routing.named('thinker')).toEqual(['big/thinker']);
    expect(await house().routing.named('other coder')).toEqual(['other/coder']);
    expect(await house().routing.named('nobody')).toEqual([]);
  });

  test('never one that is banned, that the provider dropped, that cannot call tools or is too dear', async () => {
    emulator.offer({
      'good/coder': { tools: false },
      'other/coder': { expires: '2026-11-20' },
      'third/coder': {},
      'spare/one': { completion: '0.001' },
    });
    const { model, routing, catalogue } = house({}, { banned: ['third/*'] });
    await catalogue.sync();
    const answer = await model.answer(turn({ tools: [tool] }));
    expect(answer).toMatchObject({ state: 'failed', reason: 'No model is named for coding work.' });
    expect(asked()).toEqual([]);
    expect(by(await model.answer(turn()))).toBe('good/coder');
    const why = await routing.why({ run: 'run-1' });
    expect(why?.candidates.map(({ model: id, out }) => `${id}: ${out}`)).toEqual([
      'good/coder: undefined',
      'other/coder: the provider took it away on 2026-11-20',
      'third/coder: it is banned here',
      'spare/one: it costs more than max_price',
    ]);
  });

  test('a picture goes to a model that can look at it, if there is one', async () => {
    const [blind, seeing] = [{ images: false }, { images: true }];
    emulator.offer({ 'good/coder': blind, 'other/coder': seeing, 'third/coder': blind, 'spare/one': blind });
    const { model, catalogue } = house();
    await catalogue.sync();
    const pictures = [{ name: 'a.png', mime: 'image/png', base64: 'AAAA' }];
    expect(by(await model.answer(turn({ pictures })))).toBe('other/coder');
    expect(by(await model.answer(turn()))).toBe('good/coder');
  });

  test('a thread stays with its model for a while, and leaves it when its answer was marked bad', async () => {
    const { model, routing } = house();
    const session = 'slack:T1:C1:1.2';
    await model.answer(turn({ session, wanted: 'third/coder' }));
    clock += 60_000;
    expect(by(await model.answer(turn({ session })))).toBe('third/coder');
    await routing.learn({ run: 'run-1', kind: 'thumbs', good: false, person: 'slack:T1:U1' });
    expect(by(await model.answer(turn({ session })))).not.toBe('third/coder');
    expect((await routing.why({ thread: session }))?.reason).toContain('marked as bad');
    clock += 3_600_000;
    expect(by(await model.answer(turn({ session })))).toBe('good/coder');
  });

  test('what was learned is there after a restart, and on every replica', async () => {
    const first = house();
    await first.model.answer(turn());
    for (let index = 0; index < 30; index++)
      await first.routing.learn({ run: 'run-1', kind: 'ci', good: index % 5 === 0, person: `p${index}` });
    const again = house();
    expect(by(await again.model.answer(turn()))).toBe('other/coder');
    const standings = await again.routing.standings();
    expect(standings.find((one) => one.class === 'coding' && one.model === 'good/coder')?.note).toContain('much worse');
  });
});

describe('when an answer fails', () => {
  test('a call of no tool, or with arguments that do not fit, brings in a stronger model, once', async () => {
    const call = (name: string, args: string) =>
      emulator.script((request) =>
        request.model === 'good/coder'
          ? { calls: [{ name, arguments: args }], model: 'good/coder', cost: 0.001 }
          : undefined,
      );
    for (const [name, args, problem] of [
      ['fly_lst_machines', '{}', 'it called “fly_lst_machines”, which is no tool'],
      ['fly_list_machines', '{"app": 3}', 'it called fly_list_machines with arguments that do not fit'],
      ['fly_list_machines', '{"app', 'it called fly_list_machines with arguments that are no JSON'],
    ] as const) {
      call(name, args);
      const { model, routing } = house();
      const answer = await model.answer(turn({ tools: [tool] }));
      expect(answer).toMatchObject({ state: 'answered', model: 'other/coder', usd: 0.002 });
      expect((await routing.why({ run: 'run-1' }))?.escalated).toBe(`good/coder: ${problem}`);
    }
  });

  test('an answer that was to be JSON of a form, and is not, brings in a stronger model; who cannot keep to one is not asked', async () => {
    const { model, catalogue } = house();
    emulator.offer({ 'good/coder': {}, 'other/coder': {}, 'third/coder': { structured: false }, 'spare/one': {} });
    await catalogue.sync();
    const json = {
      name: 'facts',
      schema: { type: 'object', properties: { facts: { type: 'array' } }, required: ['facts'] },
    };
    for (const [text, problem] of [
      ['There are none.', 'its answer is no JSON'],
      ['{"fact": 1}', 'its answer does not fit the form it was to have'],
    ]) {
      emulator.requests.length = 0;
      emulator.script(({ model: id }) =>
        id === 'good/coder'
          ? { text: String(text) }
          : { text: 'Here:\n```json\n{"facts": []}\n```', model: String(id) },
      );
      const answer = await model.answer(turn({ json }));
      expect(answer).toMatchObject({ model: 'other/coder', note: expect.stringContaining(String(problem)) });
      expect(asked()).toEqual(['good/coder', 'other/coder']);
      expect(emulator.requests[0]?.body).toMatchObject({
        response_format: { type: 'json_schema', json_schema: { name: 'facts' } },
        provider: { require_parameters: true },
      });
    }
    emulator.requests.length = 0;
    for (const id of ['good/coder', 'other/coder']) emulator.fail(503, { model: id });
    await model.answer(turn({ json }));
    expect(asked()).toEqual(['good/coder', 'other/coder', 'spare/one']);
  });

  test('the second answer stands, whatever it is: nobody is asked a third time', async () => {
    emulator.script(() => ({ calls: [{ name: 'nothing_like_it', arguments: {} }], cost: 0.001 }));
    const answer = await house().model.answer(turn({ tools: [tool] }));
    expect(answer).toMatchObject({ state: 'answered', calls: [{ name: 'nothing_like_it' }] });
    expect(asked()).toHaveLength(2);
  });

  test('if nobody stronger answers, the first answer is still better than none', async () => {
    emulator.script(() => ({ calls: [{ name: 'nothing_like_it', arguments: {} }], cost: 0.001 }));
    emulator.fail(503, { model: 'other/coder' });
    const answer = await house().model.answer(turn({ tools: [tool] }));
    expect(answer).toMatchObject({ state: 'answered', fallbacks: [{ model: 'other/coder' }] });
  });

  test('one that keeps failing is left alone; when all fail they are tried again in turn', async () => {
    const { model } = house();
    emulator.fail(502, { model: 'good/coder', times: 3 });
    for (let index = 0; index < 5; index++) await model.answer(turn());
    expect(asked().filter((id) => id === 'good/coder')).toHaveLength(3);

    emulator.requests.length = 0;
    const patient = house({ backOffMs: [1, 2, 4] });
    emulator.fail(529, { times: 4 });
    expect(await patient.model.answer(turn())).toMatchObject({ state: 'answered' });
    expect(asked().slice(-2)).toEqual(['good/coder', 'other/coder']);
  });

  test('one on this machine is asked when all others have failed, and failed again; never before', async () => {
    const here = await createOpenRouterEmulator();
    here.script(() => ({ text: 'here', model: 'library/tiny' }));
    try {
      const further = [{ name: 'ollama', baseUrl: here.baseUrl, apiKey: here.apiKey }];
      const lastResort = () => ['ollama:library/tiny'];
      const elsewhere = (id: string) => id.startsWith('ollama:');
      const { model, routing } = house({ further, backOffMs: [1] }, { lastResort, elsewhere });
      await model.answer(turn());
      expect(asked()).toEqual(['good/coder']);
      emulator.requests.length = 0;
      emulator.fail(503, { times: 99 });
      expect(by(await model.answer(turn()))).toBe('library/tiny');
      expect(asked()).toEqual(['good/coder', 'other/coder', 'third/coder', 'good/coder']);
      expect(here.requests.map(({ body }) => body.model)).toEqual(['library/tiny']);
      expect((await routing.standings()).map((one) => one.model)).not.toContain('ollama:library/tiny');
    } finally {
      await here.close();
    }
  });

  test('a model that is gone is not asked a second time', async () => {
    const { model } = house();
    emulator.fail(404, { model: 'good/coder' });
    await model.answer(turn());
    await model.answer(turn());
    expect(asked()).toEqual(['good/coder', 'other/coder', 'other/coder']);
  });
});

test('Prometheus is told what happened and how the models stand', async () => {
  const { model, routing } = house();
  emulator.fail(503, { model: 'good/coder' });
  await model.answer(turn());
  const text = await routing.metrics();
  for (const line of [
    'sophia_model_requests_total{class="coding",model="good/coder",ended="failed"} 1',
    'sophia_model_requests_total{class="coding",model="other/coder",ended="answered"} 1',
    'sophia_model_dollars_total{class="coding",model="other/coder"} 0.001',
    'sophia_model_extra_requests_total{class="coding",why="fell back"} 1',
    'sophia_model_traffic_share{class="coding",model="other/coder"} 1',
  ])
    expect(text).toContain(line);
  const told = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const names = (of: string, pattern: RegExp) => [...of.matchAll(pattern)].map(([, name]) => name).toSorted();
  expect(names(told, /^\| `(sophia_model_\w+)`/gm)).toEqual(names(text, /^# TYPE (\w+)/gm));
});

describe('in a hurry', () => {
  test('a second model is asked when the first says nothing; the loser is neither heard nor counted as failed', async () => {
    const { model, routing } = house({ hedgeMs: 30 });
    emulator.fail('slow', { model: 'quick/one', delayMs: 5_000 });
    const heard: string[] = [];
    const answer = await model.answer(turn({ class: 'speed' }), { heard: (words) => heard.push(words) });
    expect(answer).toMatchObject({ state: 'answered', model: 'quick/two', fallbacks: [] });
    expect(heard.join('')).toBe('from quick/two');
    expect((await routing.why({ run: 'run-1' }))?.hedged).toBe(
      'quick/one had said nothing after 30 ms, so quick/two was asked too',
    );
    const standing = (await routing.standings()).find((one) => one.class === 'speed' && one.model === 'quick/one');
    expect(standing?.failures).toBe(0);
  });

  test('a stream that is open and silent is no answer yet: the second is asked', async () => {
    const { model } = house({ hedgeMs: 30 });
    emulator.fail('slow first token', { model: 'quick/one', delayMs: 5_000 });
    const answer = await model.answer(turn({ class: 'speed' }), { heard: () => undefined });
    expect(by(answer)).toBe('quick/two');
    expect(asked()).toEqual(['quick/one', 'quick/two']);
  });

  test('the first is not doubled when it speaks in time, and other classes never are', async () => {
    const { model } = house({ hedgeMs: 3_000 });
    await model.answer(turn({ class: 'speed' }), { heard: () => undefined });
    const { model: patient } = house({ hedgeMs: 1 });
    emulator.fail('slow', { model: 'good/coder', delayMs: 60 });
    await patient.answer(turn({ class: 'coding' }));
    expect(asked()).toEqual(['quick/one', 'good/coder']);
  });

  test('only the winner’s calls are returned', async () => {
    const { model } = house({ hedgeMs: 20 });
    emulator.script((request) => ({
      calls: [{ name: tool.name, arguments: { app: String(request.model) } }],
      model: String(request.model),
    }));
    emulator.fail('slow', { model: 'quick/one', delayMs: 200 });
    const answer = await model.answer(turn({ class: 'speed', tools: [tool] }));
    expect(answer).toMatchObject({ calls: [{ input: { app: 'quick/two' } }] });
  });

  test('words of a model that breaks off are void, and the next begins anew', async () => {
    const { model } = house();
    emulator.fail('mid-stream error', { model: 'good/coder' });
    const said: string[] = [];
    const answer = await model.answer(turn(), { heard: (words) => said.push(words), restarted: () => said.push('|') });
    expect(answer).toMatchObject({ model: 'other/coder', fallbacks: [{ model: 'good/coder' }] });
    expect(said.join('')).toMatch(/^from.*\|from other\/coder$/);
  });
});
