/** Where a story under faults is told: one app on SQLite, or two replicas on one Postgres, and what is seen of each from outside. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { createApp, freePort } from '../../src/playground/app.ts';
import { inheritedEnvironment } from '../../src/playground/credentials.ts';
import { flyApp } from '../../src/playground/world.ts';
import { readAudit } from '../../src/store/audit-reader.ts';
import { eventually, openStage, type Stage } from '../journeys/stage.ts';
import { type Apps, type Fault, faultsOf, preload, type Records } from './story.ts';

export type Place = {
  stage: Stage;
  apps: Apps;
  records: Records;
  turnTo: ((index: number) => void) | undefined;
  close(): Promise<void>;
};

export const server = process.env.TEST_DATABASE_URL;
const longAgo = '2020-01-01T00:00:00.000Z';

function onSqlite({ rows, alter, engine, machines, fly, quiet, data }: Stage): Records {
  const all = (statement: string, column: string) => Promise.resolve(rows(statement).map((row) => String(row[column])));
  return {
    quiet,
    approvals: async () =>
      rows(
        'SELECT id, state, (SELECT count(*) FROM votes WHERE approval_id = approvals.id) AS votes FROM approvals',
      ) as { id: string; state: string; votes: number }[],
    runs: () => all('SELECT state FROM runs ORDER BY started_at', 'state'),
    ledger: () => all('SELECT state FROM ledger', 'state'),
    locks: () => all('SELECT target FROM locks', 'target'),
    open: async () => rows('SELECT id FROM inbox WHERE done_at IS NULL').length,
    async verify() {
      const reader = readAudit({ directory: data });
      const verdict = await reader.audit.verify();
      await reader.close();
      return verdict;
    },
    async age() {
      alter(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started'`);
      engine.alter(`UPDATE step_attempts SET context = json_set(context, '$.resumeAt', '${longAgo}') WHERE kind = 'sleep' AND status = 'running';
        UPDATE workflow_runs SET available_at = '${longAgo}' WHERE status = 'running'`);
      // A dead process's lease on a machine runs out by itself in 30 s.
      for (const { id } of machines()) fly.dropLease(flyApp, id);
    },
  };
}

type Sql = ReturnType<typeof postgres>;
const connect = (address: string) => postgres(address, { max: 2, onnotice: () => {} });

function onPostgres({ machines, fly }: Stage, sql: Sql, databaseUrl: string): Records {
  const records: Records = {
    quiet: async () =>
      await eventually('all runs end', async () => {
        const busy = await sql`SELECT id FROM sophia.runs WHERE state = 'running'`;
        if (busy.length > 0 || (await records.open()) > 0) throw new Error('something is under way');
      }),
    approvals: async () => [
      ...(await sql<{ id: string; state: string; votes: number }[]>`SELECT id, state,
        (SELECT count(*)::int FROM sophia.votes WHERE approval_id = approvals.id) AS votes FROM sophia.approvals`),
    ],
    runs: async () => (await sql`SELECT state FROM sophia.runs ORDER BY started_at`).map((row) => String(row.state)),
    ledger: async () => (await sql`SELECT state FROM sophia.ledger`).map((row) => String(row.state)),
    locks: async () => (await sql`SELECT target FROM sophia.locks`).map((row) => String(row.target)),
    open: async () => (await sql`SELECT id FROM sophia.inbox WHERE done_at IS NULL`).length,
    async verify() {
      const reader = readAudit({ databaseUrl });
      const verdict = await reader.audit.verify();
      await reader.close();
      return verdict;
    },
    async age() {
      await sql`UPDATE sophia.ledger SET write_deadline = ${longAgo} WHERE state = 'started'`;
      await sql`UPDATE openworkflow.step_attempts
        SET context = jsonb_set(context, '{resumeAt}', '"2020-01-01T00:00:00.000Z"') WHERE kind = 'sleep' AND status = 'running'`;
      // Nobody knows which of the two held it: the living one may lose its lease as well, and has to bear that.
      await sql`UPDATE openworkflow.workflow_runs SET worker_id = NULL, available_at = now() WHERE status IN ('running', 'sleeping')`;
      for (const { id } of machines()) fly.dropLease(flyApp, id);
    },
  };
  return records;
}

/** Slack's own repetitions are over before the command is said again: two of it would be two stories. */
const slack = { retryDelaysMs: [0, 400, 1_200] };

export async function onOneApp(share: number, fault: Fault): Promise<Place> {
  const stage = await openStage({
    command: preload,
    slack,
    faults: (data) => faultsOf(`${data}/boundaries`, share, fault),
  });
  return { stage, apps: [stage.app], records: onSqlite(stage), turnTo: undefined, close: () => stage.close() };
}

export async function onTwoReplicas(share: number, fault: Fault): Promise<Place> {
  const closing: (() => Promise<unknown>)[] = [];
  const database = `faults_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server ?? '');
  url.pathname = `/${database}`;
  const admin = connect(server ?? '');
  await admin.unsafe(`CREATE DATABASE ${database}`);
  closing.push(async () => {
    await admin.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await admin.end();
  });
  const faults = (data: string) => faultsOf(`${data}/boundaries`, share, fault);
  const stage = await openStage({ command: preload, slack, environment: { DATABASE_URL: url.href }, faults });
  closing.push(() => stage.close());
  const port = await freePort();
  const environment: Record<string, string | undefined> = {
    ...inheritedEnvironment(process.env),
    ...stage.world.environment,
    PORT: String(port),
    HOST: '127.0.0.1',
    SOPHIA_DATA: stage.data,
    DATABASE_URL: url.href,
    ...faults(stage.data),
  };
  const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const other = createApp({ command: preload, port, environment: Object.fromEntries(set), changed: () => undefined });
  closing.push(() => other.stop());
  await other.start();
  const sql = connect(url.href);
  closing.push(() => sql.end());
  const apps = [stage.app, other];
  return {
    stage,
    apps,
    records: onPostgres(stage, sql, url.href),
    // As a load balancer would: to one that lives.
    turnTo: (index) => stage.slack.setRequestUrl(`${apps[index]?.url}/slack/events`),
    async close() {
      for (const close of closing.reverse()) await close();
    },
  };
}
