/** `npm run bench [-- memory]`: what a click, a mention and a crowd cost, beside a bare Bolt app on the same emulated Slack in the same run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { createSlackEmulator, type SlackEmulator } from '../../src/emulators/slack/index.ts';
import { createApp, freePort } from '../../src/playground/app.ts';
import { inheritedEnvironment } from '../../src/playground/credentials.ts';
import { createWorld } from '../../src/playground/world.ts';
import { crowded } from '../crowd.ts';
import { modelFigures } from './models.ts';

if (process.argv[2] === 'memory') {
  const { benchMemory } = await import('./memory.ts');
  process.exit(await benchMemory(process.argv.slice(3)));
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    database: { type: 'string', default: process.env.TEST_DATABASE_URL ?? '' },
  },
});
const [manyApprovals, manyMentions, samples] = values.quick ? [20, 100, 5] : [500, 2_000, 30];
const atOnce = 50;
const bot = 'U0SOPHIA';
const root = fileURLToPath(new URL('../..', import.meta.url));

type Figures = Record<string, number>;
const p = (list: number[], share: number) => {
  const sorted = list.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 10) / 10;
};

/** Milliseconds until the first reply of anybody else stands in the thread. */
async function replied(slack: SlackEmulator, person: string, channel: string, text: string): Promise<number> {
  const begun = performance.now();
  const { ts } = await slack.say(person, channel, text);
  await slack.waitFor(() => slack.thread(channel, ts).length > 1, 60_000);
  return performance.now() - begun;
}

async function bare(): Promise<number[]> {
  const slack = await createSlackEmulator({ signingSecret: 'bench-signing-secret', botToken: 'xoxb-bench' });
  const port = await freePort();
  const child = spawn(process.execPath, ['test/bench/bare.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      SLACK_SIGNING_SECRET: 'bench-signing-secret',
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_API_URL: slack.apiUrl,
      PORT: String(port),
    },
  });
  await once(child.stdout, 'data');
  slack.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  const times: number[] = [];
  for (let index = 0; index < samples + 3; index++)
    times.push(await replied(slack, 'U0ALICE', 'C0ENG', `<@${bot}> hello ${index}`));
  child.kill();
  await slack.close();
  return times.slice(3);
}

const residentMb = (pid: number | undefined) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024);

async function sophia(databaseUrl: string | null, bareTimes: number[]): Promise<Figures> {
  const data = await mkdtemp(join(tmpdir(), 'sophia-bench-'));
  const port = await freePort();
  const workspace = crowded(20, 200);
  const world = await createWorld({
    data,
    appUrl: `http://127.0.0.1:${port}`,
    stepMs: 5,
    // As patient as Slack is.
    slack: { ...workspace, retryDelaysMs: [0, 60_000, 300_000] },
  });
  const { slack } = world;
  let turn = 0;
  /** Each channel in turn, and there another person each time. */
  const next = () => {
    const [people, channels] = [workspace.people.slice(3), workspace.channels];
    turn++;
    return {
      person: people[Math.floor(turn / channels.length) % people.length]?.id ?? '',
      channel: channels[turn % channels.length]?.id ?? '',
    };
  };
  const environment: Record<string, string | undefined> = {
    ...inheritedEnvironment(process.env),
    ...world.environment,
    PORT: String(port),
    HOST: '127.0.0.1',
    SOPHIA_DATA: data,
    LOG_LEVEL: 'error',
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
  };
  const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const app = createApp({
    command: ['src/main.ts'],
    port,
    environment: Object.fromEntries(set),
    changed: () => undefined,
  });
  const starts: number[] = [];
  for (let index = 0; index < (values.quick ? 1 : 5); index++) {
    if (index > 0) await app.stop();
    const begun = performance.now();
    await app.start();
    starts.push(performance.now() - begun);
  }
  const sql = databaseUrl
    ? postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { search_path: 'sophia' } })
    : null;
  const rows = async (statement: string): Promise<Record<string, unknown>[]> => {
    if (sql) return [...(await sql.unsafe(statement))];
    const database = new DatabaseSync(join(data, 'sophia.db'), { timeout: 5_000 });
    const found = database.prepare(statement).all();
    database.close();
    return found;
  };
  const count = async (statement: string) => Number((await rows(statement))[0]?.n);
  /** What is not there after the last of Slack's repetitions is lost, and counted so at the end. */
  const settled = async (statement: string, wanted: number) => {
    const deadline = performance.now() + 420_000;
    while ((await count(statement)) < wanted && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const restMb = residentMb(app.pid);

  const final: number[] = [];
  const sign: number[] = [];
  for (let index = 0; index < samples + 3; index++) {
    const begun = performance.now();
    let seen = Number.NaN;
    const calls = slack.calls.length;
    const unsubscribe = slack.subscribe(() => {
      // Her status, or words of hers: what a person sees first.
      const visible = slack.calls.slice(calls).some(({ method }) => /setStatus|postMessage/.test(method));
      if (Number.isNaN(seen) && visible) seen = performance.now() - begun;
    });
    const { person, channel } = next();
    final.push(await replied(slack, person, channel, `<@${bot}> frozen`));
    unsubscribe();
    sign.push(seen);
  }

  const click: number[] = [];
  for (let index = 0; index < samples; index++) {
    const { person, channel } = next();
    await slack.say(person, channel, `<@${bot}> digest schedule daily every day at 9`);
    await settled("SELECT count(*) AS n FROM approvals WHERE state = 'pending'", 1);
    await settled(
      "SELECT count(*) AS n FROM approval_cards WHERE approval_id IN (SELECT id FROM approvals WHERE state = 'pending')",
      1,
    );
    const [card] = await rows(
      "SELECT approval_cards.thread AS thread, message_id FROM approvals JOIN approval_cards ON approval_id = id WHERE state = 'pending'",
    );
    const before = await count('SELECT count(*) AS n FROM ledger');
    const begun = performance.now();
    await slack.click('U0BOB', String(card?.thread).split(':')[2] ?? '', String(card?.message_id), {
      actionId: 'approval_approve',
    });
    while ((await count('SELECT count(*) AS n FROM ledger')) === before)
      await new Promise((resolve) => setTimeout(resolve, 1));
    click.push(performance.now() - begun);
    await settled(`SELECT count(*) AS n FROM schedules`, index + 1);
  }

  const crowd = async (texts: string[]) => {
    const begun = performance.now();
    const acknowledged: number[] = [];
    for (let from = 0; from < texts.length; from += atOnce)
      await Promise.all(
        texts.slice(from, from + atOnce).map(async (text) => {
          const sent = performance.now();
          const { person, channel } = next();
          await slack.say(person, channel, text);
          acknowledged.push(performance.now() - sent);
        }),
      );
    return { begun, acknowledged };
  };
  const runsBefore = await count('SELECT count(*) AS n FROM runs');
  const asked = await crowd(
    Array.from({ length: manyApprovals }, () => `<@${bot}> digest schedule daily every day at 9`),
  );
  await settled("SELECT count(*) AS n FROM approvals WHERE state = 'pending'", manyApprovals);
  const openSeconds = (performance.now() - asked.begun) / 1000;
  const said = await crowd(Array.from({ length: manyMentions }, (_, index) => `<@${bot}> help deploy ${index}`));
  await settled("SELECT count(*) AS n FROM runs WHERE state <> 'running'", runsBefore + manyMentions);
  const seconds = (performance.now() - said.begun) / 1000;
  const runs = await count('SELECT count(*) AS n FROM runs');
  const wanted = runsBefore + manyApprovals + manyMentions;
  const afterMb = residentMb(app.pid);
  await app.stop();
  await sql?.end();
  await world.close();
  await rm(data, { recursive: true, force: true, maxRetries: 3 });
  return {
    'start to ready, ms (median)': p(starts, 0.5),
    'memory at rest, MB': restMb,
    'memory after the crowd, MB': afterMb,
    'mention to first visible sign, ms (p50)': p(sign.slice(3), 0.5),
    'mention to final reply, ms (p50)': p(final.slice(3), 0.5),
    'the same of a bare Bolt app, ms (p50)': p(bareTimes, 0.5),
    'ratio, first sign': Math.round((p(sign.slice(3), 0.5) / p(bareTimes, 0.5)) * 100) / 100,
    'ratio, final reply': Math.round((p(final.slice(3), 0.5) / p(bareTimes, 0.5)) * 100) / 100,
    'click to action started, ms (p50)': p(click, 0.5),
    'click to action started, ms (p95)': p(click, 0.95),
    [`${manyApprovals} approvals opened, s`]: Math.round(openSeconds * 10) / 10,
    [`${manyMentions} mentions at ${atOnce} at once, s`]: Math.round(seconds * 10) / 10,
    'mentions answered a second': Math.round(manyMentions / seconds),
    'acknowledge, ms (p50)': p(said.acknowledged, 0.5),
    'acknowledge, ms (p99)': p(said.acknowledged, 0.99),
    lost: Math.max(0, wanted - runs),
    doubled: Math.max(0, runs - wanted),
  };
}

const bareTimes = await bare();
const figures: Record<string, Figures> = {
  SQLite: { ...(await sophia(null, bareTimes)), ...(await modelFigures(values.quick ? 10 : 60)) },
};
if (values.database) {
  const name = `bench_${Date.now()}`;
  const url = new URL(values.database);
  url.pathname = `/${name}`;
  const admin = postgres(values.database, { max: 1, onnotice: () => {} });
  await admin.unsafe(`CREATE DATABASE ${name}`);
  figures.Postgres = await sophia(url.href, bareTimes);
  await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.end();
}
if (values.json) process.stdout.write(`${JSON.stringify({ cores: availableParallelism(), figures })}\n`);
else {
  const columns = Object.keys(figures);
  process.stdout.write(`${availableParallelism()} cores, Node ${process.version}\n`);
  for (const name of Object.keys(figures.SQLite ?? {}))
    process.stdout.write(
      `${name.padEnd(44)}${columns.map((column) => String(figures[column]?.[name] ?? '–').padStart(12)).join('')}\n`,
    );
}
const bad = Object.values(figures).some((one) => (one.lost ?? 0) + (one.doubled ?? 0) > 0);
process.exit(bad ? 1 : 0);
