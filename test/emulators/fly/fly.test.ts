/** The Fly stand-in by itself, over plain HTTP: it refuses what the service refuses, and moves step by step. */
import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createFlyEmulator, type FlyChange, type FlyEmulatorOptions } from '../../../src/emulators/fly/index.ts';

const image = 'registry.fly.io/acme-web:one';

async function start(options: FlyEmulatorOptions = {}) {
  const emulator = await createFlyEmulator({ stepMs: 1, ...options });
  onTestFinished(() => emulator.close());
  const digest = emulator.addImage('acme-web', 'one', { revision: 'a'.repeat(40) });
  const [machine = ''] = emulator.addApp({ name: 'acme-web', org: 'acme', image, machines: [{ region: 'iad' }] });
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${emulator.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${emulator.token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
  };
  const one = `/apps/acme-web/machines/${machine}`;
  return { emulator, digest, machine, call, one };
}

test('without the token, or with a wrong one, nothing is told and nothing done', async () => {
  const { emulator, one, call } = await start();
  for (const authorization of ['', 'Bearer wrong', `Basic ${emulator.token}`]) {
    expect((await call('GET', '/apps?org_slug=acme', undefined, { authorization })).status).toBe(401);
    expect((await call('DELETE', `${one}?force=true`, undefined, { authorization })).status).toBe(401);
  }
  expect(emulator.snapshot().apps[0]?.machines).toHaveLength(1);
  const registry = await fetch(`${emulator.registryUrl}/v2/acme-web/manifests/one`);
  expect(registry.status).toBe(401);
  expect(registry.headers.get('www-authenticate')).toMatch(/^Basic/);
});

test('a leased machine changes only for whoever has the nonce', async () => {
  const { call, one } = await start();
  const lease = await call('POST', `${one}/lease`, { ttl: 30, description: 'mine' });
  expect(lease.status).toBe(201);
  const { nonce, owner } = lease.body.data;
  const config = { image };
  for (const headers of [{}, { 'fly-machine-lease-nonce': 'guessed' }] as Record<string, string>[]) {
    for (const [method, path, body] of [
      ['POST', one, { config }],
      ['POST', `${one}/restart`],
      ['POST', `${one}/stop`],
      ['DELETE', `${one}?force=true`],
      ['POST', `${one}/lease`, { ttl: 30 }],
      ['DELETE', `${one}/lease`],
      ['POST', `${one}/metadata/a`, { value: 'b' }],
    ] as const) {
      const refused = await call(method, path, body, headers);
      expect(refused.status, `${method} ${path}`).toBe(409);
      expect(refused.body.error).toContain(`lease currently held by ${owner}, expires at `);
    }
  }
  const held = { 'fly-machine-lease-nonce': nonce };
  expect((await call('POST', one, { config }, held)).status).toBe(200);
  expect((await call('DELETE', `${one}/lease`, undefined, held)).status).toBe(200);
  expect((await call('GET', `${one}/lease`)).status).toBe(404);
  expect((await call('POST', one, { config })).status).toBe(200);
});

test('a lease runs out by itself', async () => {
  const { emulator, machine, call, one } = await start();
  emulator.holdLease('acme-web', machine, { owner: 'bob', seconds: -1 });
  expect((await call('POST', `${one}/lease`, { ttl: 30 })).status).toBe(201);
});

test('an update makes a new version, keeps the old one in the history, and refuses a stale one', async () => {
  const { emulator, call, one } = await start();
  emulator.addImage('acme-web', 'two');
  const before = (await call('GET', one)).body;
  const config = { ...before.config, image: 'registry.fly.io/acme-web:two' };
  const after = (await call('POST', one, { config, current_version: before.instance_id })).body;
  expect(after.instance_id).not.toBe(before.instance_id);
  expect(after.state).toBe('replacing');
  const stale = await call('POST', one, { config, current_version: before.instance_id });
  expect(stale.status).toBe(409);
  expect(stale.body.error).toContain('machine version mismatch');
  const versions = (await call('GET', `${one}/versions`)).body;
  expect(versions.map((version: { version: string }) => version.version)).toEqual([
    after.instance_id,
    before.instance_id,
  ]);
  expect(versions[1].user_config.image).toBe(image);
});

test('a machine starts step by step, and subscribers see every step', async () => {
  const { emulator, call, one, machine } = await start();
  const changes: FlyChange[] = [];
  const end = emulator.subscribe((change) => changes.push(change));
  const { body } = await call('POST', one, { config: (await call('GET', one)).body.config });
  const waited = await call('GET', `${one}/wait?state=started&version=${body.instance_id}&timeout=5`);
  expect(waited).toMatchObject({ status: 200, body: { ok: true, state: 'started', version: body.instance_id } });
  await expect.poll(() => changes.map((change) => change.what)).toEqual(['update', 'start', 'start', 'check']);
  expect(changes.map((change) => change.state)).toEqual(['replacing', 'starting', 'started', 'started']);
  expect(changes[0]).toMatchObject({ app: 'acme-web', machine, region: 'iad' });
  end();
  await call('POST', `${one}/stop`);
  expect(changes).toHaveLength(4);
});

test('a wait ends when the version is replaced, and when its time is over', async () => {
  const { call, one } = await start({ stepMs: 60_000 });
  const { config } = (await call('GET', one)).body;
  const first = (await call('POST', one, { config })).body;
  const waiting = call('GET', `${one}/wait?state=started&version=${first.instance_id}&timeout=60`);
  await call('POST', one, { config });
  expect((await waiting).status).toBe(400);
  expect((await call('GET', `${one}/wait?state=started&timeout=0`)).status).toBe(408);
  expect((await call('GET', `${one}/wait?version=01NEVERWAS`)).status).toBe(404);
});

test('an image made unhealthy fails its checks with readable words; `next` is used up by the next one deployed', async () => {
  const { emulator, call, one } = await start();
  emulator.addImage('acme-web', 'two', { revision: 'b'.repeat(40) });
  emulator.makeUnhealthy('next', 'GET /healthz: 503 no database');
  const put = async (tag: string) => {
    await call('POST', one, {
      config: { ...(await call('GET', one)).body.config, image: `registry.fly.io/acme-web:${tag}` },
    });
    await expect.poll(async () => (await call('GET', one)).body.checks[0].status).not.toBe('warning');
    return (await call('GET', one)).body.checks[0];
  };
  expect(await put('two')).toMatchObject({ status: 'critical', output: 'GET /healthz: 503 no database' });
  expect(await put('one')).toMatchObject({ status: 'passing' });
  emulator.makeUnhealthy('a'.repeat(40));
  expect(await put('one')).toMatchObject({
    status: 'critical',
    output: 'GET /healthz: 500 database migration missing',
  });
  emulator.makeHealthy('a'.repeat(40));
  expect(await put('one')).toMatchObject({ status: 'passing' });
});

test('what cannot be is refused: unknown images and regions, wrong states, bodies that are none', async () => {
  const { call, one } = await start();
  const config = { image: 'registry.fly.io/acme-web:never-pushed' };
  expect(await call('POST', one, { config })).toMatchObject({
    status: 400,
    body: { error: /manifest unknown|not found/ },
  });
  expect((await call('POST', '/apps/acme-web/machines', { region: 'xyz', config: { image } })).status).toBe(400);
  expect((await call('POST', '/apps/acme-web/machines', ['no', 'object'])).status).toBe(400);
  expect((await call('POST', `${one}/start`)).status).toBe(412);
  expect(await call('DELETE', one)).toMatchObject({ status: 412, body: { error: /not currently stopped/ } });
  expect((await call('GET', '/apps/acme-web/machines/ffffffff')).status).toBe(404);
  expect((await call('GET', '/apps/nothing/machines')).status).toBe(404);
  expect((await call('GET', '/no/such/path')).status).toBe(404);
});

test('destroyed machines vanish from the list unless asked for', async () => {
  const { call, one } = await start();
  expect((await call('DELETE', `${one}?force=true`)).status).toBe(200);
  await expect.poll(async () => (await call('GET', '/apps/acme-web/machines')).body).toEqual([]);
  const all = (await call('GET', '/apps/acme-web/machines?include_deleted=true')).body;
  expect(all).toMatchObject([{ state: 'destroyed' }]);
});

test('trouble on demand: no room, lost answers, too many requests, slowness', async () => {
  const { emulator, call, one } = await start();
  const create = { region: 'fra', config: { image } };
  emulator.faults.capacity('fra');
  expect(await call('POST', '/apps/acme-web/machines', create)).toMatchObject({
    status: 422,
    body: { status: 'insufficient_capacity' },
  });
  expect((await call('POST', '/apps/acme-web/machines', create)).status).toBe(200);

  emulator.faults.dropAnswer();
  await expect(call('POST', `${one}/lease`, { ttl: 1 })).resolves.toMatchObject({ status: 201 });
  emulator.dropLease('acme-web', one.split('/').at(-1) ?? '');
  await expect(call('POST', `${one}/metadata/mark`, { value: 'kept' })).rejects.toThrow();
  expect((await call('GET', `${one}/metadata/mark`)).body).toEqual({ value: 'kept' });
  expect(emulator.requests.at(-1)).toMatchObject({ path: `/v1${one}/metadata/mark`, status: 0 });

  emulator.faults.rateLimit({ retryAfterSeconds: 3 });
  const limited = await call('POST', `${one}/stop`);
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('3');
  expect((await call('GET', one)).body.state).toBe('started');

  emulator.faults.slow(30, { method: 'GET', path: '/machines' });
  const begun = performance.now();
  await call('GET', '/apps/acme-web/machines');
  expect(performance.now() - begun).toBeGreaterThan(25);
});

test('writes are recorded in order, reads are not', async () => {
  const { emulator, call, one } = await start();
  await call('GET', one);
  await call('POST', `${one}/metadata/a`, { value: 'b' });
  await call('POST', `${one}/cordon`);
  expect(emulator.requests).toEqual([
    { method: 'POST', path: `/v1${one}/metadata/a`, body: { value: 'b' }, status: 204 },
    { method: 'POST', path: `/v1${one}/cordon`, body: null, status: 200 },
  ]);
  expect((await call('GET', one)).body.cordoned).toBe(true);
});

test('the registry serves manifests and blobs whose digests are true', async () => {
  const { emulator, digest } = await start();
  const authorization = `Basic ${Buffer.from(`x:${emulator.token}`).toString('base64')}`;
  const get = (path: string, method = 'GET') =>
    fetch(`${emulator.registryUrl}/v2/acme-web/${path}`, { method, headers: { authorization } });
  const head = await get('manifests/one', 'HEAD');
  expect([head.status, head.headers.get('docker-content-digest'), await head.text()]).toEqual([200, digest, '']);
  const manifest = await (await get(`manifests/${digest}`)).text();
  expect(`sha256:${createHash('sha256').update(manifest).digest('hex')}`).toBe(digest);
  const { config } = JSON.parse(manifest) as { config: { digest: string } };
  const blob = await (await get(`blobs/${config.digest}`)).text();
  expect(`sha256:${createHash('sha256').update(blob).digest('hex')}`).toBe(config.digest);
  expect(JSON.parse(blob)).toMatchObject({
    config: { Labels: { 'org.opencontainers.image.revision': 'a'.repeat(40) } },
  });
  expect(await (await get('manifests/none')).json()).toMatchObject({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
  expect(await (await get('tags/list')).json()).toEqual({ name: 'acme-web', tags: ['one'] });
});

test('a tag pushed anew moves, and its old digest stays', async () => {
  const { emulator, digest } = await start();
  const moved = emulator.addImage('acme-web', 'one', { revision: 'c'.repeat(40) });
  expect(moved).not.toBe(digest);
  const authorization = `Basic ${Buffer.from(`x:${emulator.token}`).toString('base64')}`;
  for (const [reference, expected] of [
    ['one', moved],
    [digest, digest],
  ]) {
    const answer = await fetch(`${emulator.registryUrl}/v2/acme-web/manifests/${reference}`, {
      headers: { authorization },
    });
    expect(answer.headers.get('docker-content-digest')).toBe(expected);
  }
});
