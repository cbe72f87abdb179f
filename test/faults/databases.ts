/** The records of an app under chaos, read and aged from outside, on SQLite and on Postgres. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import postgres from 'postgres';
import { readAudit } from '../../src/store/audit-reader.ts';

export type Row = Record<string, unknown>;
export type Database = {
  rows(statement: string): Promise<Row[]>;
  /** As if the dead one's leases and write deadlines had passed, and as long since words were tried to be said. */
  age(): Promise<void>;
  /** Which process carries each run that is on its way. */
  holders(): Promise<Map<string, string>>;
  verify(): Promise<string>;
  close(): Promise<void>;
};

const longAgo = '2020-01-01T00:00:00.000Z';

export function onSqlite(data: string): Database {
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
        database.exec(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started';
          UPDATE owed SET tried_at = '${longAgo}'`),
      );
      on('runs.db', (database) =>
        database.exec(`UPDATE step_attempts SET context = json_set(context, '$.resumeAt', '${longAgo}') WHERE kind = 'sleep' AND status = 'running';
          UPDATE workflow_runs SET available_at = '${longAgo}' WHERE status = 'running'`),
      );
    },
    holders: async () => new Map(),
    async verify() {
      const reader = readAudit({ directory: data });
      const { state } = await reader.audit.verify();
      await reader.close();
      return state;
    },
    close: async () => {},
  };
}

export function onPostgres(databaseUrl: string): Database {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {}, connection: { search_path: 'sophia' } });
  return {
    rows: async (statement) => [...(await sql.unsafe(statement))],
    async age() {
      await sql.unsafe(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started'`);
      await sql.unsafe(`UPDATE owed SET tried_at = '${longAgo}'`);
      await sql.unsafe(
        `UPDATE openworkflow.step_attempts SET context = jsonb_set(context, '{resumeAt}', '"${longAgo}"') WHERE kind = 'sleep' AND status = 'running'`,
      );
      await sql.unsafe(
        "UPDATE openworkflow.workflow_runs SET worker_id = NULL, available_at = now() WHERE status IN ('running', 'sleeping')",
      );
    },
    async holders() {
      const rows = await sql.unsafe(
        "SELECT id, worker_id FROM openworkflow.workflow_runs WHERE status = 'running' AND worker_id IS NOT NULL",
      );
      return new Map(rows.map((row) => [String(row.id), String(row.worker_id)]));
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
