/** Kysely over Postgres, in a schema of its own so that a shared database stays tidy. */
import { type DatabaseIntrospector, type Dialect, type Kysely, PostgresIntrospector, type TableMetadata } from 'kysely';
import { PostgresJSDialect } from 'kysely-postgres-js';
import postgres from 'postgres';
import { SophiaError } from '../core/error.ts';

export function openPostgres(databaseUrl: string, schema: string): Dialect {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new SophiaError('bad_input', `Not a schema name: ${schema}`, {
      hint: 'Use small letters, digits and underscores.',
    });
  return new OneSchemaDialect(databaseUrl, schema);
}

class OneSchemaDialect extends PostgresJSDialect {
  readonly #schema: string;

  constructor(databaseUrl: string, schema: string) {
    super({
      postgres: () =>
        postgres(databaseUrl, {
          max: 10,
          connect_timeout: 10,
          connection: { application_name: 'sophia', search_path: schema },
          onnotice: () => {},
        }),
    });
    this.#schema = schema;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the parameter is the dialect interface's own
  override createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new OneSchemaIntrospector(db, this.#schema);
  }
}

type Catalogue = { 'pg_catalog.pg_tables': { schemaname: string; tablename: string } };

/**
 * The migrator asks which tables exist. Kysely's own answer reads every column of every schema, which is slow in a big
 * database and fails when anybody drops a schema meanwhile; the names of ours are enough.
 */
class OneSchemaIntrospector extends PostgresIntrospector {
  readonly #db: Kysely<Catalogue>;
  readonly #schema: string;

  constructor(db: Kysely<Catalogue>, schema: string) {
    super(db);
    this.#db = db;
    this.#schema = schema;
  }

  override async getTables(): Promise<TableMetadata[]> {
    const tables = this.#db
      .selectFrom('pg_catalog.pg_tables')
      .select('tablename')
      .where('schemaname', '=', this.#schema);
    return (await tables.execute()).map(({ tablename }) => ({
      name: tablename,
      schema: this.#schema,
      isView: false,
      isForeign: false,
      columns: [],
    }));
  }
}
