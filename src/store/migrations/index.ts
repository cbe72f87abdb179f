/** The one history of the schema, for both databases; only the full-text index differs. Never edit a released entry: add one. */
import type { Migration, MigrationProvider } from 'kysely/migration';
import type { StoreKind } from '../schema.ts';
import { begin } from './001-begin.ts';
import { policies } from './003-policies.ts';
import { freezeScopes } from './005-freeze-scopes.ts';
import { reservations } from './006-reservations.ts';
import { memorySource } from './007-memory-source.ts';
import { leases } from './010-leases.ts';
import { reviews } from './011-reviews.ts';
import { schedules } from './020-schedules.ts';
import { followups } from './021-followups.ts';
import { modelEvents } from './030-model-events.ts';
import { memory } from './040-memory.ts';
import { cards } from './041-cards.ts';
import { facts } from './045-facts.ts';
import { owed } from './046-owed.ts';
import { refused } from './047-refused.ts';
import { told } from './048-told.ts';
import { searchAtOnce } from './060-search-at-once.ts';
import { rights } from './061-rights.ts';
import { collections } from './062-collections.ts';
import { approvalsFound } from './063-approvals-found.ts';

export function migrationsFor(kind: StoreKind): MigrationProvider {
  const migrations: Record<string, Migration> = {
    '001_begin': { up: (db) => begin(db, kind) },
    '003_policies': { up: policies },
    '005_freeze_scopes': { up: freezeScopes },
    '006_reservations': { up: reservations },
    '007_memory_source': { up: memorySource },
    '010_leases': { up: (db) => leases(db, kind) },
    '011_reviews': { up: (db) => reviews(db, kind) },
    '020_schedules': { up: (db) => schedules(db, kind) },
    '021_followups': { up: (db) => followups(db, kind) },
    '030_model_events': { up: (db) => modelEvents(db, kind) },
    '040_memory': { up: (db) => memory(db, kind) },
    '041_cards': { up: cards },
    '045_facts': { up: facts },
    '046_owed': { up: owed },
    '047_refused': { up: refused },
    '048_told': { up: told },
    '060_search_at_once': { up: (db) => searchAtOnce(db, kind) },
    '061_rights': { up: rights },
    '062_collections': { up: collections },
    '063_approvals_found': { up: approvalsFound },
  };
  return { getMigrations: async () => migrations };
}
