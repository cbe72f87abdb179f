/** Opens the audit trail for reading only, also while the app runs: no lock, no migration, nothing is written. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import type { AuditFilter } from '../core/audit.ts';
import { SophiaError } from '../core/error.ts';
import { createAudit, type ErasableAudit } from './audit.ts';
import { type ExportedRow, exportAudit } from './audit-export.ts';
import { guarded } from './failure.ts';
import { openPostgres } from './postgres.ts';
import type { Tables } from './schema.ts';
import { openSqliteToRead } from './sqlite.ts';

export type AuditReader = {
  audit: Pick<ErasableAudit, 'search' | 'verify' | 'head' | 'find'>;
  rows(filter: AuditFilter): AsyncGenerator<ExportedRow>;
  close(): Promise<void>;
};

export function readAudit(place: { directory: string } | { databaseUrl: string; schema?: string }): AuditReader {
  const db = new Kysely<Tables>({ dialect: dialectOf(place) });
  return { audit: guarded(createAudit(db)), rows: (filter) => exportAudit(db, filter), close: () => db.destroy() };
}

function dialectOf(place: Parameters<typeof readAudit>[0]): Dialect {
  if ('databaseUrl' in place) return openPostgres(place.databaseUrl, place.schema ?? 'sophia');
  const file = join(resolve(place.directory), 'sophia.db');
  if (!existsSync(file))
    throw new SophiaError('not_found', `There is no audit trail in ${resolve(place.directory)}.`, {
      hint: 'SOPHIA_DATA names the data directory, DATABASE_URL a Postgres.',
    });
  return openSqliteToRead(file);
}
