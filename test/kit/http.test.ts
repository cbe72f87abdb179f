/** kit/http against a real server on loopback: what is retried, what is not, and what a failure is called. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SophiaError } from '../../src/core/error.ts';
import { createFetch, retryAfterMs } from '../../src/kit/http.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(closers.splice(0).map((close) => close()));
});

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

async function serve(handler: Handler) {
  const state = { count: 0, url: '' };
  const server = createServer((request, response) => {
    request.resume();
    handler(request, response, ++state.count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return state;
}

/** A fetch whose pauses are written down instead of waited. */
function quick(options: Partial<Parameters<typeof createFetch>[0]> = {}) {
  const pauses: number[] = [];
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  return { fetch: createFetch({ name: 'Acme', pause, ...options }), pauses };
}

async function failure(promise: Promise<unknown>): Promise<SophiaError> {
  const error = await promise.then(
    (value) => expect.fail(`expected a failure, got ${String(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SophiaError);
  return error as SophiaError;
}

/** A port nobody listens on. */
async function deadUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

describe('retries', () => {
  test('a read is tried again after 503, with growing pauses, and then succeeds', async () => {
    const server = await serve((_, response, count) => response.writeHead(count < 3 ? 503 : 200).end('fine'));
    const { fetch, pauses } = quick();
    const response = await fetch(server.url);
    expect([response.status, await response.text()]).toEqual([200, 'fine']);
    expect(server.count).toBe(3);
    expect(pauses).toEqual([250, 500]);
  });

  test('Retry-After of a 429 is honoured when it is longer than our pause', async () => {
    const server = await serve((_, response, count) =>
      response.writeHead(count === 1 ? 429 : 200, { 'retry-after': '2' }).end(),
    );
    const { fetch, pauses } = quick();
    expect((await fetch(server.url)).status).toBe(200);
    expect(pauses).toEqual([2_000]);
  });

  test('a wait longer than we are ready for is handed to the caller at once', async () => {
    const server = await serve((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    const { fetch, pauses } = quick();
    const response = await fetch(server.url);
    expect(response.status).toBe(429);
    expect(retryAfterMs(response)).toBe(3_600_000);
    expect([server.count, pauses]).toEqual([1, []]);
  });

  test('the last answer is passed through when every try was turned away', async () => {
    const server = await serve((_, response) => response.writeHead(502).end('bad gateway'));
    const response = await quick().fetch(server.url);
    expect([response.status, await response.text(), server.count]).toEqual([502, 'bad gateway', 3]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('a %s is never tried again, whatever comes back', async (method) => {
    const server = await serve((_, response) => response.writeHead(503).end());
    const { fetch, pauses } = quick();
    expect((await fetch(server.url, { method })).status).toBe(503);
    expect([server.count, pauses]).toEqual([1, []]);
  });

  test('a POST given as a Request object is never tried again after its connection breaks', async () => {
    const server = await serve((request) => request.socket.destroy());
    const request = new Request(server.url, { method: 'POST', body: '{}' });
    const error = await failure(quick().fetch(request));
    expect([error.code, server.count]).toEqual(['timeout', 1]);
  });

  test('a 500 or a 404 is an answer, not a reason to ask again', async () => {
    for (const status of [500, 404]) {
      const server = await serve((_, response) => response.writeHead(status).end());
      expect((await quick().fetch(server.url)).status).toBe(status);
      expect(server.count).toBe(1);
    }
  });
});

describe('failures', () => {
  test('silence past the deadline is a timeout: it is not known whether it was done', async () => {
    const server = await serve(() => undefined);
    const { fetch } = quick({ deadlineMs: 30 });
    const error = await failure(fetch(server.url, { method: 'POST', body: 'x' }));
    expect(error.code).toBe('timeout');
    expect(error.message).toBe('Acme did not answer in time.');
    expect(server.count).toBe(1);
  });

  test('the deadline also holds for a body that never ends', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"half":');
    });
    const response = await quick({ deadlineMs: 60 }).fetch(server.url, { method: 'POST' });
    expect((await failure(response.json())).code).toBe('timeout');
  });

  test('a connection that breaks in the middle of a body is a timeout, never an internal error', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part', () => response.destroy());
    });
    const response = await quick().fetch(server.url);
    expect((await failure(response.text())).code).toBe('timeout');
  });

  test('a body that is no JSON stays a syntax error for the edge that knows the other side', async () => {
    const server = await serve((_, response) => response.end('<html>'));
    const response = await quick().fetch(server.url);
    await expect(response.json()).rejects.toBeInstanceOf(SyntaxError);
  });

  test('a refused connection is unavailable: nothing was done, even by a write', async () => {
    const error = await failure(quick().fetch(await deadUrl(), { method: 'POST' }));
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.hint).toBeTruthy();
  });

  test('a name that does not resolve is unavailable', async () => {
    const resolve = Object.assign(new Error('no such host'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    const broken = async () => Promise.reject(new TypeError('fetch failed', { cause: resolve }));
    expect((await failure(quick({ fetch: broken }).fetch('http://x.test/'))).code).toBe('unavailable');
  });

  test.each([
    ['CERT_HAS_EXPIRED', 'unavailable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unavailable'],
    ['UND_ERR_SOCKET', 'timeout'],
    ['ECONNRESET', 'timeout'],
    ['EPIPE', 'timeout'],
  ])('%s counts as %s', async (code, expected) => {
    const broken = async () =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));
    expect((await failure(quick({ fetch: broken }).fetch('http://x.test/', { method: 'POST' }))).code).toBe(expected);
  });

  test('when every address of a host refuses, it is unavailable', async () => {
    const inner = Object.assign(new Error('refused'), { code: 'ETIMEDOUT', syscall: 'connect' });
    const cause = new AggregateError([inner]);
    const broken = async () => Promise.reject(new TypeError('fetch failed', { cause }));
    expect((await failure(quick({ fetch: broken }).fetch('http://x.test/'))).code).toBe('unavailable');
  });

  test('a malformed key is a matter of configuration, and the message does not repeat it', async () => {
    const headers = { authorization: 'Bearer sk-secret\nx: y' };
    const error = await failure(quick().fetch('http://127.0.0.1:9/', { method: 'POST', headers }));
    expect(error.code).toBe('not_configured');
    expect(`${error.message} ${error.hint}`).not.toContain('sk-secret');
  });

  test('an address that is none is a matter of configuration', async () => {
    const { fetch, pauses } = quick();
    expect((await failure(fetch('not a url'))).code).toBe('not_configured');
    expect(pauses).toEqual([]);
  });
});

describe('the caller', () => {
  test('who gives up is told so, and nothing is tried again', async () => {
    const caller = new AbortController();
    const server = await serve(() => caller.abort());
    const { fetch, pauses } = quick();
    const error = await failure(fetch(server.url, { signal: caller.signal }));
    expect(error.message).toContain('called off');
    expect([server.count, pauses]).toEqual([1, []]);
  });

  test('who gives up during a pause does not wait for its end', async () => {
    const caller = new AbortController();
    const server = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '15' }).end();
      response.on('finish', () => setImmediate(() => caller.abort()));
    });
    const started = Date.now();
    const error = await failure(createFetch({ name: 'Acme' })(server.url, { signal: caller.signal }));
    expect(error.message).toContain('called off');
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  test('who had given up before never reaches the other side', async () => {
    const server = await serve((_, response) => response.end());
    await failure(quick().fetch(server.url, { signal: AbortSignal.abort() }));
    expect(server.count).toBe(0);
  });
});

describe('the breaker', () => {
  test('opens after five refusals, answers at once, and tries again ten seconds later', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    let up = false;
    let calls = 0;
    const refused = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
    const inner = async () => {
      calls++;
      if (!up) throw refused;
      return new Response('back');
    };
    const { fetch } = quick({ fetch: inner });
    for (let i = 0; i < 5; i++) await failure(fetch('http://x.test/', { method: 'POST' }));
    expect(calls).toBe(5);

    const error = await failure(fetch('http://x.test/', { method: 'POST' }));
    expect([error.code, calls]).toEqual(['unavailable', 5]);
    expect(error.message).toContain('has been failing');

    up = true;
    vi.setSystemTime(9_000);
    await failure(fetch('http://x.test/'));
    expect(calls).toBe(5);
    vi.setSystemTime(10_001);
    expect(await (await fetch('http://x.test/')).text()).toBe('back');
    expect((await fetch('http://x.test/')).status).toBe(200);
  });

  test('a success in between starts the count anew, and answers of any status are no failure', async () => {
    let calls = 0;
    const inner = async () => {
      calls++;
      if (calls % 5 === 0) return new Response('', { status: 500 });
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
    };
    const { fetch } = quick({ fetch: inner });
    for (let i = 0; i < 14; i++) await fetch('http://x.test/', { method: 'POST' }).catch(() => undefined);
    expect(calls).toBe(14);
  });
});

describe('Retry-After', () => {
  const of = (value: string) => retryAfterMs(new Response('', { headers: { 'retry-after': value } }));
  test('reads seconds and dates, and nothing from nonsense', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T10:00:00Z') });
    expect(of('3')).toBe(3_000);
    expect(of('Sat, 21 Nov 2026 10:00:05 GMT')).toBe(5_000);
    expect(of('Sat, 21 Nov 2026 09:00:00 GMT')).toBe(0);
    expect(of('-4')).toBe(0);
    expect(of('soon')).toBeUndefined();
    expect(of('')).toBeUndefined();
    expect(retryAfterMs(new Response(''))).toBeUndefined();
  });
});
