/** Holds the Fly client's requests and the emulator's answers to Fly's published Machines API. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FlyEmulatorOptions } from '../../src/emulators/fly/index.ts';
import { acme, connect, image, newSha } from '../connectors/fly/acme.ts';
import { contractProxy, openContract, specsPresent } from './contract-server.ts';

const contract = {
  specFile: 'fly-machines.json',
  // The document's server carries /v1, its paths do not.
  stripPrefix: '/v1',
  // Answered by the service (its own client and community pages show them), listed nowhere in the document.
  unlistedStatuses: [408, 409, 412, 422],
  // The proxy looks at paths, queries and bodies, not at headers; that the nonce is sent the emulator enforces itself.
  patch: (document: { paths: Record<string, unknown> }) => {
    type Item = { delete: { parameters: { name: string; required: boolean }[] } };
    const lease = document.paths['/apps/{app_name}/machines/{machine_id}/lease'] as Item;
    for (const parameter of lease.delete.parameters)
      if (parameter.name === 'fly-machine-lease-nonce') parameter.required = false;
  },
};

async function between(options: FlyEmulatorOptions = {}) {
  const world = await acme(options);
  const proxy = await contractProxy({ ...contract, upstream: world.url });
  onTestFinished(() => proxy.close());
  return { world, proxy, fly: connect({ ...world, url: proxy.url }) };
}

describe.skipIf(!specsPresent)('the Machines API (needs ../shared/specs)', () => {
  test('a deploy, a restart, scaling up and down keep to the contract on both sides', async () => {
    const { world, proxy, fly } = await between();
    const [machine = ''] = world.machines;
    const place = { app: 'acme-web', machine };
    await fly.act('fly_list_apps', {});
    await fly.act('fly_get_status', { app: 'acme-web' });
    const plan = await fly.plan('fly_update_machine', { ...place, image: image(newSha) });
    await fly.run(plan);
    await fly.act('fly_wait_healthy', place);
    await fly.reconcile(plan);
    await fly.act('fly_update_machine', { ...place, image: image(newSha) }, 'run2/1');
    await fly.reconcile(plan);
    await fly.act('fly_wait_healthy', place);
    await fly.act('fly_list_versions', place);
    await fly.act('fly_list_events', place);
    await fly.act('fly_restart_machine', place);
    await fly.act('fly_wait_healthy', place);
    await fly.act('fly_stop_machine', place);
    await expect.poll(() => fly.act('fly_get_machine', place)).toMatchObject({ state: 'stopped' });
    await fly.act('fly_start_machine', place);
    await fly.act('fly_wait_healthy', place);
    await fly.act('fly_scale_up', { app: 'acme-web', count: 4 }, 'run3/1');
    await fly.act('fly_scale_down', { app: 'acme-web', count: 3 }, 'run4/1');
    const size = { ...place, size: 'shared-cpu-2x', memory_mb: 1024 };
    const resize = await fly.plan('fly_resize_machine', size);
    await fly.run(resize, 'run5/1');
    await fly.reconcile(resize, 'run5/1');
    await fly.act('fly_list_releases', { app: 'acme-web' });
    await fly.connection.check();

    expect(proxy.problems).toEqual([]);
    // A machine may be up before anybody waits for it: the next test is about that.
    const calls = proxy.calls.filter((call) => !call.path.includes('/wait?'));
    const operations = new Set(calls.map((call) => proxy.operation(call.method, call.path)));
    expect([...operations].sort()).toEqual([
      'delete /apps/{app_name}/machines/{machine_id}',
      'delete /apps/{app_name}/machines/{machine_id}/lease',
      'get /apps',
      'get /apps/{app_name}',
      'get /apps/{app_name}/machines',
      'get /apps/{app_name}/machines/{machine_id}',
      'get /apps/{app_name}/machines/{machine_id}/events',
      'get /apps/{app_name}/machines/{machine_id}/versions',
      'get /tokens/current',
      'post /apps/{app_name}/machines',
      'post /apps/{app_name}/machines/{machine_id}',
      'post /apps/{app_name}/machines/{machine_id}/lease',
      'post /apps/{app_name}/machines/{machine_id}/restart',
      'post /apps/{app_name}/machines/{machine_id}/start',
      'post /apps/{app_name}/machines/{machine_id}/stop',
    ]);
  });

  test('secrets by name and volumes keep to the contract on both sides', async () => {
    const { world, proxy, fly } = await between();
    world.setSecret('acme-web', 'OLD_API_KEY', 'hunter2');
    const app = 'acme-web';
    const volume = world.addVolume(app, { name: 'data', region: 'fra', machine: world.machines[1] ?? '' });
    await fly.act('fly_list_secrets', { app });
    await fly.act('fly_list_volumes', { app });
    const writes = {
      fly_unset_secret: { app, secret: 'OLD_API_KEY' },
      fly_create_volume: { app, name: 'data', region: 'iad', size_gb: 10 },
      fly_extend_volume: { app, volume, size_gb: 20 },
      fly_create_snapshot: { app, volume },
    };
    for (const [name, input] of Object.entries(writes)) {
      const plan = await fly.plan(name, input);
      await fly.run(plan);
      expect(await fly.reconcile(plan), name).toMatchObject({ state: 'done' });
    }
    await fly.act('fly_list_snapshots', { app, volume });
    await expect(fly.plan('fly_extend_volume', { app, volume: 'vol_000000', size_gb: 5 })).rejects.toMatchObject({
      code: 'not_found',
    });
    world.faults.capacity('syd');
    const full = fly.act('fly_create_volume', { app, name: 'more', region: 'syd' });
    await expect(full).rejects.toMatchObject({ code: 'capacity' });

    expect(proxy.problems).toEqual([]);
    expect(JSON.stringify(proxy.calls)).not.toContain('show_secrets');
    expect([...new Set(proxy.calls.map((call) => proxy.operation(call.method, call.path)))].sort()).toEqual([
      'delete /apps/{app_name}/secrets/{secret_name}',
      'get /apps/{app_name}/secrets',
      'get /apps/{app_name}/volumes',
      'get /apps/{app_name}/volumes/{volume_id}',
      'get /apps/{app_name}/volumes/{volume_id}/snapshots',
      'post /apps/{app_name}/volumes',
      'post /apps/{app_name}/volumes/{volume_id}/snapshots',
      'put /apps/{app_name}/volumes/{volume_id}/extend',
    ]);
  });

  test('waiting for a machine that takes long keeps to the contract', async () => {
    const { world, proxy, fly } = await between({ stepMs: 60_000 });
    const [machine = ''] = world.machines;
    const place = { app: 'acme-web', machine };
    await fly.act('fly_update_machine', { ...place, image: image(newSha) });
    const verdict = await fly.act('fly_wait_healthy', { ...place, timeout_seconds: 1 });
    expect(verdict).toMatchObject({ healthy: false, state: 'replacing' });
    expect(proxy.problems).toEqual([]);
    const waits = proxy.calls.filter((call) => call.path.includes('/wait?'));
    expect(waits.length).toBeGreaterThan(0);
    expect(waits[0]).toMatchObject({
      status: 408,
      path: expect.stringMatching(/state=started&version=\w{26}&timeout=1$/),
    });
  });

  test('refusals keep to the contract too', async () => {
    const { world, proxy, fly } = await between();
    const [machine = ''] = world.machines;
    await expect(fly.act('fly_get_status', { app: 'no-such-app' })).rejects.toMatchObject({ code: 'not_found' });
    const plan = await fly.plan('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
    world.holdLease('acme-web', machine, { owner: 'bob@acme.example', seconds: 300 });
    await expect(fly.run(plan)).rejects.toMatchObject({ code: 'conflict' });
    world.faults.capacity('*');
    await expect(fly.act('fly_scale_up', { app: 'acme-web', count: 4 })).rejects.toMatchObject({ code: 'capacity' });
    expect(proxy.problems).toEqual([]);
    expect(new Set(proxy.calls.map((call) => call.status))).toEqual(new Set([200, 404, 409, 422]));
  });

  test('leases are understood as the document has them and as the service answers them', async () => {
    const { world, proxy, fly } = await between({ bareLeases: true });
    const [machine = ''] = world.machines;
    await fly.act('fly_update_machine', { app: 'acme-web', machine, image: image(newSha) });
    expect(proxy.problems).toEqual([]);
    expect(proxy.calls.find((call) => call.path.endsWith('/lease'))?.status).toBe(201);
  });

  test('the gate itself is awake: a misspelt field and an unknown path are found', async () => {
    const { requestProblems } = await openContract(contract);
    const path = '/v1/apps/acme-web/machines';
    expect(requestProblems('POST', path, '', { regionn: 'fra', config: { image: 'a' } })).not.toEqual([]);
    expect(requestProblems('POST', path, '', { region: 'fra', config: { image: 'a' } })).toEqual([]);
    expect(requestProblems('POST', '/v1/apps/acme-web/machine', '', {})).not.toEqual([]);
  });
});
