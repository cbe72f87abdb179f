/** Removes finished runs of the engine, with every step it remembers of them, from its files. */
import { DatabaseSync } from 'node:sqlite';
import postgres from 'postgres';

const finished = ['completed', 'succeeded', 'failed', 'canceled', 'cancelled'];

export function eraseFromSqlite(path: string, ids: string[]): void {
  if (ids.length === 0) return;
  const database = new DatabaseSync(path);
  try {
    for (const pragma of ['busy_timeout = 5000', 'foreign_keys = ON', 'secure_delete = ON'])
      database.exec(`PRAGMA ${pragma}`);
    const states = finished.map(() => '?').join(', ');
    const runs = database.prepare(`DELETE FROM workflow_runs WHERE id = ? AND status IN (${states})`);
    const signals = database.prepare('DELETE FROM workflow_signals WHERE workflow_run_id = ?');
    for (const id of ids) if (runs.run(id, ...finished).changes > 0) signals.run(id);
    // Pages that were free before secure_delete was on, and the log, hold old bytes too.
    database.exec('VACUUM');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

export async function eraseFromPostgres(databaseUrl: string, schema: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connection: { search_path: schema } });
  try {
    await sql`delete from workflow_runs where id in ${sql(ids)} and status in ${sql(finished)}`;
  } finally {
    await sql.end();
  }
}
