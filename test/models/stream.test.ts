/** A model's words are heard as they come, and the answer is the same as without listening. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log } from '../../src/core/connector.ts';
import type { Turn } from '../../src/core/model.ts';
import { createOpenRouterEmulator, type OpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import type { ModelClasses } from '../../src/models/classes.ts';
import { createModel } from '../../src/models/index.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const classes: ModelClasses = {
  reasoning: [],
  coding: [],
  speed: ['quick/one'],
  analysis: [],
  tools: [],
  fallback: ['spare/one', 'spare/two'],
};
const turn: Turn = {
  class: 'speed',
  system: 'You are SOPHIA.',
  messages: [{ role: 'user', text: 'hello' }],
  tools: [],
  maxTokens: 500,
  session: 'slack:T1:C1:1.2',
};

let emulator: OpenRouterEmulator;
beforeEach(async () => {
  emulator = await createOpenRouterEmulator();
});
afterEach(() => emulator.close());

function listening(baseUrl = emulator.baseUrl) {
  const heard: string[] = [];
  const model = createModel({ baseUrl, apiKey: emulator.apiKey, classes, log: silent });
  const asked = model.answer(turn, {
    heard: (words) => heard.push(words),
    restarted: () => heard.push('⟲'),
  });
  return { heard, asked };
}

test('the words come piece by piece, and the answer holds them all, with tokens and dollars', async () => {
  emulator.script(() => ({ text: 'Two are waiting for a review.', cost: 0.002 }));
  const { heard, asked } = listening();
  expect(await asked).toMatchObject({ state: 'answered', text: 'Two are waiting for a review.', usd: 0.002 });
  expect(heard.length).toBeGreaterThan(3);
  expect(heard.join('')).toBe('Two are waiting for a review.');
  expect(emulator.requests.at(-1)?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
});

test('calls that come in pieces are put together', async () => {
  emulator.script(() => ({
    text: 'I look.',
    calls: [
      { name: 'one', arguments: { a: 1 } },
      { name: 'two', arguments: { b: [2] } },
    ],
  }));
  const answer = await listening().asked;
  expect(answer).toMatchObject({
    text: 'I look.',
    calls: [
      { name: 'one', input: { a: 1 } },
      { name: 'two', input: { b: [2] } },
    ],
  });
});

test('a model that breaks off in the middle is taken back, and the next one begins anew', async () => {
  emulator.script((request) => ({ text: `words of ${request.model}`, model: String(request.model) }));
  emulator.fail('mid-stream error');
  const { heard, asked } = listening();
  const answer = await asked;
  expect(answer).toMatchObject({ state: 'answered', text: 'words of spare/one' });
  expect(answer.fallbacks).toEqual([{ model: 'quick/one', reason: expect.stringContaining('failing') }]);
  const [before, after] = heard.join('').split('⟲');
  expect(before).toBe('words of ');
  expect(after).toBe('words of spare/one');
});

test.each<[string, RequestListener, string]>([
  ['a page instead of a stream', (_, response) => response.end('<!doctype html><p>hello'), 'no JSON'],
  [
    'a stream cut off without an end',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'half' } }] })}\n\n`);
    },
    'broke off',
  ],
  [
    'a connection lost between two words',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'half' } }] })}\n\n`, () =>
        response.destroy(),
      );
    },
    'lost its connection',
  ],
  [
    'garbage among the pieces',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices": [\n\n');
    },
    'no JSON',
  ],
])('%s is a failure, not an answer', async (_, answers, reason) => {
  const server = createServer(answers);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await listening(`http://127.0.0.1:${port}`).asked;
    expect(answer).toMatchObject({ state: 'failed', reason: expect.stringContaining(reason) });
  } finally {
    server.close();
  }
});

test('a server that knows no streams answers whole', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ choices: [{ finish_reason: 'stop', message: { content: 'all at once' } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await listening(`http://127.0.0.1:${port}`).asked;
    expect(answer).toMatchObject({ state: 'answered', text: 'all at once' });
  } finally {
    server.close();
  }
});
