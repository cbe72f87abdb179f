/** `npm run chaos`: hundreds of runs at once under random kill -9, pauses, lost answers and refusals; every deed is accounted for afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { type App, createApp, freePort } from '../../src/playground/app.ts';
import { inheritedEnvironment } from '../../src/playground/credentials.ts';
import { createWorld, flyApp } from '../../src/playground/world.ts';
import { crowded } from '../crowd.ts';
import { account, type Effect } from './account.ts';
import { commandsOf, deployedBefore, dice, withCommit } from './commands.ts';
import { onPostgres, onSqlite, type Row } from './databases.ts';
import { deedsOf, keptBy, reportsOf } from './evidence.ts';
import { mishap } from './mishap.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    database: { type: 'string', default: process.env.TEST_DATABASE_URL ?? '' },
    only: { type: 'string', default: 'both' },
  },
});
const wanted = Number(values.runs);
const admins = ['U0ALICE', 'U0BOB'];
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(kind: 'SQLite' | 'Postgres', databaseUrl: string | null): Promise<string[]> {
  const roll = dice(Number(values.seed));
  const crowd = crowded(24, 9);
  const data = await mkdtemp(join(tmpdir(), 'sophia-chaos-'));
  const ports = [await freePort(), ...(databaseUrl ? [await freePort()] : [])];
  const world = await createWorld({
    data,
    appUrl: `http://127.0.0.1:${ports[0]}`,
    stepMs: 5,
    // More patient than Slack: on a busy machine she starts slowly, and what never reaches her proves nothing.
    slack: {
      retryDelaysMs: [1, 2, 4, 8, 15, 30, 30, 30, 60, 60, 60].map((seconds) => seconds * 1_000),
      ...crowd,
    },
  });
  const apps = ports.map((port) => {
    const environment: Record<string, string | undefined> = {
      ...inheritedEnvironment(process.env),
      ...world.environment,
      PORT: String(port),
      HOST: '127.0.0.1',
      SOPHIA_DATA: data,
      LOG_LEVEL: 'warn',
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    };
    const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return createApp({
      command: ['src/main.ts'],
      port,
      environment: Object.fromEntries(set),
      changed: () => undefined,
    });
  });
  await deployedBefore(world);
  await Promise.all(apps.map((app) => app.start()));
  const records = databaseUrl ? onPostgres(databaseUrl) : onSqlite(data);
  const updates: Effect[] = [];
  world.fly.subscribe((change) => {
    if (change.what !== 'update') return;
    const all = world.fly.snapshot().apps.flatMap((app) => app.machines);
    const deed = all.find(({ id }) => id === change.machine)?.metadata.sophia_deed ?? 'nobody';
    updates.push({ deed, place: change.machine, what: 'an update' });
  });
  const dropLeases = () => {
    for (const { id } of world.view().machines) world.fly.dropLease(flyApp, id);
  };

  const commands = commandsOf(wanted, roll);
  const counts = { kills: 0, pauses: 0, taken: 0, lost: 0, refused: 0 };
  const said: string[] = [];
  const begun = Date.now();
  let over = false;

  const speaking = (async () => {
    for (const [index, command] of commands.entries()) {
      const words = `<@U0SOPHIA> ${await withCommit(world, command, index, roll)}`;
      const { ts } = await world.slack.say(roll.one(crowd.people).id, roll.one(crowd.channels).id, words);
      said.push(ts);
      await pause(roll.below(60));
    }
  })();

  const breaking = (async () => {
    let starting = 0;
    while (!over) {
      // After a kill as long up as it took to start, however busy this machine is.
      await pause(400 + roll.below(1_200) + starting);
      starting = 0;
      if (over) return;
      const app = roll.one(apps);
      if (app.state !== 'running' || app.pid === undefined) continue;
      const choice = roll.next();
      if (choice < 0.4) {
        counts.kills++;
        await app.crash();
        turnToOneAlive();
        await records.age();
        dropLeases();
        const from = Date.now();
        await app.start().catch(() => {});
        starting = Date.now() - from;
      } else if (choice < 0.6) {
        // Its successor takes over while it sleeps; then it wakes and believes that it is still the owner.
        counts.pauses++;
        const { pid } = app;
        process.kill(pid, 'SIGSTOP');
        turnToOneAlive(app);
        // On SQLite the sleeper may hold the database: then nothing is aged, as nobody else could write either.
        const before = await records.holders();
        await records.age().catch(() => {});
        await pause(300 + roll.below(700) + (apps.length > 1 ? 1_000 : 0));
        for (const [id, holder] of await records.holders())
          if (before.has(id) && before.get(id) !== holder) counts.taken++;
        try {
          process.kill(pid, 'SIGCONT');
        } catch {
          // It died in its sleep.
        }
      } else {
        counts[mishap(world, roll.one)]++;
      }
    }
  })();

  function turnToOneAlive(but?: App): void {
    const index = apps.findIndex((app) => app !== but && app.state === 'running');
    if (index !== -1) world.slack.setRequestUrl(`${apps[index]?.url}/slack/events`);
  }

  let told = false;
  const deciding = (async () => {
    while (!told) {
      const pending = await records
        .rows(
          `SELECT approvals.id AS id, approvals.requester AS requester, approval_cards.thread AS thread, approval_cards.message_id AS ts
           FROM approvals JOIN approval_cards ON approval_cards.approval_id = approvals.id WHERE approvals.state = 'pending'`,
        )
        .catch(() => []);
      for (const card of pending.slice(0, 20)) {
        const requester = String(card.requester).split(':').at(-1);
        const channel = String(card.thread).split(':')[2] ?? '';
        const voter = admins.find((admin) => admin !== requester) ?? 'U0BOB';
        await world.slack.click(voter, channel, String(card.ts), { actionId: 'approval_approve' }).catch(() => {});
      }
      await pause(50);
    }
  })();

  await speaking;
  const spoken = Date.now();
  // Long enough for a machine with much else to do: what never ends is still noticed.
  const deadline = spoken + 1_200_000;
  let peace = false;
  const quiet = async () => {
    const open = await records.rows('SELECT id FROM inbox WHERE done_at IS NULL').catch(() => [{}]);
    const running = await records.rows("SELECT id FROM runs WHERE state = 'running'").catch(() => [{}]);
    const owed = await records.rows('SELECT send_id FROM owed').catch(() => [{}]);
    const runs = await records.rows('SELECT id FROM runs').catch(() => []);
    return open.length === 0 && owed.length === 0 && running.length === 0 && runs.length >= commands.length;
  };
  while (!(await quiet()) && Date.now() < deadline) {
    await pause(300);
    // The end is told in peace: what is asked is that everything ends, not that kills never cease.
    const enough = counts.kills > 4 && counts.pauses > 2;
    if (Date.now() > spoken + (enough ? 180_000 : 600_000)) over = true;
    if (over) {
      const dead = apps.filter((app) => app.state === 'crashed');
      world.heal();
      await Promise.all(dead.map((app) => app.start().catch(() => {})));
      // Once, not at each look: whoever lives keeps what it holds.
      if (dead.length > 0 || !peace) await records.age().catch(() => {});
      peace = true;
    }
  }
  const ended = await quiet();
  over = true;
  told = true;
  await Promise.all([breaking, deciding]);
  await Promise.all(apps.map((app) => (app.state === 'crashed' ? app.start().catch(() => {}) : undefined)));

  /** Each reason once, with how often it was given: what could not be done has to be looked at as well. */
  async function whyNot(): Promise<string> {
    const reasons = new Map<string, number>();
    for (const row of await records.rows('SELECT title, thread FROM runs WHERE thread IS NOT NULL')) {
      const [, , channel = '', ts = ''] = String(row.thread).split(':');
      for (const { text } of world.slack.thread(channel, ts)) {
        const [, verb, reason] = /^(?:❌|🚫|❓) (\w+).*?: (.*)/.exec(text ?? '') ?? [];
        const why = `${verb}: ${reason?.replace(/[0-9a-f]{7,}|A\d+/g, '…').slice(0, 160)}`;
        if (verb) reasons.set(why, (reasons.get(why) ?? 0) + 1);
      }
    }
    return [...reasons].map(([why, times]) => `  ${times} not done, ${why}\n`).join('');
  }

  const count = async (statement: string) => Number((await records.rows(statement))[0]?.n ?? Number.NaN);
  const ledger = async (where: string) => count(`SELECT count(*) AS n FROM ledger WHERE ${where}`);
  const states = await records.rows('SELECT state, count(*) AS n FROM ledger GROUP BY state ORDER BY state');
  const deeds = await deedsOf(records);
  const effects = [...updates, ...(await keptBy(records))];
  const reports = await reportsOf(records, world.slack);
  const done = (action: string) => deeds.filter((deed) => deed.action === action && deed.state === 'done').length;
  const doing = ['fly_update_machine', 'sophia_schedule_digest', 'sophia_remember', 'deploy', 'rollback'];
  const problems = [
    ...(ended ? [] : ['not every run ended']),
    ...((await count('SELECT count(*) AS n FROM runs')) === commands.length
      ? []
      : ['messages and runs differ in number']),
    ...((await ledger("state = 'started'")) === 0 ? [] : ['a deed was left open']),
    ...account(deeds, effects, reports),
    // Nothing would be proved by a world in which nothing is done, nor by sleepers from whom nobody takes over.
    ...(wanted < 100 || apps.length === 1 || counts.taken > 0 ? [] : ['nobody took over from a sleeper']),
    ...(wanted < 100 ? [] : doing).filter((action) => done(action) === 0).map((action) => `no ${action} was done`),
    ...((await count("SELECT count(*) AS n FROM approvals WHERE state IN ('pending', 'approved')")) === 0
      ? []
      : ['an approval was lost']),
    ...((await count(
      'SELECT count(*) AS n FROM (SELECT approval_id FROM ledger WHERE approval_id IS NOT NULL AND grant_step IS NULL GROUP BY approval_id HAVING count(*) > 1) AS twice',
    )) === 0
      ? []
      : ['an approval was used twice']),
    ...((await count('SELECT count(*) AS n FROM locks')) === 0 ? [] : ['a target stayed locked']),
    ...((await records.verify()) === 'whole' ? [] : ['the audit chain is broken']),
  ];
  const seconds = Math.round((Date.now() - begun) / 1000);
  const runStates = await records.rows('SELECT state, count(*) AS n FROM runs GROUP BY state ORDER BY state');
  const list = (rows: Row[]) => rows.map((row) => `${row.n} ${row.state}`).join(', ');
  process.stdout.write(
    [
      `${kind}, ${apps.length} process${apps.length === 1 ? '' : 'es'}, seed ${values.seed}: ${commands.length} runs in ${seconds} s`,
      `  runs: ${list(runStates)}`,
      `  deeds: ${list(states)}`,
      `  ${counts.kills} kills, ${counts.pauses} pauses (${counts.taken} runs taken over from sleepers before they woke), ${counts.lost} answers lost and ${counts.refused} requests refused (5xx, 429) on purpose`,
      `  deed by deed: ${effects.length} effects; done: ${doing.map((action) => `${done(action)} ${action}`).join(', ')}`,
      `  reported: ${['done', 'failed', 'refused', 'unknown', 'broke'].map((end) => `${reports.filter(({ outcomes }) => outcomes[0] === end).length} ${end}`).join(', ')}`,
      `  violations: ${problems.length === 0 ? 'none' : problems.slice(0, 20).join('\n    ')}`,
      '',
    ].join('\n'),
  );
  process.stdout.write(await whyNot());
  const begunBy = new Set(
    (await records.rows('SELECT job_key FROM runs')).map((row) => String(row.job_key).split(':').at(-1)),
  );
  for (const ts of said.filter((one) => !begunBy.has(one)).slice(0, 3)) {
    const tries = world.slack.deliveries.filter(({ kind, body }) => kind === 'event' && body.includes(ts));
    process.stdout.write(
      `  never begun: ${ts}, delivered ${tries.map((one) => `${one.name} ${one.status}`).join(', ')}\n`,
    );
  }
  if (problems.length > 0)
    for (const row of (await records.rows("SELECT id, title, state, standing FROM runs WHERE state = 'running'")).slice(
      0,
      10,
    ))
      process.stdout.write(`  ${JSON.stringify(row)}\n`);
  if (problems.length > 0) process.stdout.write(`${apps.flatMap((app) => app.lines.slice(-8)).join('\n')}\n`);
  await Promise.all(apps.map((app) => app.stop()));
  await records.close();
  await world.close();
  await rm(data, { recursive: true, force: true, maxRetries: 3 });
  return problems;
}

const problems = values.only === 'postgres' ? [] : await run('SQLite', null);
if (values.only === 'sqlite') process.stdout.write('Postgres: left out.\n');
else if (values.database) {
  const name = `chaos_${Date.now()}`;
  const url = new URL(values.database);
  url.pathname = `/${name}`;
  const admin = postgres(values.database, { max: 1, onnotice: () => {} });
  await admin.unsafe(`CREATE DATABASE ${name}`);
  problems.push(...(await run('Postgres', url.href)));
  await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.end();
} else process.stdout.write('Postgres: skipped, TEST_DATABASE_URL is not set.\n');
process.exit(problems.length === 0 ? 0 : 1);
