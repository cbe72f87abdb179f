/** One process per data directory: a lock the kernel frees when its holder dies, with the holder's process id for people. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SophiaError } from '../core/error.ts';

export type DirectoryLock = { release(): void };

/**
 * `sophia.lock` is a tiny SQLite file in which the holder keeps a write transaction open. So there is no stale lock to
 * judge after a crash, no process id that somebody else got since, and it holds between containers that share the volume.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = new DatabaseSync(join(directory, 'sophia.lock'), { timeout: 0 });
  try {
    file.exec('BEGIN IMMEDIATE');
    // From here we only wait for somebody who is reading our process id.
    file.exec('PRAGMA busy_timeout = 1000');
    file.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL)');
    file.exec('DELETE FROM holder');
    file.prepare('INSERT INTO holder (pid) VALUES (?)').run(process.pid);
    // Readers see the process id only once it is committed. Whoever gets in between has won, and we say so.
    file.exec('COMMIT');
    file.exec('PRAGMA busy_timeout = 0');
    file.exec('BEGIN IMMEDIATE');
  } catch (error) {
    const holder = isBusy(error) ? holderOf(file) : null;
    file.close();
    if (!isBusy(error)) throw error;
    throw new SophiaError('conflict', `${directory} is in use by ${holder ?? 'another process'}.`, {
      hint: `Stop ${holder ?? 'that process'}, or set SOPHIA_DATA to another directory. Several processes at once need DATABASE_URL (Postgres).`,
      cause: error,
    });
  }
  return { release: () => file.close() };
}

function holderOf(file: DatabaseSync): string | null {
  try {
    const row = file.prepare('SELECT pid FROM holder').get();
    return row ? `process ${row.pid}` : null;
  } catch {
    // It is writing its id right now: the name is a courtesy, the lock is not.
    return null;
  }
}

/** SQLITE_BUSY in any of its flavours. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
