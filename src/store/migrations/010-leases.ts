/** Leases, and listed steps that may be taken several times. */
import { type Kysely, sql } from 'kysely';
import type { StoreKind } from '../schema.ts';

export async function leases(db: Kysely<unknown>, kind: StoreKind): Promise<void> {
  await db.schema
    .createTable('leases')
    .addColumn('number', kind === 'postgres' ? 'serial' : 'integer', (column) =>
      kind === 'postgres' ? column.primaryKey() : column.primaryKey().autoIncrement(),
    )
    .addColumn('deed', 'text', (column) => column.notNull().unique())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('audience', 'text', (column) => column.notNull())
    .addColumn('shape', 'text', (column) => column.notNull())
    .addColumn('environment', 'text')
    .addColumn('approval_id', 'text')
    .addColumn('voters', 'text', (column) => column.notNull())
    .addColumn('granted_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('uses_left', 'integer', (column) => column.notNull())
    // In hundredths of a cent: whole numbers, so that nothing is lost by rounding.
    .addColumn('money_left', 'integer')
    .addColumn('revoked_by', 'text')
    .addColumn('revoked_at', 'text')
    .execute();
  await db.schema
    .createTable('lease_uses')
    .addColumn('ledger_key', 'text', (column) => column.primaryKey())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('money', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .execute();

  // A workflow that needed no approval spends its listed steps under its own ledger key.
  await db.schema.alterTable('ledger').addColumn('grant_key', 'text').execute();
  await db.schema
    .alterTable('ledger')
    .addColumn('grant_use', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema.dropIndex('ledger_grants').execute();
  await sql`create unique index ledger_grants on ledger (coalesce(grant_key, approval_id), coalesce(grant_step, -1), grant_use)`.execute(
    db,
  );
}
