/** The unchanged app as a child process amid the emulated world, for one file of journeys: what people do, what Fly and the records then say. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import type { FlyChange } from '../../src/emulators/fly/index.ts';
import type { SlackEmulatorOptions, SlackMessage } from '../../src/emulators/slack/index.ts';
import { createApp, freePort } from '../../src/playground/app.ts';
import { inheritedEnvironment } from '../../src/playground/credentials.ts';
import { buttonValue, type Card, createDriver, type Found, type ThreadPlace } from '../../src/playground/driver.ts';
import { createWorld } from '../../src/playground/world.ts';

export const alice = 'U0ALICE';
export const bob = 'U0BOB';
export const carol = 'U0CAROL';
export const eng = 'C0ENG';
export const deploys = 'C0DEPLOYS';
export const random = 'C0RANDOM';
export const reference = /\bA\d+\b/;
/** The deed is reported as done, with its reference. */
export const done = [/Done:/, reference];

/** The same sources are started over and over again. */
export const compileCache = fileURLToPath(new URL('../../node_modules/.cache/journeys', import.meta.url));

export type Row = Record<string, unknown>;
export type StageOptions = {
  /** What node is given to run; the app itself unless said otherwise. */
  command?: string[];
  /** YAML; without it the playground's own. */
  policy?: string;
  /** YAML; without it the playground's own. */
  services?: string;
  /** Further variables for the app; undefined takes one away. */
  environment?: Record<string, string | undefined>;
  /** The same, made from the data folder. */
  faults?: (data: string) => Record<string, string>;
  slack?: Partial<SlackEmulatorOptions>;
  /** Longest wait for anything that must follow. */
  timeoutMs?: number;
};
export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(options: StageOptions = {}) {
  const { timeoutMs = 15_000 } = options;
  const data = await mkdtemp(join(tmpdir(), 'sophia-journey-'));
  const port = await freePort();
  const world = await createWorld({
    data,
    appUrl: `http://127.0.0.1:${port}`,
    stepMs: 20,
    ...(options.slack ? { slack: options.slack } : {}),
  });
  if (options.policy !== undefined) await writeFile(join(data, 'policy.yaml'), options.policy);
  if (options.services !== undefined) await writeFile(join(data, 'services.yaml'), options.services);
  const environment: Record<string, string | undefined> = {
    ...inheritedEnvironment(process.env),
    ...world.environment,
    PORT: String(port),
    HOST: '127.0.0.1',
    SOPHIA_DATA: data,
    NODE_COMPILE_CACHE: compileCache,
    ...options.environment,
    ...options.faults?.(data),
  };
  const app = createApp({
    command: options.command ?? ['src/main.ts'],
    port,
    environment: Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    changed: () => undefined,
  });
  const driver = createDriver(world, { timeoutMs });
  const changes: FlyChange[] = [];
  world.fly.subscribe((change) => changes.push(change));

  async function close(): Promise<void> {
    await app.stop();
    await world.close();
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
  }
  function onRecords<T>(deed: (database: DatabaseSync) => T, file = 'sophia.db'): T {
    const database = new DatabaseSync(join(data, file), { timeout: 2_000 });
    try {
      return deed(database);
    } finally {
      database.close();
    }
  }
  const rows = (statement: string, ...values: string[]): Row[] =>
    onRecords((database) => database.prepare(statement).all(...values));
  /** In the order in which a deploy takes them: fra, iad, syd. */
  const machines = () => world.view().machines.toSorted((one, other) => one.region.localeCompare(other.region));
  const thread = (place: ThreadPlace): SlackMessage[] => world.slack.thread(place.channel, place.ts);

  try {
    await app.start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...{ world, app, driver, data, rows, thread, close },
    slack: world.slack,
    fly: world.fly,

    /** Where the app listens. */
    url: `http://127.0.0.1:${port}`,
    /** The list of models as it is kept on disk. */
    catalogue: (): string => readFileSync(join(data, 'models.json'), 'utf8'),

    /** Past the app, as time would: only while it is down. */
    alter: (statement: string) => onRecords((database) => database.exec(statement)),
    /** The engine's own file, `runs.db`. */
    engine: {
      rows: (statement: string): Row[] => onRecords((database) => database.prepare(statement).all(), 'runs.db'),
      alter: (statement: string) => onRecords((database) => database.exec(statement), 'runs.db'),
    },

    machines,

    /** How often each machine was really given another image. */
    updates: (): number[] =>
      machines().map(({ id }) => changes.filter((one) => one.machine === id && one.what === 'update').length),

    /** What each machine runs; “(ill)” when it is not healthy. */
    running: (): string[] => machines().map(({ sha, healthy }) => (healthy ? sha : `${sha} (ill)`)),

    /** A new commit on main and the question whether to deploy it. */
    async askToDeploy(person = alice, channel = deploys): Promise<{ sha: string; place: ThreadPlace; card: Card }> {
      const sha = (await world.commitToMain(`Change number ${world.github.shas.main.length}`)).slice(0, 7);
      const place = await driver.command(person, channel, '/sophia deploy web to production');
      return { sha, place, card: await driver.card(place) };
    },

    /** What a slash command is answered to its asker alone; it leaves nothing in the channel. */
    async aside(person: string, channel: string, text: string, wanted: (string | RegExp)[]): Promise<string> {
      const [seen, shown] = [driver.whispers(person), world.slack.messages(channel).length];
      await world.slack.slash(person, channel, '/sophia', text);
      const words = await driver.whisper(person, wanted, seen);
      expect(world.slack.messages(channel)).toHaveLength(shown);
      return words;
    },

    approve: (person: string, card: Found) => driver.click(person, card, 'approval_approve'),

    /** Resolves when the run behind this card has ended: nothing more will follow. */
    async ended(approvalId: string): Promise<void> {
      await eventually('the run ends', () => {
        const [run] = rows('SELECT state FROM runs WHERE id = (SELECT run_id FROM approvals WHERE id = ?)', approvalId);
        expect(run?.state).not.toBe('running');
      });
    },

    /** Resolves when no run is under way. */
    quiet: () =>
      eventually('all runs end', () =>
        // What was acknowledged but not yet begun is in the inbox.
        expect([
          ...rows('SELECT id FROM inbox WHERE done_at IS NULL'),
          ...rows("SELECT title, standing FROM runs WHERE state = 'running'"),
        ]).toEqual([]),
      ),

    votes: (approvalId: string): Row[] =>
      rows('SELECT person, verdict FROM votes WHERE approval_id = ? ORDER BY person', approvalId),
    stateOf: (approvalId: string) => rows('SELECT state FROM approvals WHERE id = ?', approvalId)[0]?.state,

    /** How many messages of this thread say all of it. */
    count: (place: ThreadPlace, ...wanted: RegExp[]): number =>
      thread(place).filter((message) =>
        wanted.every((want) => want.test(JSON.stringify([message.text, message.blocks]))),
      ).length,
    hasButtons: (found: Found): boolean => {
      const now = world.slack.thread(found.place.channel, found.place.ts).find((message) => message.ts === found.ts);
      if (!now) throw new Error('the message is gone');
      return ['approval_approve', 'approval_deny', 'approval_plan'].some((id) => buttonValue(now, id) !== undefined);
    },
  };
}

/** Looks again until it holds; for what has no event of its own. */
export async function eventually<T>(what: string, look: () => T, timeout = 15_000): Promise<T> {
  try {
    return await vi.waitFor(look, { timeout, interval: 10 });
  } catch (error) {
    throw new Error(`In vain it was waited until ${what}: ${error instanceof Error ? error.message : error}`);
  }
}
