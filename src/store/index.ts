/** The store: every record-keeping port of the house over one database, SQLite in a directory or Postgres behind a URL. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Approvals } from '../core/approval.ts';
import type { Budgets } from '../core/budget.ts';
import type { Collections } from '../core/collections.ts';
import type { Erasure } from '../core/erasure.ts';
import { SophiaError } from '../core/error.ts';
import type { Talks } from '../core/facts.ts';
import type { Followups } from '../core/followups.ts';
import type { Freezes } from '../core/freeze.ts';
import type { Leases } from '../core/lease.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Locks } from '../core/locks.ts';
import type { MemoryRows } from '../core/memory-rows.ts';
import type { Owed } from '../core/owed.ts';
import type { Policies } from '../core/policies.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import type { Reviews } from '../core/review.ts';
import type { ModelEvents } from '../core/routing.ts';
import type { Runs } from '../core/run.ts';
import type { Schedules } from '../core/schedule.ts';
import type { Sends } from '../core/sends.ts';
import { createApprovals } from './approvals.ts';
import { createAudit, type ErasableAudit } from './audit.ts';
import { createBudgets } from './budgets.ts';
import { createCollections } from './collections.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { createErasure } from './erasure.ts';
import { guarded, readableFailure } from './failure.ts';
import { createFollowups } from './followups.ts';
import { createFreezes } from './freezes.ts';
import { createInbox, type PurgeableInbox } from './inbox.ts';
import { createLeases } from './leases.ts';
import { createLedger } from './ledger.ts';
import { createLocks } from './locks.ts';
import { createMemoryRows } from './memories.ts';
import { createTalks } from './memory-talks.ts';
import { migrationsFor } from './migrations/index.ts';
import { createModelEvents } from './model-events.ts';
import { createOwed } from './owed.ts';
import { createPolicies } from './policies.ts';
import { openPostgres } from './postgres.ts';
import { createReviews } from './reviews.ts';
import { createRuns } from './runs.ts';
import { createSchedules } from './schedules.ts';
import type { StoreKind, Tables } from './schema.ts';
import { createSends } from './sends.ts';
import { openSqlite } from './sqlite.ts';
import { StorableText } from './storable.ts';
import { createTextIndex } from './text-index.ts';

export interface Store {
  readonly kind: StoreKind;
  approvals: Approvals;
  ledger: Ledger;
  leases: Leases;
  locks: Locks;
  audit: ErasableAudit;
  collections: Collections;
  followups: Followups;
  freezes: Freezes;
  budgets: Budgets;
  owed: Owed;
  policies: Policies;
  runs: Runs;
  reviews: Reviews;
  inbox: PurgeableInbox;
  sends: Sends;
  schedules: Schedules;
  memories: MemoryRows;
  talks: Talks;
  erasure: Erasure;
  modelEvents: ModelEvents;
  /** Full text over the memories, in the same database. */
  textIndex: RecallIndex;
  /** Waits for what is under way and frees the directory. */
  close(): Promise<void>;
}

/** `now` stamps the rows whose ports carry no time; `schema` is `sophia` unless said otherwise. */
type StoreOptions = ({ directory: string } | { databaseUrl: string; schema?: string }) & { now?: () => Date };

export async function openStore(options: StoreOptions): Promise<Store> {
  if ('databaseUrl' in options) {
    const schema = options.schema ?? 'sophia';
    return build('postgres', openPostgres(options.databaseUrl, schema), options.now, { schema });
  }
  const directory = resolve(options.directory);
  let lock: DirectoryLock | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = lockDirectory(directory);
    return await build('sqlite', openSqlite(directory), options.now, { lock });
  } catch (error) {
    lock?.release();
    if (error instanceof SophiaError) throw error;
    throw new SophiaError('unavailable', `The data directory ${directory} cannot be opened.`, {
      hint: 'Check that it is writable and that the disk has room; SOPHIA_DATA names it.',
      cause: error,
    });
  }
}

async function build(
  kind: StoreKind,
  dialect: Dialect,
  now: (() => Date) | undefined,
  place: { schema?: string; lock?: DirectoryLock },
): Promise<Store> {
  const db = new Kysely<Tables>({ dialect, plugins: [new StorableText()] });
  const clock = now ?? (() => new Date());
  try {
    await migrate(db, kind, place.schema);
  } catch (error) {
    await db.destroy();
    throw readableFailure(error);
  }
  return {
    kind,
    approvals: guarded(createApprovals(db)),
    ledger: guarded(createLedger(db)),
    leases: guarded(createLeases(db)),
    locks: guarded(createLocks(db)),
    audit: guarded(createAudit(db)),
    collections: guarded(createCollections(db)),
    followups: guarded(createFollowups(db)),
    freezes: guarded(createFreezes(db)),
    budgets: guarded(createBudgets(db)),
    owed: guarded(createOwed(db)),
    policies: guarded(createPolicies(db)),
    runs: guarded(createRuns(db)),
    reviews: guarded(createReviews(db)),
    inbox: guarded(createInbox(db, clock)),
    sends: guarded(createSends(db, clock)),
    schedules: guarded(createSchedules(db)),
    memories: guarded(createMemoryRows(db, kind)),
    talks: guarded(createTalks(db)),
    erasure: guarded(createErasure(db)),
    modelEvents: guarded(createModelEvents(db)),
    textIndex: guarded(createTextIndex(db, kind)),
    async close() {
      await db.destroy();
      place.lock?.release();
    },
  };
}

async function migrate(db: Kysely<Tables>, kind: StoreKind, schema: string | undefined): Promise<void> {
  const place = schema === undefined ? {} : { migrationTableSchema: schema };
  const { error } = await new Migrator({ db, provider: migrationsFor(kind), ...place }).migrateToLatest();
  if (error) throw error;
}
