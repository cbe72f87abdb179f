/** Kysely over Postgres, in a schema of its own so that a shared database stays tidy. */
import type { Dialect } from 'kysely';
import { PostgresJSDialect } from 'kysely-postgres-js';
import postgres from 'postgres';
import { SophiaError } from '../core/error.ts';

export function openPostgres(databaseUrl: string, schema: string): Dialect {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new SophiaError('bad_input', `Not a schema name: ${schema}`, {
      hint: 'Use small letters, digits and underscores.',
    });
  return new PostgresJSDialect({
    postgres: () =>
      postgres(databaseUrl, {
        max: 10,
        connect_timeout: 10,
        connection: { application_name: 'sophia', search_path: schema },
        onnotice: () => {},
      }),
  });
}
