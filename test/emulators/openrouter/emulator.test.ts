/** The OpenRouter emulator over HTTP: keys, shapes, streams, refusals and every fault. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createOpenRouterEmulator,
  type FaultKind,
  type OpenRouterEmulator,
} from '../../../src/emulators/openrouter/index.ts';

let emulator: OpenRouterEmulator;
beforeEach(async () => {
  emulator = await createOpenRouterEmulator({ apiKey: 'sk-or-test', clock: () => 1_700_000_000_000 });
});
afterEach(() => emulator.close());

const hello = { model: '~openai/gpt-mini-latest', messages: [{ role: 'user', content: 'hello' }] };

function post(body: unknown, options: { key?: string | null; signal?: AbortSignal } = {}) {
  const { key = emulator.apiKey, signal } = options;
  return fetch(`${emulator.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

type Body = Record<string, never> & {
  error?: { code: number; message: string };
  choices?: {
    message?: { content?: string | null; tool_calls?: { id: string; function: { arguments: string } }[] };
    finish_reason?: string;
  }[];
  usage?: { cost: number; total_tokens: number };
  model?: string;
};
const json = async (response: Response) => (await response.json()) as Body;

/** The JSON of each `data:` line, and the comments. */
async function events(response: Response) {
  const text = await response.text();
  return {
    text,
    chunks: [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => JSON.parse(match[1] ?? '')),
  };
}

describe('answers', () => {
  test('the rehearsal model says which model it is, and costs nothing', async () => {
    const body = await json(await post(hello));
    expect(body.model).toBe('sophia/rehearsal');
    expect(body.choices?.[0]?.message?.content).toContain('rehearsal model');
    expect(body.usage?.cost).toBe(0);
    expect(body.usage?.total_tokens).toBeGreaterThan(0);
  });

  test('a script is asked first, the newest before the older, and the brain when none answers', async () => {
    emulator.script(() => ({ text: 'older', cost: 0.25 }));
    const take = emulator.script((request) => (request.model === 'a/b' ? { text: 'newer' } : undefined));
    const said = async (model: string) => (await json(await post({ ...hello, model }))).choices?.[0]?.message?.content;
    expect([await said('a/b'), await said('c/d')]).toEqual(['newer', 'older']);
    take();
    expect(await said('a/b')).toBe('older');
    emulator.reset();
    expect(await said('a/b')).toContain('rehearsal');
  });

  test('tool calls have ids that differ from answer to answer', async () => {
    emulator.script(() => ({
      calls: [
        { name: 'a', arguments: {} },
        { name: 'b', arguments: { x: 1 } },
      ],
    }));
    const ids = [];
    for (let i = 0; i < 2; i++) {
      const choice = (await json(await post(hello))).choices?.[0];
      expect(choice?.finish_reason).toBe('tool_calls');
      expect(choice?.message?.content).toBeNull();
      ids.push(...(choice?.message?.tool_calls ?? []).map((call) => call.id));
    }
    expect(new Set(ids).size).toBe(4);
  });

  test('requests are recorded without the key', async () => {
    await post({ ...hello, session_id: 's' });
    expect(emulator.requests).toHaveLength(1);
    expect(emulator.requests[0]?.body).toMatchObject({ ...hello, session_id: 's' });
    expect(JSON.stringify(emulator.requests)).not.toContain('sk-or-test');
  });

  test('the list of models is public; the key tells of itself only to who has it', async () => {
    const models = (await (await fetch(`${emulator.baseUrl}/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map((model) => model.id)).toContain('sophia/rehearsal');
    expect((await fetch(`${emulator.baseUrl}/key`)).status).toBe(401);
    const headers = { authorization: 'Bearer sk-or-test' };
    expect(await (await fetch(`${emulator.baseUrl}/key`, { headers })).json()).toHaveProperty('data.limit', null);
  });
});

describe('streams', () => {
  test('begin with a comment, carry the words in pieces, end with the usage and [DONE]', async () => {
    emulator.script(() => ({ text: 'one two three' }));
    const response = await post({ ...hello, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const { text, chunks } = await events(response);
    expect(text.startsWith(': OPENROUTER PROCESSING\n\n')).toBe(true);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('one two three');
    expect(chunks.at(-2).choices[0].finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { cost: 0 } });
  });

  test('carry tool calls too', async () => {
    emulator.script(() => ({ calls: [{ name: 'look', arguments: { at: 'it' } }] }));
    const { chunks } = await events(await post({ ...hello, stream: true }));
    const call = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])[0];
    expect(call).toMatchObject({ index: 0, type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } });
  });

  test('break in the middle when told to: status 200, some words, then an error', async () => {
    emulator.fail('mid-stream error');
    emulator.script(() => ({ text: 'one two three' }));
    const response = await post({ ...hello, stream: true });
    const { chunks } = await events(response);
    expect(response.status).toBe(200);
    expect(chunks.at(-1)).toMatchObject({ error: { code: 502 }, choices: [{ finish_reason: 'error' }] });
  });
});

describe('what OpenRouter refuses', () => {
  test('no key, or another one, is 401', async () => {
    expect((await post(hello, { key: null })).status).toBe(401);
    const other = await post(hello, { key: 'sk-or-other' });
    expect([other.status, (await json(other)).error?.code]).toEqual([401, 401]);
    expect(emulator.requests).toEqual([]);
  });

  const call = (id: string) => ({ id, type: 'function', function: { name: 'a', arguments: '{}' } });
  const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: '{}' });
  test.each([
    ['no JSON', '{'],
    ['a list', []],
    ['no model', { messages: hello.messages }],
    ['a model id that is none', { ...hello, model: 'gpt' }],
    ['no messages', { model: 'a/b', messages: [] }],
    ['an unknown role', { ...hello, messages: [{ role: 'robot', content: 'x' }] }],
    ['a message without content', { ...hello, messages: [{ role: 'user', content: null }] }],
    ['a tool name with a dot', { ...hello, tools: [{ type: 'function', function: { name: 'a.b' } }] }],
    ['two tools of one name', { ...hello, tools: [1, 2].map(() => ({ type: 'function', function: { name: 'a' } })) }],
    ['no room for an answer', { ...hello, max_tokens: 0 }],
    ['a session id that is too long', { ...hello, session_id: 'x'.repeat(257) }],
    ['a result without its call', { ...hello, messages: [...hello.messages, result('c1')] }],
    [
      'a call without its result',
      {
        ...hello,
        messages: [...hello.messages, { role: 'assistant', tool_calls: [call('c1')] }, { role: 'user', content: 'x' }],
      },
    ],
    [
      'a call without its result at the end',
      { ...hello, messages: [...hello.messages, { role: 'assistant', tool_calls: [call('c1')] }] },
    ],
    [
      'two calls with one id',
      {
        ...hello,
        messages: [...hello.messages, { role: 'assistant', tool_calls: [call('c1'), call('c1')] }, result('c1')],
      },
    ],
  ])('%s is 400', async (_, body) => {
    const response = await post(body);
    expect([response.status, (await json(response)).error?.code]).toEqual([400, 400]);
  });

  test('results in any order after their calls are fine', async () => {
    const messages = [
      ...hello.messages,
      { role: 'assistant', content: null, tool_calls: [call('c1'), call('c2')] },
      result('c2'),
      result('c1'),
    ];
    expect((await post({ ...hello, messages })).status).toBe(200);
  });

  test('other paths are 404', async () => {
    const headers = { authorization: 'Bearer sk-or-test' };
    expect((await fetch(`${emulator.baseUrl}/nothing`, { headers })).status).toBe(404);
    expect((await fetch(`${emulator.baseUrl}/chat/completions`, { headers })).status).toBe(404);
  });
});

describe('faults', () => {
  test.each([400, 401, 402, 403, 404, 408, 413, 429, 500, 502, 503, 524, 529] as const)(
    '%d strikes once, with a body that says so',
    async (code) => {
      emulator.fail(code);
      const struck = await post(hello);
      expect([struck.status, (await json(struck)).error?.code]).toEqual([code, code]);
      expect((await post(hello)).status).toBe(200);
    },
  );

  test('429 says when to come back', async () => {
    emulator.fail(429, { retryAfter: 7 });
    expect((await post(hello)).headers.get('retry-after')).toBe('7');
  });

  test('a fault may be meant for one model, and strike several times', async () => {
    emulator.fail(503, { model: 'a/b', times: 2 });
    const status = async (model: string) => (await post({ ...hello, model })).status;
    expect([await status('c/d'), await status('a/b'), await status('a/b'), await status('a/b')]).toEqual([
      200, 503, 503, 200,
    ]);
  });

  test('error in 200 has no choices', async () => {
    emulator.fail('error in 200');
    const response = await post(hello);
    const body = await json(response);
    expect([response.status, body.error?.code, body.choices]).toEqual([200, 502, undefined]);
  });

  test('an answer may end in an error, be empty, or hold a broken tool call', async () => {
    for (const kind of ['finish reason error', 'mid-stream error', 'empty answer', 'invalid tool json'] as FaultKind[])
      emulator.fail(kind);
    const first = async () => (await json(await post(hello))).choices?.[0];
    expect((await first())?.finish_reason).toBe('error');
    expect((await first())?.finish_reason).toBe('error');
    expect((await first())?.message?.content).toBe('');
    const broken = (await first())?.message?.tool_calls?.[0]?.function.arguments ?? '{}';
    expect(() => JSON.parse(broken)).toThrow(SyntaxError);
  });

  test('the wrong content type is a page', async () => {
    emulator.fail('wrong content type');
    const response = await post(hello);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  test('a connection may break before or in the middle of the body', async () => {
    emulator.fail('broken connection');
    await expect(post(hello)).rejects.toThrow();
    emulator.fail('half a body');
    const response = await post(hello);
    await expect(response.text()).rejects.toThrow();
  });

  test('silence lasts until the client gives up, and slow answers come', async () => {
    emulator.fail('silence');
    await expect(post(hello, { signal: AbortSignal.timeout(30) })).rejects.toThrow();
    emulator.fail('slow', { delayMs: 20 });
    expect((await post(hello)).status).toBe(200);
  });
});
