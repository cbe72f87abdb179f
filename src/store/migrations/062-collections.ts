/** What was connected from outside systems, and which version of each of its files is remembered. */
import type { Kysely } from 'kysely';

export async function collections(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('collections')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('connected_by', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('state', 'text')
    .addColumn('wanted', 'integer', (column) => column.notNull())
    .addColumn('done', 'integer', (column) => column.notNull())
    .addColumn('claimed_until', 'text')
    .addUniqueConstraint('collections_name_channel', ['name', 'channel'])
    .execute();
  await db.schema
    .createTable('collection_files')
    .addColumn('collection_id', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('collection_files_pk', ['collection_id', 'path'])
    .execute();
}
