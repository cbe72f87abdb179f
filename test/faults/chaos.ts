/** `npm run chaos`: hundreds of runs at once under random kill -9, pauses and lost answers; what was promised is counted afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { type App, createApp, freePort } from '../../src/playground/app.ts';
import { inheritedEnvironment } from '../../src/playground/credentials.ts';
import { createWorld, flyApp } from '../../src/playground/world.ts';
import { readAudit } from '../../src/store/audit-reader.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    database: { type: 'string', default: process.env.TEST_DATABASE_URL ?? '' },
  },
});
const wanted = Number(values.runs);
const channels = ['C0ENG', 'C0DEPLOYS', 'C0RANDOM'];
const people = ['U0ALICE', 'U0BOB', 'U0CAROL'];
const admins = ['U0ALICE', 'U0BOB'];
const longAgo = '2020-01-01T00:00:00.000Z';
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Small and the same everywhere: a run that failed can be run again. */
function dice(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    next,
    below: (most: number) => Math.floor(next() * most),
    one: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T,
  };
}

type Row = Record<string, unknown>;
type Records = {
  rows(statement: string): Promise<Row[]>;
  age(): Promise<void>;
  verify(): Promise<string>;
  close(): Promise<void>;
};

async function run(kind: 'SQLite' | 'Postgres', databaseUrl: string | null): Promise<string[]> {
  const roll = dice(Number(values.seed));
  const data = await mkdtemp(join(tmpdir(), 'sophia-chaos-'));
  const ports = [await freePort(), ...(databaseUrl ? [await freePort()] : [])];
  const world = await createWorld({
    data,
    appUrl: `http://127.0.0.1:${ports[0]}`,
    stepMs: 5,
    slack: { retryDelaysMs: [1_000, 4_000, 15_000, 30_000] },
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
  await Promise.all(apps.map((app) => app.start()));
  const records = databaseUrl ? onPostgres(databaseUrl) : onSqlite(data);
  let updates = 0;
  world.fly.subscribe((change) => {
    if (change.what === 'update') updates++;
  });
  const dropLeases = () => {
    for (const { id } of world.view().machines) world.fly.dropLease(flyApp, id);
  };

  const commands = [
    ...Array.from({ length: Math.ceil(wanted * 0.6) }, () => 'digest schedule daily every day at 9'),
    ...Array.from(
      { length: Math.ceil(wanted * 0.2) },
      (_, index) => `remember the answer to question ${index} is ${index * 7}`,
    ),
    ...Array.from({ length: Math.ceil(wanted * 0.1) }, () => 'runs'),
    ...Array.from({ length: Math.max(0, Math.floor(wanted * 0.1)) }, (_, index) =>
      index % 2 === 0 ? 'deploy web to production' : 'rollback web to production',
    ),
  ].slice(0, wanted);
  const counts = { kills: 0, pauses: 0, lost: 0 };
  const said: string[] = [];
  const begun = Date.now();
  const deadline = begun + 540_000;
  let over = false;

  const speaking = (async () => {
    for (const [index, command] of commands.entries()) {
      if (command.startsWith('deploy')) await world.commitToMain(`Change number ${index}`);
      const { ts } = await world.slack.say(roll.one(people), roll.one(channels), `<@U0SOPHIA> ${command}`);
      said.push(ts);
      await pause(roll.below(60));
    }
  })();

  const breaking = (async () => {
    while (!over) {
      await pause(400 + roll.below(1_200));
      if (over) return;
      const app = roll.one(apps);
      if (app.state !== 'running' || app.pid === undefined) continue;
      const choice = roll.next();
      if (choice < 0.5) {
        counts.kills++;
        await app.crash();
        turnToOneAlive();
        await records.age();
        dropLeases();
        await app.start().catch(() => {});
      } else if (choice < 0.75) {
        // Its successor takes over while it sleeps; then it wakes and believes that it is still the owner.
        counts.pauses++;
        const { pid } = app;
        process.kill(pid, 'SIGSTOP');
        turnToOneAlive(app);
        // On SQLite the sleeper may hold the database: then nothing is aged, as nobody else could write either.
        await records.age().catch(() => {});
        await pause(300 + roll.below(700));
        try {
          process.kill(pid, 'SIGCONT');
        } catch {
          // It died in its sleep.
        }
      } else {
        counts.lost++;
        world.fly.faults.dropAnswer({ method: 'POST' });
      }
    }
  })();

  function turnToOneAlive(but?: App): void {
    const index = apps.findIndex((app) => app !== but && app.state === 'running');
    if (index !== -1) world.slack.setRequestUrl(`${apps[index]?.url}/slack/events`);
  }

  const deciding = (async () => {
    while (!over) {
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
  const quiet = async () => {
    const open = await records.rows('SELECT id FROM inbox WHERE done_at IS NULL').catch(() => [{}]);
    const running = await records.rows("SELECT id FROM runs WHERE state = 'running'").catch(() => [{}]);
    const runs = await records.rows('SELECT id FROM runs').catch(() => []);
    return open.length === 0 && running.length === 0 && runs.length >= commands.length;
  };
  while (!(await quiet()) && Date.now() < deadline) {
    await pause(300);
    // The end is told in peace: what is asked is that everything ends, not that kills never cease.
    if (Date.now() > begun + 240_000) over = true;
    if (over) {
      await Promise.all(apps.map((app) => (app.state === 'crashed' ? app.start().catch(() => {}) : undefined)));
      await records.age().catch(() => {});
    }
  }
  const ended = await quiet();
  over = true;
  await Promise.all([breaking, deciding]);
  await Promise.all(apps.map((app) => (app.state === 'crashed' ? app.start().catch(() => {}) : undefined)));

  const count = async (statement: string) => Number((await records.rows(statement))[0]?.n ?? Number.NaN);
  const ledger = async (where: string) => count(`SELECT count(*) AS n FROM ledger WHERE ${where}`);
  const states = await records.rows('SELECT state, count(*) AS n FROM ledger GROUP BY state ORDER BY state');
  const schedules = await count('SELECT count(*) AS n FROM schedules');
  const memories = await count("SELECT count(*) AS n FROM memories WHERE kind = 'fact'");
  const scheduled = await ledger("action = 'sophia_schedule_digest' AND state IN ('done', 'unknown')");
  const scheduledSurely = await ledger("action = 'sophia_schedule_digest' AND state = 'done'");
  const remembered = await ledger("action = 'sophia_remember' AND state = 'done'");
  const updated = await ledger("action = 'fly_update_machine' AND state IN ('done', 'unknown')");
  const problems = [
    ...(ended ? [] : ['not every run ended']),
    ...((await count('SELECT count(*) AS n FROM runs')) === commands.length
      ? []
      : ['messages and runs differ in number']),
    ...((await ledger("state = 'started'")) === 0 ? [] : ['a deed was left open']),
    ...(schedules <= scheduled && schedules >= scheduledSurely
      ? []
      : [`${schedules} schedules for ${scheduled} deeds`]),
    ...(memories === remembered ? [] : [`${memories} facts for ${remembered} deeds`]),
    ...(updates <= updated ? [] : [`${updates} machine updates for ${updated} deeds`]),
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
      `  ${counts.kills} kills, ${counts.pauses} pauses, ${counts.lost} answers lost on purpose`,
      `  outside: ${updates} machine updates for ${updated} deeds; ${schedules} schedules for ${scheduled}; ${memories} facts for ${remembered}`,
      `  violations: ${problems.length === 0 ? 'none (doubled 0, lost unreported 0, approvals lost 0, used twice 0)' : problems.join('; ')}`,
      '',
    ].join('\n'),
  );
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

function onSqlite(data: string): Records {
  const on = <T>(file: string, deed: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(join(data, file), { timeout: 3_000 });
    try {
      return deed(database);
    } finally {
      database.close();
    }
  };
  return {
    rows: async (statement) => on('sophia.db', (database) => database.prepare(statement).all()),
    async age() {
      on('sophia.db', (database) =>
        database.exec(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started'`),
      );
      on('runs.db', (database) =>
        database.exec(`UPDATE step_attempts SET context = json_set(context, '$.resumeAt', '${longAgo}') WHERE kind = 'sleep' AND status = 'running';
          UPDATE workflow_runs SET available_at = '${longAgo}' WHERE status = 'running'`),
      );
    },
    async verify() {
      const reader = readAudit({ directory: data });
      const { state } = await reader.audit.verify();
      await reader.close();
      return state;
    },
    close: async () => {},
  };
}

function onPostgres(databaseUrl: string): Records {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {}, connection: { search_path: 'sophia' } });
  return {
    rows: async (statement) => [...(await sql.unsafe(statement))],
    async age() {
      await sql.unsafe(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started'`);
      await sql.unsafe(
        `UPDATE openworkflow.step_attempts SET context = jsonb_set(context, '{resumeAt}', '"${longAgo}"') WHERE kind = 'sleep' AND status = 'running'`,
      );
      await sql.unsafe(
        "UPDATE openworkflow.workflow_runs SET worker_id = NULL, available_at = now() WHERE status IN ('running', 'sleeping')",
      );
    },
    async verify() {
      const reader = readAudit({ databaseUrl });
      const { state } = await reader.audit.verify();
      await reader.close();
      return state;
    },
    close: () => sql.end(),
  };
}

const problems = await run('SQLite', null);
if (values.database) {
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
