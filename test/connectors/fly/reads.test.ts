/** What the Fly connector tells about apps, machines and images. */
import { expect, test } from 'vitest';
import type { AppStatus } from '../../../src/connectors/fly/actions-read.ts';
import { acme, connect, image, newSha, oldSha } from './acme.ts';

test('status shows every machine with region, image, commit and checks, and sums up', async () => {
  const world = await acme();
  const status = await connect(world).act<AppStatus>('fly_get_status', { app: 'acme-web' });
  expect(status.machines.map((machine) => machine.region)).toEqual(['fra', 'iad', 'syd']);
  expect(status.machines[0]).toMatchObject({
    id: world.machines[1],
    state: 'started',
    healthy: true,
    image: { reference: image(oldSha), repository: 'registry.fly.io/acme-web', tag: oldSha, revision: oldSha },
    checks: [{ name: 'healthz', status: 'passing' }],
    cordoned: false,
    deed: null,
    previous_image: null,
  });
  expect(status.organization).toBe('acme');
  expect(status.summary).toEqual({
    total: 3,
    started: 3,
    healthy: 3,
    images: [{ reference: image(oldSha), revision: oldSha, machines: 3 }],
  });
});

test('status is shown to people as a table', async () => {
  const world = await acme();
  const connected = connect(world);
  const output = await connected.run(await connected.plan('fly_get_status', { app: 'acme-web' }));
  const shown = connected.connection.actions.find((action) => action.name === 'fly_get_status')?.show?.(output);
  expect(shown).toMatchObject({ kind: 'table', title: 'acme-web', footer: '3 of 3 healthy' });
  expect(shown).toHaveProperty('rows.0', [
    'fra',
    world.machines[1],
    'started',
    'acme-web:1111111',
    '1111111',
    'healthz passing',
  ]);
});

test('an app that does not exist, and one that is not a name at all', async () => {
  const connected = connect(await acme());
  await expect(connected.act('fly_get_status', { app: 'acme-wbe' })).rejects.toMatchObject({
    code: 'not_found',
    message: 'Fly knows no app called acme-wbe, or the token may not see it.',
  });
  await expect(connected.act('fly_get_status', { app: '../apps' })).rejects.toThrow(/lower-case letters/);
  await expect(connected.act('fly_get_machine', { app: 'acme-web', machine: 'abcdef0123' })).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no machine abcdef0123 in acme-web.',
  });
});

test('a wrong token is said plainly, and never shown', async () => {
  const connected = connect(await acme(), { token: 'fm2_secret_that_is_wrong' });
  const problem = await connected.act('fly_get_status', { app: 'acme-web' }).catch((error: unknown) => error);
  expect(problem).toMatchObject({ code: 'forbidden', message: 'Fly did not accept the token.' });
  expect(JSON.stringify(problem, Object.getOwnPropertyNames(problem))).not.toContain('fm2_secret');
  await expect(connected.connection.check()).resolves.toMatchObject({ state: 'failing', hint: /FLY_API_TOKEN/ });
});

test('doctor learns which apps the token reaches', async () => {
  const world = await acme();
  await expect(connect(world, { organization: 'acme' }).connection.check()).resolves.toEqual({
    state: 'ok',
    can: 'see 1 app of acme: acme-web',
  });
  await expect(connect(world).connection.check()).resolves.toMatchObject({ state: 'ok', can: /acme/ });
});

test('apps are listed for the organization configured or the one of the token', async () => {
  const world = await acme();
  const expected = { organization: 'acme', apps: [{ name: 'acme-web', status: 'deployed', machines: 3 }] };
  await expect(connect(world).act('fly_list_apps', {})).resolves.toEqual(expected);
  await expect(connect(world, { organization: 'acme' }).act('fly_list_apps', {})).resolves.toEqual(expected);
});

test('a tag resolves to a digest that cannot move, with the commit it was built from', async () => {
  const world = await acme();
  const digest = world.snapshot().images.find((one) => one.tag === newSha)?.digest;
  await expect(connect(world).act('fly_resolve_image', { image: image(newSha) })).resolves.toEqual({
    image: image(newSha),
    repository: 'registry.fly.io/acme-web',
    tag: newSha,
    digest,
    pinned: `${image(newSha)}@${digest}`,
    revision: newSha,
  });
});

test('a multi-platform image keeps the digest of its index and takes the commit from its amd64 part', async () => {
  const world = await acme();
  const digest = world.addImage('acme-web', 'multi', { revision: newSha, platforms: ['arm64', 'amd64'] });
  await expect(
    connect(world).act('fly_resolve_image', { image: 'registry.fly.io/acme-web:multi' }),
  ).resolves.toMatchObject({ digest, revision: newSha });
});

test('an image that was never pushed, one of another registry, one without a tag', async () => {
  const connected = connect(await acme());
  const resolve = (name: string) => connected.act('fly_resolve_image', { image: name });
  await expect(resolve(image('3'.repeat(40)))).rejects.toMatchObject({
    code: 'not_found',
    message: `There is no image ${image('3'.repeat(40))} in Fly's registry.`,
    hint: 'Has the build for that commit finished and pushed its image?',
  });
  for (const name of ['docker.io/library/nginx:1', 'registry.fly.io/acme-web', 'registry.fly.io/../v2/x:1'])
    await expect(resolve(name), name).rejects.toMatchObject({ code: 'bad_input' });
});

test('a registry whose answer does not match its digest is not believed', async () => {
  const world = await acme();
  const digest = world.snapshot().images[0]?.digest;
  const lying: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    return url.includes('/manifests/') ? new Response(`${await answer.text()} `, answer) : answer;
  };
  await expect(
    connect(world, { fetch: lying }).act('fly_resolve_image', { image: `registry.fly.io/acme-web@${digest}` }),
  ).rejects.toMatchObject({ code: 'conflict', message: /does not match its digest/ });
});

test('events and versions tell what a machine went through, newest first', async () => {
  const world = await acme();
  const connected = connect(world);
  const [machine = ''] = world.machines;
  await connected.act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) }, 'run7/1');
  const { events } = await connected.act<{ events: { type: string; source: string }[] }>('fly_list_events', {
    app: 'acme-web',
    machine,
    limit: 5,
  });
  expect(events.map((event) => event.type)).toContain('update');
  const { versions } = await connected.act<{ versions: { image: string; deed: string | null }[] }>(
    'fly_list_versions',
    {
      app: 'acme-web',
      machine,
    },
  );
  expect(versions).toHaveLength(2);
  expect(versions[0]).toMatchObject({ image: expect.stringContaining(`${image(newSha)}@sha256:`), deed: 'run7/1' });
  expect(versions[1]).toMatchObject({ image: image(oldSha), deed: null });
});

test('reads are tried again when Fly asks for patience; a write says so instead', async () => {
  const world = await acme();
  const connected = connect(world);
  world.faults.rateLimit({ method: 'GET', path: /machines$/, retryAfterSeconds: 0 });
  await expect(connected.act('fly_get_status', { app: 'acme-web' })).resolves.toMatchObject({ app: 'acme-web' });
  const [machine = ''] = world.machines;
  world.faults.rateLimit({ path: '/restart', retryAfterSeconds: 7 });
  await expect(connected.act('fly_restart_machine', { app: 'acme-web', machine })).rejects.toMatchObject({
    code: 'rate_limited',
    message: `Fly is asked too often to restart machine ${machine} of acme-web.`,
    retryAfterMs: 7_000,
  });
});
