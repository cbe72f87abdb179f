/** Removes finished runs of the engine, with every step it remembers of them, from its files. */
import { DatabaseSync } from 'node:sqlite';
import postgres from 'postgres';

const finished = ['completed', 'succeeded', 'failed', 'canceled', 'cancelled'];
/** Later than any run ends. */
const ever = '9999-12-31T00:00:00.000Z';

/** `endedBefore`: null for all that have ended. To the last byte: of a day's histories the file is soon rewritten. */
export function eraseFromSqlite(path: string, endedBefore: string | null): number {
  const database = new DatabaseSync(path);
  try {
    for (const pragma of ['busy_timeout = 5000', 'foreign_keys = ON', 'secure_delete = ON'])
      database.exec(`PRAGMA ${pragma}`);
    const states = finished.map(() => '?').join(', ');
    const ended = `status IN (${states}) AND COALESCE(finished_at, updated_at) < ?`;
    const values = [...finished, endedBefore ?? ever];
    database
      .prepare(`DELETE FROM workflow_signals WHERE workflow_run_id IN (SELECT id FROM workflow_runs WHERE ${ended})`)
      .run(...values);
    const gone = Number(database.prepare(`DELETE FROM workflow_runs WHERE ${ended}`).run(...values).changes);
    // The engine writes without secure_delete: free pages and the log hold old bytes too.
    if (endedBefore === null || gone > 0)
      for (const statement of ['VACUUM', 'PRAGMA wal_checkpoint(TRUNCATE)']) database.exec(statement);
    return gone;
  } finally {
    database.close();
  }
}

export async function eraseFromPostgres(
  databaseUrl: string,
  schema: string,
  endedBefore: string | null,
): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { search_path: schema } });
  try {
    const ended = sql`status in ${sql(finished)} and coalesce(finished_at, updated_at) < ${endedBefore ?? ever}`;
    await sql`delete from workflow_signals where workflow_run_id in (select id from workflow_runs where ${ended})`;
    const gone = await sql`delete from workflow_runs where ${ended}`;
    if (endedBefore === null)
      for (const table of ['workflow_signals', 'step_attempts', 'workflow_runs']) await sql`vacuum ${sql(table)}`;
    return gone.count;
  } finally {
    await sql.end();
  }
}
