/** The app as a child: it starts, is killed, starts again at the same address, and never outlives its host. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { type App, createApp, freePort } from '../../src/playground/app.ts';

const standIn = fileURLToPath(new URL('./stand-in.ts', import.meta.url));
let app: App | undefined;
afterEach(() => app?.stop());

async function make(environment: Record<string, string> = {}): Promise<App> {
  const port = await freePort();
  return createApp({
    command: [standIn],
    environment: { PORT: String(port), HOST: '127.0.0.1', ...environment },
    port,
    changed: () => {},
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('it is running once it says it is ready', async () => {
  app = await make();
  expect(app.state).toBe('crashed');
  await app.start();
  expect(app.state).toBe('running');
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
});

test('a crash is a kill; a start brings another process at the same address', async () => {
  app = await make();
  await app.start();
  const first = app.pid ?? 0;
  await app.crash();
  expect(app.state).toBe('crashed');
  expect(alive(first)).toBe(false);
  await expect(fetch(`${app.url}/readyz`)).rejects.toThrow();
  await app.start();
  expect(app.pid).not.toBe(first);
  expect(app.starts).toBe(2);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
});

test('two starts at once start one process', async () => {
  app = await make();
  await Promise.all([app.start(), app.start()]);
  expect(app.starts).toBe(1);
});

test('an app that dies while starting is said to have died, not waited for', async () => {
  app = await make({ STAND_IN: 'never ready' });
  await expect(app.start()).rejects.toThrow(/ended with code 3/);
  expect(app.state).toBe('crashed');
});

test('an app that dies later is seen to be dead', async () => {
  app = await make();
  await app.start();
  process.kill(app.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(app?.state).toBe('crashed'), 5_000);
  expect(app.detail).toContain('SIGKILL');
});

test('it inherits nothing that was not given to it', async () => {
  vi.stubEnv('GITHUB_TOKEN', 'ghp_real');
  app = await make();
  await app.start();
  const seen = await (await fetch(`${app.url}/environment`)).text();
  vi.unstubAllEnvs();
  expect(seen).not.toContain('ghp_real');
});

test('when the host is killed with -9 the app notices and ends', async () => {
  const port = await freePort();
  const host = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { createApp } = await import(${JSON.stringify(new URL('../../src/playground/app.ts', import.meta.url).href)});
       const app = createApp({ command: [${JSON.stringify(standIn)}], environment: { PORT: '${port}', HOST: '127.0.0.1' }, port: ${port}, changed() {} });
       await app.start();
       process.stdout.write(String(app.pid));`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [chunk] = await once(host.stdout, 'data');
  const pid = Number(String(chunk));
  expect(alive(pid)).toBe(true);
  host.kill('SIGKILL');
  await vi.waitFor(() => expect(alive(pid)).toBe(false), 5_000);
});
