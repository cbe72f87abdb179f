/** Kysely over Node's own SQLite: one connection, and transactions that take the write lock as they begin. */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type DialectAdapter, SqliteAdapter, type SqliteDatabase, SqliteDialect } from 'kysely';

const pragmas = [
  'journal_mode = WAL',
  // A commit that was answered survives a power cut.
  'synchronous = FULL',
  'busy_timeout = 5000',
  'foreign_keys = ON',
  // Forgotten rows are overwritten, not only unlinked.
  'secure_delete = ON',
  // 16 MB of pages: a search in a big house reads here and there.
  'cache_size = -16000',
  // The log is copied into the file every so many pages: with fewer, one write in forty waits for that.
  'wal_autocheckpoint = 4000',
];

/** Most statements are the same few; understanding them anew each time costs more than many of them take. */
const mostStatements = 300;

export function openSqlite(directory: string): SqliteDialect {
  const database = new DatabaseSync(join(directory, 'sophia.db'));
  for (const pragma of pragmas) database.exec(`PRAGMA ${pragma}`);
  return new NodeSqliteDialect({ database: asKyselyDatabase(database) });
}

/** Beside the process that writes: readers and the writer of a WAL do not block one another. */
export function openSqliteToRead(file: string): SqliteDialect {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec('PRAGMA busy_timeout = 5000');
  return new NodeSqliteDialect({ database: asKyselyDatabase(database) });
}

class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new NodeSqliteAdapter();
  }
}

class NodeSqliteAdapter extends SqliteAdapter {
  /** SQLite rolls table definitions back too: a migration is applied whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Gives `DatabaseSync` the shape Kysely expects. Kysely's own mutex lets one caller at a time have the connection. */
function asKyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const known = new Map<string, StatementSync>();

  function understood(text: string): StatementSync {
    const found = known.get(text);
    if (found) return found;
    const statement = database.prepare(text);
    if (known.size >= mostStatements) known.clear();
    known.set(text, statement);
    return statement;
  }

  return {
    close: () => database.close(),
    prepare(text) {
      // A deferred transaction could read first and then fail to upgrade; an immediate one waits at its start.
      const statement = understood(text === 'begin' ? 'begin immediate' : text);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}
