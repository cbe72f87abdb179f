/** Who may talk to the playground: tests of the page's door over real HTTP. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSite, type Site } from '../../src/playground/site.ts';

let site: Site;
const done: string[] = [];

beforeAll(async () => {
  site = await createSite({
    port: 0,
    state: () => ({ secret: 'the world' }),
    async deed(verb) {
      done.push(verb);
      return {};
    },
    file: (id) => (id === 'F1' ? { name: 'page.html', content: Buffer.from('<script>1</script>') } : null),
  });
});
afterAll(() => site.close());

/** `fetch` would not let a test choose its Host. */
function visit(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const call = request({ host: '127.0.0.1', port: site.port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
        // The live stream never ends by itself.
        if (path.startsWith('/events') && response.statusCode === 200) call.destroy();
      });
      response.on('close', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    call.on('error', (error) => ('code' in error && error.code === 'ECONNRESET' ? undefined : reject(error)));
    call.end(body);
  });
}

const deed = (headers: Record<string, string>) =>
  visit('/do/say', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}' });

describe('the page', () => {
  test('opens for the local user without further ado, under both local names', async () => {
    for (const host of [`127.0.0.1:${site.port}`, `localhost:${site.port}`]) {
      const page = await visit('/', { headers: { host } });
      expect(page.status).toBe(200);
      expect(page.text).toContain(site.token);
    }
  });

  test('forbids inline script, framing and markup made from text', async () => {
    const policy = String((await visit('/')).headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
  });

  test('serves its own files only', async () => {
    expect((await visit('/page/main.js')).status).toBe(200);
    expect((await visit('/page/../host.ts')).status).not.toBe(200);
    expect((await visit('/page/%2e%2e/host.ts')).status).not.toBe(200);
    expect((await visit('/page/..%2fhost.ts')).status).toBe(404);
  });
});

describe('a foreign website', () => {
  test('that points its own name here (DNS rebinding) is turned away everywhere', async () => {
    const host = `evil.example:${site.port}`;
    for (const path of ['/', '/page/main.js', `/events?token=${site.token}`])
      expect((await visit(path, { headers: { host } })).status).toBe(403);
    expect((await visit('/', { headers: { host } })).text).not.toContain(site.token);
    expect((await deed({ host, 'x-playground-token': site.token })).status).toBe(403);
    expect(done).toEqual([]);
  });

  test('is turned away by its Origin even when it knows the token', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `https://127.0.0.1:${site.port}`]) {
      expect((await deed({ origin, 'x-playground-token': site.token })).status).toBe(403);
      expect((await visit(`/events?token=${site.token}`, { headers: { origin } })).status).toBe(403);
    }
    expect(done).toEqual([]);
  });

  test('is turned away when the browser says the request comes from elsewhere', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'x-playground-token': site.token };
    expect((await deed(headers)).status).toBe(403);
    expect(done).toEqual([]);
  });
});

describe('without the token', () => {
  test('nothing is done and nothing is shown', async () => {
    const origin = `http://127.0.0.1:${site.port}`;
    expect((await deed({ origin })).status).toBe(403);
    expect((await deed({ origin, 'x-playground-token': `${site.token}x` })).status).toBe(403);
    expect((await visit('/do/crash', { method: 'POST' })).status).toBe(403);
    const events = await visit('/events');
    expect(events.status).toBe(403);
    expect(events.text).not.toContain('the world');
    expect(done).toEqual([]);
  });

  test('nor does the token in the address open anything but the live view', async () => {
    expect((await visit(`/do/crash?token=${site.token}`, { method: 'POST' })).status).toBe(403);
    expect(done).toEqual([]);
  });
});

describe('our own page', () => {
  test('may act and watch', async () => {
    const origin = `http://127.0.0.1:${site.port}`;
    const headers = { origin, 'sec-fetch-site': 'same-origin' };
    expect((await deed({ ...headers, 'x-playground-token': site.token })).status).toBe(200);
    expect(done).toEqual(['say']);
    const events = await visit(`/events?token=${site.token}`, { headers });
    expect(events.status).toBe(200);
    expect(events.text).toContain('the world');
  });

  test('cannot act with anything but JSON, which a foreign form cannot send', async () => {
    const answer = await visit('/do/say', {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-playground-token': site.token },
      body: '{}',
    });
    expect(JSON.parse(answer.text)).toMatchObject({ ok: false });
  });
});

test('a taken port moves to the next one', async () => {
  const second = await createSite({ port: site.port, state: () => ({}), deed: async () => ({}) });
  expect(second.port).toBeGreaterThan(site.port);
  expect((await fetch(second.url)).status).toBe(200);
  await second.close();
});

describe('a shared file', () => {
  const token = () => ({ 'x-playground-token': site.token });

  test('is given to our own page only', async () => {
    expect((await visit('/file/F1')).status).toBe(403);
    expect((await visit('/file/F1', { headers: { ...token(), origin: 'https://evil.example' } })).status).toBe(403);
    expect((await visit('/file/F2', { headers: token() })).status).toBe(404);
  });

  test('is saved, never shown: it could be a page that attacks ours', async () => {
    const { status, headers, text } = await visit('/file/F1', { headers: token() });
    expect(status).toBe(200);
    expect(text).toBe('<script>1</script>');
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['content-disposition']).toBe('attachment');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });
});
