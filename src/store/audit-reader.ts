/** Opens the audit trail for reading only, also while the app runs: no lock, no migration, nothing is written. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import type { AuditFilter } from '../core/audit.ts';
import { SophiaError } from '../core/error.ts';
import { createAudit, type ErasableAudit } from './audit.ts';
import { type ExportedRow, type ExportHeader, exportedRows, headerOf } from './audit-export.ts';
import { guarded, readableFailure } from './failure.ts';
import { openPostgres } from './postgres.ts';
import type { Tables } from './schema.ts';
import { openSqliteToRead } from './sqlite.ts';

export type AuditReader = {
  audit: Pick<ErasableAudit, 'search' | 'verify' | 'head' | 'find'>;
  /** What an export made now would hold. */
  header(filter: AuditFilter, made: string): Promise<ExportHeader>;
  rows(header: ExportHeader): AsyncGenerator<ExportedRow>;
  close(): Promise<void>;
};

export function readAudit(place: { directory: string } | { databaseUrl: string; schema?: string }): AuditReader {
  const db = new Kysely<Tables>({ dialect: dialectOf(place) });
  const { header } = guarded({ header: (filter: AuditFilter, made: string) => headerOf(db, filter, made) });
  return {
    audit: guarded(createAudit(db)),
    header,
    rows: (of) => readably(exportedRows(db, of)),
    close: () => db.destroy(),
  };
}

async function* readably<Row>(rows: AsyncGenerator<Row>): AsyncGenerator<Row> {
  try {
    yield* rows;
  } catch (error) {
    throw readableFailure(error);
  }
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
