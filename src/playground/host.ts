/** Starts the playground: the emulated world, the page, and the unchanged production app as a child that may be killed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp, freePort } from './app.ts';
import { type Environment, inheritedEnvironment, refuseRealCredentials } from './credentials.ts';
import { createDeeds } from './deeds.ts';
import { createRecordReader, type RecordReader } from './records.ts';
import { createSite, type Site } from './site.ts';
import { createTravel, type Travel } from './travel.ts';
import { approvers, createWorld, type World, type WorldOptions } from './world.ts';

export type PlaygroundOptions = {
  /** The page's port; 0 picks a free one, a taken one moves to the next. Default 3000. */
  port?: number;
  /** With it real models answer; without it a rehearsal model that says it is one. */
  openRouterKey?: string;
  /** Where plain lines go. Default: standard output. */
  log?: (line: string) => void;
  /** Says nothing. */
  quiet?: boolean;
  /** Arguments after the node binary; tests start a stand-in. Default: `src/main.ts`. */
  appCommand?: string[];
  /** Further variables for the app. */
  appEnvironment?: Record<string, string>;
  /** What surrounds the host; default `process.env`. Only harmless variables reach the app. */
  environment?: Environment;
  /** Milliseconds between two states of an emulated machine. Default 400, to watch. */
  stepMs?: number;
  /** The world's time when it opens, milliseconds since 1970. Default: the real one. */
  startsAt?: number;
  /** Another workspace or further scopes: for tests. */
  slack?: WorldOptions['slack'];
  /** Ends the process, tidied up, on SIGINT and SIGTERM. Default true. */
  endOnSignals?: boolean;
};

export type Playground = {
  readonly url: string;
  readonly port: number;
  readonly world: World;
  readonly app: App;
  readonly travel: Travel;
  readonly site: Site;
  readonly records: RecordReader;
  /** The app's data directory. */
  readonly data: string;
  close(): Promise<void>;
};

const recordsEveryMs = 400;

export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const { port = 3000, quiet = false, appCommand = ['src/main.ts'] } = options;
  const environment = options.environment ?? process.env;
  const log = quiet ? () => {} : (options.log ?? ((line: string) => process.stdout.write(`${line}\n`)));
  refuseRealCredentials(environment);

  const data = await mkdtemp(join(tmpdir(), 'sophia-playground-'));
  const undo: (() => unknown)[] = [() => rm(data, { recursive: true, force: true, maxRetries: 3 })];
  const close = once(async () => {
    for (const step of undo.reverse()) await step();
  });

  const travel = createTravel(
    () => app,
    () => site.changed(),
    options.startsAt,
  );
  undo.push(() => travel.end());
  let app: App;
  let site: Site;

  try {
    const appPort = await freePort();
    const world = await createWorld({
      data,
      appUrl: `http://127.0.0.1:${appPort}`,
      ...(options.openRouterKey ? { openRouterKey: options.openRouterKey } : {}),
      ...(options.stepMs === undefined ? {} : { stepMs: options.stepMs }),
      ...(options.slack ? { slack: options.slack } : {}),
    });
    undo.push(() => world.close());
    const records = createRecordReader(join(data, 'sophia.db'));
    undo.push(() => records.close());
    app = createApp({
      command: appCommand,
      port: appPort,
      environment: {
        ...inheritedEnvironment(environment),
        ...world.environment,
        PORT: String(appPort),
        HOST: '127.0.0.1',
        SOPHIA_DATA: data,
        ...options.appEnvironment,
      },
      changed: () => site.changed(),
      ahead: () => travel.ahead,
    });
    undo.push(() => app.stop());

    site = await createSite({
      port,
      state: () => ({
        slack: world.slack.snapshot(),
        app: { state: app.state, detail: app.detail, starts: app.starts },
        world: world.view(),
        time: { now: Date.now(), ahead: travel.moved, underway: travel.underway },
        records: records.read(),
        approvers,
        shortcuts: world.shortcuts,
      }),
      deed: createDeeds({ world, app, travel }),
      file: (id) => world.slack.file(id),
    });
    undo.push(() => site.close());
    undo.push(world.subscribe(() => site.changed()));
    const poll = setInterval(() => {
      if (records.moved()) site.changed();
    }, recordsEveryMs);
    poll.unref();
    undo.push(() => clearInterval(poll));
    undo.push(tieToProcess(app, close, options.endOnSignals ?? true));

    if (port !== 0 && site.port !== port) log(`Port ${port} is taken, so the playground moved to ${site.port}.`);
    await app.start();
    log(welcome(site.url, options.openRouterKey !== undefined));
    return { url: site.url, port: site.port, world, app, travel, site, records, data, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function welcome(url: string, realModels: boolean): string {
  return [
    '',
    `  Sophia's playground is open:  ${url}`,
    '',
    '  Slack, GitHub and Fly.io are emulated on this computer; the app is the real one.',
    realModels
      ? '  Questions are answered by real models with your OpenRouter key.'
      : '  Questions are answered by a rehearsal model. Set OPENROUTER_API_KEY for real ones.',
    '  Ctrl+C ends it and leaves nothing behind.',
    '',
  ].join('\n');
}

/** However the host ends, the app ends too (a killed host is noticed by the leash). */
function tieToProcess(app: App, close: () => Promise<void>, endOnSignals: boolean): () => void {
  const atExit = () => {
    if (app.pid !== undefined) process.kill(app.pid, 'SIGKILL');
  };
  const atSignal = (signal: NodeJS.Signals) => {
    void close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  const signals: NodeJS.Signals[] = endOnSignals ? ['SIGINT', 'SIGTERM'] : [];
  process.once('exit', atExit);
  for (const signal of signals) process.once(signal, atSignal);
  return () => {
    process.off('exit', atExit);
    for (const signal of signals) process.off(signal, atSignal);
  };
}

function once(deed: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= deed();
    return running;
  };
}
