/** The playground as a whole: the world, the page's deeds, and an app that can die, over real HTTP. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../src/playground/host.ts';

const standIn = fileURLToPath(new URL('./stand-in.ts', import.meta.url));
let playground: Playground;

beforeAll(async () => {
  playground = await startPlayground({
    port: 0,
    quiet: true,
    stepMs: 0,
    appCommand: [standIn],
    environment: { PATH: process.env.PATH, SOMETHING_ELSE: 'stays outside' },
    endOnSignals: false,
  });
});
afterAll(() => playground.close());

async function deed(verb: string, body: object = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${playground.url}do/${verb}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-playground-token': playground.site.token },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

test('the app is told where the emulated world is, and holds no key to a real one', async () => {
  const seen = (await (await fetch(`${playground.app.url}/environment`)).json()) as Record<string, string>;
  for (const name of ['SLACK_API_URL', 'GITHUB_API_URL', 'FLY_API_URL', 'FLY_REGISTRY_URL', 'OPENROUTER_BASE_URL'])
    expect(seen[name]).toMatch(/^http:\/\/127\.0\.0\.1:\d+/);
  expect(seen).not.toHaveProperty('SOMETHING_ELSE');
  expect(seen).not.toHaveProperty('NODE_ENV');
  expect(existsSync(seen.SOPHIA_SERVICES ?? '')).toBe(true);
  expect(existsSync(seen.SOPHIA_POLICY ?? '')).toBe(true);
});

test('three machines run an older commit than main, and every commit of main has an image', () => {
  const { world } = playground;
  const { machines } = world.view();
  expect(machines.map((machine) => machine.region)).toEqual(['iad', 'fra', 'syd']);
  expect(new Set(machines.map((machine) => machine.sha)).size).toBe(1);
  expect(machines[0]?.sha).not.toBe(world.github.shas.main[0]?.slice(0, 7));
  const tags = world.fly.snapshot().images.map((image) => image.tag);
  expect(tags).toEqual(expect.arrayContaining(world.github.shas.main));
});

test('what a person says on the page is said in Slack', async () => {
  expect(await deed('say', { person: 'U0CAROL', channel: 'C0RANDOM', text: 'hello' })).toMatchObject({ ok: true });
  expect(playground.world.slack.messages('C0RANDOM').at(-1)).toMatchObject({ user: 'U0CAROL', text: 'hello' });
});

test('what cannot be done is said, and bad input is named', async () => {
  expect(await deed('say', { person: 'U0NOBODY', channel: 'C0RANDOM', text: 'hi' })).toMatchObject({ ok: false });
  expect(await deed('say', { person: 'U0CAROL' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('asked wrongly'),
  });
  expect(await deed('constructor')).toMatchObject({ ok: false });
  expect(await deed('fly')).toMatchObject({ ok: false });
});

test('the app can be killed and started while the world stays', async () => {
  const before = playground.app.pid;
  expect(await deed('crash')).toMatchObject({ ok: true });
  expect(playground.app.state).toBe('crashed');
  expect(await deed('say', { person: 'U0CAROL', channel: 'C0RANDOM', text: 'anybody?' })).toMatchObject({ ok: true });
  expect(await deed('start')).toMatchObject({ ok: true });
  expect(playground.app.state).toBe('running');
  expect(playground.app.pid).not.toBe(before);
  expect(playground.world.slack.messages('C0RANDOM').at(-1)?.text).toBe('anybody?');
});

test('a commit on main is checked and built, and a push moves the pull request', async () => {
  const { github, fly } = playground.world;
  const { sha } = await deed('commit');
  expect(github.shas.main[0]).toBe(sha);
  expect(fly.snapshot().images.some((image) => image.tag === sha)).toBe(true);
  const head = github.shas.pulls[12];
  await deed('push');
  expect(github.shas.pulls[12]).not.toBe(head);
});

test('with a real key around it does not start at all', async () => {
  await expect(
    startPlayground({ port: 0, quiet: true, appCommand: [standIn], environment: { FLY_API_TOKEN: 'real' } }),
  ).rejects.toThrow(/FLY_API_TOKEN/);
});

test('closing leaves no process and no folder behind', async () => {
  const second = await startPlayground({
    port: 0,
    quiet: true,
    appCommand: [standIn],
    environment: { PATH: process.env.PATH },
    endOnSignals: false,
  });
  const { pid } = second.app;
  await second.close();
  expect(() => process.kill(pid ?? 0, 0)).toThrow();
  expect(existsSync(second.data)).toBe(false);
  await expect(fetch(second.url)).rejects.toThrow();
});
