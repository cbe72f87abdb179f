/** A freeze in force when scopes came stays one of everything, on each database. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dialect, Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { freezeScopes } from '../../src/store/migrations/005-freeze-scopes.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { databaseUrl } from './on-each-database.ts';

async function carryOver(dialect: Dialect, prepare: string[]): Promise<unknown[]> {
  const db = new Kysely<unknown>({ dialect });
  try {
    for (const statement of [
      ...prepare,
      'create table freezes (id integer primary key, frozen_by text not null, reason text not null, since text not null)',
      `insert into freezes values (1, 'alice', 'Incident', '2026-03-02T10:00:00.000Z')`,
    ])
      await sql.raw(statement).execute(db);
    await freezeScopes(db);
    const { rows } = await sql`select scope, frozen_by, reason, since from freezes`.execute(db);
    return rows;
  } finally {
    await db.destroy();
  }
}

const kept = [{ scope: 'everything', frozen_by: 'alice', reason: 'Incident', since: '2026-03-02T10:00:00.000Z' }];

test('on SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sophia-freezes-'));
  expect(await carryOver(openSqlite(directory), [])).toEqual(kept);
  rmSync(directory, { recursive: true });
});

test.skipIf(!databaseUrl)('on Postgres (set TEST_DATABASE_URL to run)', async () => {
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  expect(await carryOver(openPostgres(databaseUrl ?? '', schema), [`create schema ${schema}`])).toEqual(kept);
  const db = new Kysely<unknown>({ dialect: openPostgres(databaseUrl ?? '', schema) });
  await sql.raw(`drop schema ${schema} cascade`).execute(db);
  await db.destroy();
});
