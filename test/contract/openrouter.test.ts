/** Our requests to OpenRouter, and our emulator's answers, held to OpenRouter's published contract. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Log } from '../../src/core/connector.ts';
import type { Turn } from '../../src/core/model.ts';
import {
  createOpenRouterEmulator,
  type FaultKind,
  type OpenRouterEmulator,
} from '../../src/emulators/openrouter/index.ts';
import { defaultClasses } from '../../src/models/classes.ts';
import { createModel } from '../../src/models/index.ts';
import { contractProxy, openContract, specsPresent } from './contract-server.ts';

const spec = { specFile: 'openrouter.yaml', stripPrefix: '/api/v1' };
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const tool = {
  name: 'github_list_pull_requests',
  description: 'Lists pull requests.',
  parameters: {
    type: 'object',
    properties: { repo: { type: 'string' }, state: { type: 'string', enum: ['open', 'closed'], default: 'open' } },
    required: ['repo'],
    additionalProperties: false,
  },
};
const turn: Turn = {
  class: 'speed',
  system: 'You are SOPHIA.',
  messages: [{ role: 'user', text: 'which pull requests are waiting in acme/web?' }],
  tools: [tool],
  maxTokens: 500,
  session: 'slack:T0ACME:C0ENG:1718.22',
};

describe.skipIf(!specsPresent)('OpenRouter, by its own contract (skipped where ../shared/specs is absent)', () => {
  let emulator: OpenRouterEmulator;
  let proxy: Awaited<ReturnType<typeof contractProxy>>;
  let streamed: Awaited<ReturnType<typeof openContract>>;
  beforeAll(async () => {
    // Read here: it takes so long that connections left open meanwhile would be closed.
    streamed = await openContract({
      ...spec,
      // The document wraps each chunk in `data`, which is the name of the line it stands on and not a field.
      patch: (document) => {
        const schemas = document.components?.schemas as Record<string, { $ref?: string }>;
        schemas.ChatStreamingResponse = { $ref: '#/components/schemas/ChatStreamChunk' };
      },
    });
    emulator = await createOpenRouterEmulator();
    proxy = await contractProxy({ ...spec, upstream: emulator.url });
  }, 60_000);
  afterEach(() => {
    emulator.reset();
    proxy.problems.length = 0;
    proxy.calls.length = 0;
  });
  afterAll(async () => {
    await proxy?.close();
    await emulator?.close();
  });

  const model = () =>
    createModel({ baseUrl: `${proxy.url}/api/v1`, apiKey: emulator.apiKey, classes: defaultClasses, log: silent });

  test('a whole conversation with tools and reasoning keeps it, on both sides', async () => {
    const reasoningDetails = [
      { type: 'reasoning.text', text: 'thinking', signature: 'abc', format: 'anthropic-claude-v1', index: 0 },
    ];
    emulator.script((request) =>
      request.messages.at(-1)?.role === 'user'
        ? { text: 'I look.', calls: [{ name: tool.name, arguments: { repo: 'acme/web' } }], reasoningDetails }
        : undefined,
    );
    const first = await model().answer(turn);
    if (first.state !== 'answered') return expect.fail(first.reason);
    const second = await model().answer({
      ...turn,
      messages: [
        ...turn.messages,
        { role: 'assistant', text: first.text, calls: first.calls, ...(first.carry ? { carry: first.carry } : {}) },
        ...first.calls.map(({ id }) => ({
          role: 'tool' as const,
          callId: id,
          content: '{"state":"done","output":[]}',
        })),
      ],
    });
    expect(second).toMatchObject({ state: 'answered', model: 'sophia/rehearsal' });
    expect(proxy.calls.map((call) => `${call.method} ${call.path} ${call.status}`)).toEqual([
      'POST /api/v1/chat/completions 200',
      'POST /api/v1/chat/completions 200',
    ]);
    expect(JSON.stringify(proxy.calls[1]?.body)).toContain('reasoning_details');
    expect(proxy.problems).toEqual([]);
  });

  test('what is asked of providers keeps it: their price, their parameters, what they may keep', async () => {
    const strict = createModel({
      ...{ baseUrl: `${proxy.url}/api/v1`, apiKey: emulator.apiKey, classes: defaultClasses, log: silent },
      privacy: 'no-retention',
    });
    await strict.answer(turn);
    await strict.answer({ ...turn, tools: [], json: { name: 'facts', schema: { type: 'object' } } });
    expect(proxy.calls[0]?.body).toMatchObject({
      provider: { require_parameters: true, data_collection: 'deny', zdr: true, max_price: { prompt: '15' } },
    });
    expect(proxy.problems).toEqual([]);
  });

  test('the assistant turn without words, as it goes back, keeps it too', async () => {
    await model().answer({
      ...turn,
      tools: [],
      messages: [
        ...turn.messages,
        { role: 'assistant', text: '', calls: [{ id: 'c1', name: tool.name, input: {} }] },
        { role: 'tool', callId: 'c1', content: 'nothing' },
      ],
    });
    expect(proxy.calls).toHaveLength(1);
    expect(proxy.problems).toEqual([]);
  });

  test.each([400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 524, 529] as FaultKind[])(
    'the emulated %s is as documented',
    async (kind) => {
      emulator.fail(kind);
      await model().answer(turn);
      expect(proxy.calls[0]?.status).toBe(kind);
      expect(proxy.problems).toEqual([]);
    },
  );

  test.each(['finish reason error', 'empty answer', 'invalid tool json'] as FaultKind[])(
    'the emulated “%s” is a completion as documented',
    async (kind) => {
      emulator.fail(kind);
      await model().answer(turn);
      expect(proxy.problems).toEqual([]);
    },
  );

  /** OpenRouter documents in prose, not in its schema, that a provider which failed late is a 200 with an error body. */
  test('an error inside a 200 is the one shape outside the contract: it has nothing of a completion', async () => {
    emulator.fail('error in 200');
    const answer = await model().answer(turn);
    expect(answer).toMatchObject({ state: 'answered', fallbacks: [{ model: defaultClasses.speed[0] }] });
    expect(proxy.problems.length).toBeGreaterThan(0);
    expect(proxy.problems.every((problem) => problem.includes('must have required property'))).toBe(true);
  });

  test('the models and the key are listed as documented', async () => {
    const headers = { authorization: `Bearer ${emulator.apiKey}` };
    emulator.offer({
      'a/b': { prompt: '0.000001', expires: '2027-01-01', tools: false, images: true },
      '~a/c-latest': { target: 'a/b', index: { intelligence: 60, coding: 61.5, agentic: 50 } },
    });
    for (const path of ['models', 'models?zdr=true', 'models/user', 'models/a/b/endpoints', 'key'])
      expect((await fetch(`${proxy.url}/api/v1/${path}`, { headers })).ok).toBe(true);
    expect((await fetch(`${proxy.url}/api/v1/models/a/b/endpoints`)).ok).toBe(true);
    expect((await fetch(`${proxy.url}/api/v1/models/a/none/endpoints`, { headers })).status).toBe(404);
    expect((await fetch(`${proxy.url}/api/v1/key`)).status).toBe(401);
    expect(proxy.problems).toEqual([]);
  });

  test('every chunk of a stream is as documented, also one that breaks off or begins late', async () => {
    emulator.script(() => ({ text: 'two are open', calls: [{ name: tool.name, arguments: { repo: 'acme/web' } }] }));
    for (const fault of [undefined, 'mid-stream error', 'slow first token'] as const) {
      if (fault) emulator.fail(fault, { delayMs: 5 });
      const response = await fetch(`${emulator.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${emulator.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'a/b', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
      });
      const lines = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)];
      expect(lines.length).toBeGreaterThan(2);
      for (const line of lines)
        expect(
          streamed.responseProblems(
            'POST',
            '/api/v1/chat/completions',
            200,
            JSON.parse(line[1] ?? ''),
            'text/event-stream',
          ),
        ).toEqual([]);
    }
  });

  test('the contract is not blind: an unknown field, a wrong type and a missing field are all seen', async () => {
    const contract = await openContract(spec);
    const good = { model: 'a/b', messages: [{ role: 'user', content: 'hi' }] };
    const problems = (body: unknown) => contract.requestProblems('POST', '/api/v1/chat/completions', undefined, body);
    expect(problems(good)).toEqual([]);
    expect(problems({ ...good, sessionid: 'x' })).not.toEqual([]);
    expect(problems({ ...good, provider: { max_price: { prompt: 3 } } })).not.toEqual([]);
    expect(problems({ model: 'a/b' })).not.toEqual([]);
    expect(problems({ ...good, session_id: 'x'.repeat(257) })).not.toEqual([]);
  });
});
