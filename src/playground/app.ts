/** The production app as a child process that can be killed and started again while the world goes on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SophiaError } from '../core/error.ts';

export type AppState = 'starting' | 'running' | 'crashed';

export type App = {
  readonly url: string;
  readonly state: AppState;
  /** Why it is dead, for people. */
  readonly detail: string;
  readonly pid: number | undefined;
  /** How often it was started. */
  readonly starts: number;
  /** Its last lines of log, oldest first. */
  readonly lines: readonly string[];
  /** Resolves when it answers; starts nothing when it runs. */
  start(): Promise<void>;
  /** kill -9: no goodbye. Resolves when it is gone. */
  crash(): Promise<void>;
  /** Asks it to end; kills it when it does not. */
  stop(): Promise<void>;
};

export type AppOptions = {
  /** Arguments after the node binary. */
  command: string[];
  environment: Record<string, string>;
  port: number;
  changed(): void;
  startsWithinMs?: number;
  /** How far its clock is ahead of the real one when it is started, in milliseconds. Default: not at all. */
  ahead?(): number;
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const leash = pathToFileURL(fileURLToPath(new URL('./leash.ts', import.meta.url))).href;
const compileCache = fileURLToPath(new URL('../compile-cache.cjs', import.meta.url));
const keptLines = 400;

export function createApp(options: AppOptions): App {
  const { command, environment, port, changed, startsWithinMs = 30_000, ahead = () => 0 } = options;
  let child: ChildProcess | undefined;
  let state: AppState = 'crashed';
  let detail = 'not started yet';
  let starts = 0;
  let starting: Promise<void> | undefined;
  const lines: string[] = [];
  const url = `http://127.0.0.1:${port}`;

  function turn(next: AppState, why: string): void {
    state = next;
    detail = why;
    changed();
  }

  function keep(chunk: Buffer): void {
    lines.push(...chunk.toString().split('\n').filter(Boolean));
    lines.splice(0, Math.max(0, lines.length - keptLines));
  }

  async function launch(): Promise<void> {
    starts += 1;
    const spawned = spawn(process.execPath, ['-r', compileCache, '--import', `${leash}?ahead=${ahead()}`, ...command], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = spawned;
    spawned.stdout?.on('data', keep);
    spawned.stderr?.on('data', keep);
    spawned.on('exit', (code, signal) => {
      if (child !== spawned) return;
      child = undefined;
      turn(
        'crashed',
        signal
          ? `killed by ${signal}`
          : `ended with code ${code}: ${lines.findLast((line) => /error|missing/i.test(line)) ?? lines.at(-1) ?? 'it said nothing'}`,
      );
    });
    turn('starting', '');
    const deadline = Date.now() + startsWithinMs;
    while (child === spawned && Date.now() < deadline) {
      if (await ready(url)) {
        if (child === spawned) turn('running', '');
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    if (child === spawned) await end('SIGKILL', 'it did not become ready in time');
    throw new SophiaError('unavailable', `The app did not start: ${detail}`, {
      hint: `Its last words were:\n${lines.slice(-12).join('\n')}`,
    });
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL', why: string): Promise<void> {
    const dying = child;
    if (!dying) return;
    const gone = once(dying, 'exit');
    child = undefined;
    dying.kill(signal);
    const killer = setTimeout(() => dying.kill('SIGKILL'), 6_000);
    await gone;
    clearTimeout(killer);
    turn('crashed', why);
  }

  return {
    url,
    get state() {
      return state;
    },
    get detail() {
      return detail;
    },
    get pid() {
      return child?.pid;
    },
    get starts() {
      return starts;
    },
    lines,
    start() {
      if (state === 'running') return Promise.resolve();
      starting ??= launch().finally(() => {
        starting = undefined;
      });
      return starting;
    },
    crash: () => end('SIGKILL', 'killed (kill -9)'),
    stop: () => end('SIGTERM', 'stopped'),
  };
}

async function ready(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** A loopback port that is free now; the app keeps it across crashes, as a deployed app keeps its address. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new SophiaError('internal', 'No free port was found.');
  return address.port;
}
