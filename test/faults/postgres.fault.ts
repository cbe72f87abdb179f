/** The same with two replicas on one Postgres: when one dies the other takes its runs over. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterEach, describe, test } from 'vitest';
import { createApp, freePort } from '../../src/playground/app.ts';
import { inheritedEnvironment } from '../../src/playground/credentials.ts';
import { flyApp } from '../../src/playground/world.ts';
import { readAudit } from '../../src/store/audit-reader.ts';
import { eventually, openStage, type Stage } from '../journeys/stage.ts';
import { stories, tell } from './stories.ts';
import { chosen, faultsOf, preload, type Records } from './story.ts';

const server = process.env.TEST_DATABASE_URL;
type Sql = ReturnType<typeof postgres>;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const connect = (address: string) => postgres(address, { max: 2, onnotice: () => {} });

function recordsOf({ machines, fly }: Stage, sql: Sql, databaseUrl: string): Records {
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
      await sql`UPDATE sophia.ledger SET write_deadline = '2020-01-01T00:00:00.000Z' WHERE state = 'started'`;
      await sql`UPDATE openworkflow.step_attempts
        SET context = jsonb_set(context, '{resumeAt}', '"2020-01-01T00:00:00.000Z"') WHERE kind = 'sleep' AND status = 'running'`;
      // Nobody knows which of the two held it: the living one may lose its lease as well, and has to bear that.
      await sql`UPDATE openworkflow.workflow_runs SET worker_id = NULL, available_at = now() WHERE status IN ('running', 'sleeping')`;
      for (const { id } of machines()) fly.dropLease(flyApp, id);
    },
  };
  return records;
}

describe.skipIf(!server)('two replicas on Postgres (set TEST_DATABASE_URL to run)', () => {
  describe.each(Object.entries(stories))('%s', (name, story) => {
    test.each(chosen)('share %i of its boundaries', async (share) => {
      const database = `faults_${randomUUID().replaceAll('-', '')}`;
      const url = new URL(server ?? '');
      url.pathname = `/${database}`;
      const admin = connect(server ?? '');
      await admin.unsafe(`CREATE DATABASE ${database}`);
      closing.push(async () => {
        await admin.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
        await admin.end();
      });
      const faults = (data: string) => faultsOf(`${data}/boundaries`, share);
      const stage = await openStage({ command: preload, environment: { DATABASE_URL: url.href }, faults });
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
      const other = createApp({
        command: preload,
        port,
        environment: Object.fromEntries(set),
        changed: () => undefined,
      });
      closing.push(() => other.stop());
      await other.start();
      const sql = connect(url.href);
      closing.push(() => sql.end());
      const apps = [stage.app, other];
      // As a load balancer would: to one that lives.
      const turnTo = (index: number) => stage.slack.setRequestUrl(`${apps[index]?.url}/slack/events`);
      await tell(name, story, stage, apps, recordsOf(stage, sql, url.href), turnTo);
    });
  });
});
