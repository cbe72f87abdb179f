/** The house's Model against the emulator: every failure is a value, the next model is tried, and money is counted. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../../src/core/connector.ts';
import type { Answer, Turn } from '../../src/core/model.ts';
import {
  createOpenRouterEmulator,
  type FaultKind,
  type OpenRouterEmulator,
} from '../../src/emulators/openrouter/index.ts';
import type { ModelClasses } from '../../src/models/classes.ts';
import { createModel, type ModelOptions } from '../../src/models/index.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const classes: ModelClasses = {
  reasoning: ['big/thinker'],
  coding: ['good/coder', 'other/coder', 'third/coder', 'fourth/coder'],
  speed: ['quick/one'],
  analysis: ['spare/one'],
  tools: [],
  fallback: ['spare/one', 'spare/two'],
};

let emulator: OpenRouterEmulator;
beforeEach(async () => {
  emulator = await createOpenRouterEmulator();
  emulator.script((request) => ({ text: `from ${request.model}`, model: String(request.model), cost: 0.001 }));
});
afterEach(() => emulator.close());

function model(options: Partial<ModelOptions> = {}) {
  return createModel({ baseUrl: emulator.baseUrl, apiKey: emulator.apiKey, classes, log: silent, ...options });
}

const turn: Turn = {
  class: 'speed',
  system: 'You are SOPHIA.',
  messages: [{ role: 'user', text: 'hello' }],
  tools: [],
  maxTokens: 500,
  session: 'slack:T1:C1:1.2',
};

type Answered = Extract<Answer, { state: 'answered' }>;
type Failed = Extract<Answer, { state: 'failed' }>;

function answered(answer: Answer): Answered {
  expect(answer, JSON.stringify(answer)).toMatchObject({ state: 'answered' });
  return answer as Answered;
}

function failed(answer: Answer): Failed {
  expect(answer, JSON.stringify(answer)).toMatchObject({ state: 'failed' });
  return answer as Failed;
}

const asked = () => emulator.requests.map((request) => request.body.model);

describe('an answer', () => {
  test('has its text, model, tokens, dollars and time', async () => {
    const times = [1_000, 1_040];
    const answer = answered(await model({ now: () => new Date(times.shift() ?? 0) }).answer(turn));
    expect(answer).toMatchObject({
      text: 'from quick/one',
      model: 'quick/one',
      usd: 0.001,
      calls: [],
      fallbacks: [],
      milliseconds: 40,
    });
    expect(answer.inputTokens).toBeGreaterThan(0);
    expect(answer).not.toHaveProperty('costUnknown');
    expect(structuredClone(answer)).toEqual(JSON.parse(JSON.stringify(answer)));
  });

  test('the request is what OpenRouter wants: session, price limit, no more', async () => {
    await model({ maxPrice: { prompt: 3, completion: 15 } }).answer({ ...turn, session: 'x'.repeat(300) });
    expect(emulator.requests[0]?.body).toEqual({
      model: 'quick/one',
      messages: [
        { role: 'system', content: 'You are SOPHIA.' },
        { role: 'user', content: 'hello' },
      ],
      max_completion_tokens: 500,
      session_id: 'x'.repeat(256),
      provider: { max_price: { prompt: '3', completion: '15' } },
    });
  });

  test('tools, calls and results travel both ways', async () => {
    const parameters = { type: 'object', properties: { repo: { type: 'string' } } };
    emulator.script((request) =>
      request.messages.at(-1)?.role === 'tool'
        ? { text: 'two are open' }
        : {
            text: 'I look.',
            calls: [
              { name: 'list', arguments: { repo: 'acme/web' } },
              { name: 'list', arguments: {} },
            ],
          },
    );
    const first = answered(
      await model().answer({ ...turn, tools: [{ name: 'list', description: 'Lists.', parameters }] }),
    );
    expect(first.calls.map(({ name, input }) => ({ name, input }))).toEqual([
      { name: 'list', input: { repo: 'acme/web' } },
      { name: 'list', input: {} },
    ]);
    expect(emulator.requests[0]?.body.tools).toEqual([
      { type: 'function', function: { name: 'list', description: 'Lists.', parameters } },
    ]);
    const second = await model().answer({
      ...turn,
      messages: [
        ...turn.messages,
        { role: 'assistant', text: first.text, calls: first.calls },
        ...first.calls.map(({ id }) => ({ role: 'tool' as const, callId: id, content: '[]' })),
      ],
    });
    expect(answered(second).text).toBe('two are open');
  });

  test('reasoning goes back to the model it came from, and to no other', async () => {
    const reasoning = [{ type: 'reasoning.encrypted', data: 'abc' }];
    emulator.script(() => ({ text: 'thought', reasoningDetails: reasoning }));
    const first = answered(await model().answer(turn));
    const messages: Turn['messages'] = [
      ...turn.messages,
      { role: 'assistant', text: first.text, calls: [], ...(first.carry ? { carry: first.carry } : {}) },
      { role: 'user', text: 'and?' },
    ];
    await model().answer({ ...turn, messages });
    await model().answer({ ...turn, class: 'reasoning', messages });
    const sent = emulator.requests.slice(1).map(({ body }) => body.messages[2]);
    expect(sent[0]).toHaveProperty('reasoning_details', reasoning);
    expect(sent[1]).not.toHaveProperty('reasoning_details');
  });

  test('one that its token limit cut is marked so', async () => {
    emulator.script(() => ({ text: 'and then', finishReason: 'length' }));
    expect(answered(await model().answer(turn)).cut).toBe(true);
  });

  test('a refusal in the model’s own words is an answer', async () => {
    const body = {
      id: 'x',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: null, refusal: 'I will not.' } },
      ],
    };
    const answer = answered(await model({ fetch: async () => Response.json(body) }).answer(turn));
    expect(answer).toMatchObject({ text: 'I will not.', usd: 0, costUnknown: true, inputTokens: 0 });
  });
});

describe('tool calls that are none', () => {
  const withArguments = async (raw: unknown) => {
    const body = {
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: '',
            tool_calls: [{ id: '', type: 'function', function: { name: 'a', arguments: raw } }],
          },
        },
      ],
    };
    return answered(await model({ fetch: async () => Response.json(body) }).answer(turn)).calls[0];
  };
  test.each(['{"repo": "acme/we', '[1]', '"text"', 'null', '12', 'merge #12 please'])(
    '%s is marked invalid',
    async (raw) => {
      const call = await withArguments(raw);
      expect(call?.input).toEqual({});
      expect(call?.invalid).toMatch(/the arguments are no JSON/);
    },
  );

  test.each([
    ['', {}],
    [' ', {}],
    [null, {}],
    [{ a: 1 }, { a: 1 }],
    ['{"__proto__":{"x":1},"a":[null]}', { a: [null] }],
  ])('%j is taken as meant', async (raw, input) => {
    const call = await withArguments(raw);
    expect(call?.invalid).toBeUndefined();
    expect(call?.input).toMatchObject(input);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('an id is given where the server gave none, or the same twice', async () => {
    const call = (id?: string) => ({
      ...(id === undefined ? {} : { id }),
      type: 'function',
      function: { name: 'a', arguments: '{}' },
    });
    const body = {
      choices: [
        { message: { role: 'assistant', content: null, tool_calls: [call('x'), call('x'), call(), { nonsense: 1 }] } },
      ],
    };
    const { calls } = answered(await model({ fetch: async () => Response.json(body) }).answer(turn));
    expect(calls).toHaveLength(3);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
  });

  test('the emulated invalid call is no failure of the model: the house tells it what was wrong', async () => {
    emulator.fail('invalid tool json');
    expect(answered(await model().answer(turn)).calls[0]?.invalid).toBeTruthy();
    expect(asked()).toEqual(['quick/one']);
  });
});

describe('when a model fails, the next one is asked', () => {
  test.each([
    [400, /refused the request \(400\)/],
    [403, /declined to answer/],
    [404, /is not on offer/],
    [408, /did not answer in time/],
    [413, /cannot take in a text of this length/],
    [429, /asked too often/],
    [500, /failing at its provider \(500\)/],
    [502, /failing at its provider/],
    [503, /failing at its provider/],
    [524, /did not answer in time/],
    [529, /failing at its provider/],
    ['error in 200', /failing at its provider \(502\)/],
    ['finish reason error', /broke off in the middle/],
    ['empty answer', /gave an empty answer/],
    ['wrong content type', /no chat completion/],
    ['broken connection', /lost its connection/],
    ['half a body', /lost its connection/],
  ] as [FaultKind, RegExp][])('%s', async (kind, reason) => {
    emulator.fail(kind);
    const answer = answered(await model().answer(turn));
    expect(answer.model).toBe('spare/one');
    expect(answer.fallbacks).toEqual([{ model: 'quick/one', reason: expect.stringMatching(reason) }]);
    expect(asked()).toEqual(['quick/one', 'spare/one']);
  });

  test('silence is given up after the patience of the class', async () => {
    emulator.fail('silence');
    const answer = answered(await model({ patienceMs: { speed: 40 } }).answer(turn));
    expect(answer.fallbacks).toEqual([{ model: 'quick/one', reason: 'did not answer in time' }]);
  });

  test('a body that never ends is given up too', async () => {
    let calls = 0;
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (++calls === 1) response.write('  ');
      else response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'here' } }] }));
    });
    const answer = answered(await model({ baseUrl: `${server.url}/api/v1`, patienceMs: { speed: 60 } }).answer(turn));
    expect([answer.text, answer.fallbacks[0]?.reason]).toEqual(['here', 'did not answer in time']);
  });

  test('what a failed try cost is counted', async () => {
    emulator.script((request) => (request.model === 'quick/one' ? { text: '', cost: 0.5 } : undefined));
    expect(answered(await model().answer(turn)).usd).toBeCloseTo(0.501);
  });

  test('three models at most, each once, and all reasons are said', async () => {
    emulator.fail(503, { times: 10 });
    const answer = failed(await model().answer({ ...turn, class: 'coding' }));
    expect(asked()).toEqual(['good/coder', 'other/coder', 'third/coder']);
    expect(answer.fallbacks.map((one) => one.model)).toEqual(asked());
    expect(answer.reason).toContain('good/coder is failing at its provider (503); other/coder');
    expect(answer.hint).toBeTruthy();
  });

  test('a model that stands in the class and in the fallback is asked once', async () => {
    emulator.fail(503, { times: 10 });
    await model().answer({ ...turn, class: 'analysis' });
    expect(asked()).toEqual(['spare/one', 'spare/two']);
  });
});

describe('when no other model would do better', () => {
  test.each([
    [401, /did not accept the key/, /openrouter\.ai\/settings\/keys/],
    [402, /no credit left/, /openrouter\.ai\/settings\/credits/],
  ] as const)('%d ends it at once, with what to do', async (code, reason, hint) => {
    emulator.fail(code);
    const answer = failed(await model().answer(turn));
    expect(answer.reason).toMatch(reason);
    expect(answer.hint).toMatch(hint);
    expect(asked()).toEqual(['quick/one']);
  });

  test('a key that is wrong ends it the same way', async () => {
    expect(failed(await model({ apiKey: 'sk-or-wrong' }).answer(turn)).reason).toContain('did not accept the key');
    expect(failed(await model({ apiKey: '' }).answer(turn)).reason).toContain('did not accept the key');
  });

  test('a key that cannot be sent is not repeated in the reason', async () => {
    const answer = failed(await model({ apiKey: 'sk-or-secret\nx' }).answer(turn));
    expect(JSON.stringify(answer)).not.toContain('sk-or-secret');
    expect(emulator.requests).toEqual([]);
  });

  test('a 401 inside a 200 counts as one', async () => {
    const body = { error: { code: 401, message: 'no' } };
    let calls = 0;
    const fetch = async () => {
      calls++;
      return Response.json(body);
    };
    expect(failed(await model({ fetch }).answer(turn)).reason).toContain('key');
    expect(calls).toBe(1);
  });

  test('a caller who gives up stops it: no further model is asked', async () => {
    emulator.fail('silence');
    const caller = new AbortController();
    const pending = model().answer(turn, { signal: caller.signal });
    await expect.poll(() => emulator.requests.length).toBe(1);
    caller.abort();
    const answer = failed(await pending);
    expect(answer.reason).toContain('stopped');
    expect(answer.fallbacks).toEqual([]);
    expect(emulator.requests).toHaveLength(1);
  });

  test('a caller who had given up before is not asked for', async () => {
    expect(failed(await model().answer(turn, { signal: AbortSignal.abort() })).reason).toContain('stopped');
    expect(emulator.requests).toEqual([]);
  });

  test('no model named for the class is said with the setting that names one', async () => {
    const none = { ...classes, speed: [], fallback: [] };
    expect(failed(await model({ classes: none }).answer(turn)).hint).toContain('SOPHIA_MODEL_SPEED');
  });
});

describe('the network', () => {
  test('a server that is not there is a failure with a reason, not an exception', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const answer = failed(await model({ baseUrl: `${gone.url}/api/v1` }).answer(turn));
    expect(answer.reason).toContain('ECONNREFUSED');
    expect(answer.hint).toBeTruthy();
  });

  test.each(['not a url', 'ftp://x/api/v1', ''])('a base URL of “%s” is a failure too', async (baseUrl) => {
    expect(failed(await model({ baseUrl }).answer(turn)).hint).toBeTruthy();
  });

  test.each([
    ['a list', []],
    ['a text', 'ok'],
    ['null', null],
    ['no choices', { choices: [] }],
    ['choices of another kind', { choices: 'many' }],
    ['no message', { choices: [{ finish_reason: 'stop' }] }],
    ['an error without words', { error: {} }],
  ])('%s for a body is a failure, whoever sent it', async (_, body) => {
    expect(failed(await model({ fetch: async () => Response.json(body) }).answer(turn)).fallbacks).toHaveLength(3);
  });

  test('strange usage does not spoil an answer', async () => {
    const body = {
      choices: [{ message: { role: 'assistant', content: 'x' } }],
      usage: { prompt_tokens: 'many', cost: -3 },
    };
    expect(answered(await model({ fetch: async () => Response.json(body) }).answer(turn))).toMatchObject({
      usd: 0,
      costUnknown: true,
      inputTokens: 0,
    });
  });
});

describe('a plain OpenAI-compatible server', () => {
  test('gets only fields it knows, and its unknown cost is said', async () => {
    const bodies: Record<string, unknown>[] = [];
    const headers: string[] = [];
    const server = await serve((request, response) => {
      headers.push(...Object.keys(request.headers));
      let text = '';
      request.on('data', (piece) => {
        text += piece;
      });
      request.on('end', () => {
        bodies.push({ path: request.url, ...JSON.parse(text) });
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            choices: [{ message: { role: 'assistant', content: 'hi' } }],
            usage: { prompt_tokens: 3, completion_tokens: 1 },
          }),
        );
      });
    });
    const plain = model({
      baseUrl: `${server.url}/v1`,
      apiKey: '',
      classes: { ...classes, speed: ['llama3.3'] },
    });
    const answer = answered(await plain.answer(turn));
    expect(answer).toMatchObject({ text: 'hi', model: 'llama3.3', usd: 0, costUnknown: true, inputTokens: 3 });
    expect(bodies).toEqual([
      { path: '/v1/chat/completions', model: 'llama3.3', max_tokens: 500, messages: expect.any(Array) },
    ]);
    expect(headers.filter((name) => /openai-(organization|project)|x-title/.test(name))).toEqual([]);
  });
});

describe('what doctor is told', () => {
  test('has the classes and no secrets', () => {
    const text = JSON.stringify(
      model({ baseUrl: 'https://user:hunter2@openrouter.ai/api/v1?key=s3cret', apiKey: 'sk-or-x' }).describe(),
    );
    expect(text).toContain('quick/one');
    expect(text).not.toMatch(/hunter2|s3cret|sk-or-x/);
  });
});

const closers: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

async function serve(handler: RequestListener) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  closers.push(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
