/** The tables of `sophia.db` as TypeScript sees them; the same columns on SQLite and Postgres. */
import type { Generated, Kysely } from 'kysely';

export interface Tables {
  runs: {
    id: string;
    job_key: string;
    engine_id: string | null;
    title: string;
    requester: string;
    channel: string;
    audience: string;
    thread: string | null;
    state: string;
    standing: string;
    started_at: string;
    ended_at: string | null;
  };
  approvals: {
    id: string;
    run_id: string;
    call: string;
    requester: string;
    thread: string;
    target: string;
    plan: string;
    rule: string;
    taint: string;
    model_note: string | null;
    state: string;
    state_reason: string | null;
    revision: number;
    noticed: number;
    /** What edit took its place, as a hash; null when none did. */
    edit: string | null;
    created_at: string;
    expires_at: string;
  };
  /** `revision` of the approval that the card or vote made: it keeps their order. `stale`: 1 while it shows less than is known. */
  approval_cards: { approval_id: string; thread: string; message_id: string; revision: number; stale: number };
  votes: {
    approval_id: string;
    person: string;
    verdict: string;
    reason: string | null;
    at: string;
    revision: number;
  };
  ledger: {
    key: string;
    run_id: string;
    action: string;
    plan_hash: string;
    approval_id: string | null;
    grant_step: number | null;
    grant_key: string | null;
    grant_use: number;
    owner: string;
    attempt: number;
    state: string;
    write_deadline: string;
    result: string;
    started_at: string;
    settled_at: string | null;
  };
  leases: {
    number: Generated<number>;
    deed: string;
    holder: string;
    channel: string;
    audience: string;
    shape: string;
    environment: string | null;
    approval_id: string | null;
    voters: string;
    granted_at: string;
    expires_at: string;
    uses_left: number;
    /** Hundredths of a cent. */
    money_left: number | null;
    revoked_by: string | null;
    revoked_at: string | null;
  };
  lease_uses: { ledger_key: string; number: number; money: number; at: string };
  locks: { target: string; run_id: string; approval_id: string | null; since: string };
  audit: {
    sequence: number;
    reference: string;
    kind: string;
    at: string;
    run_id: string | null;
    person: string | null;
    action: string | null;
    approval_id: string | null;
    facts: string;
    text_hashes: string;
    previous: string;
    hash: string;
  };
  /** One row: the last sequence and hash. Appending begins by updating it, so appends form a line on both databases. */
  audit_head: { id: number; sequence: number; hash: string };
  /** Erasable. The salt goes with the text, so that nobody can guess a short text back from its hash in the chain. */
  audit_texts: { sequence: number; name: string; text: string; salt: string };
  freezes: { scope: string; frozen_by: string; reason: string; since: string };
  policies: {
    number: number;
    text: string;
    hash: string;
    put_by: string | null;
    at: string;
    approval_id: string | null;
    deed: string | null;
  };
  spends: { run_id: string; person: string; channel: string; usd: number; what: string; at: string };
  reservations: {
    id: string;
    run_id: string;
    person: string;
    channel: string;
    usd: number;
    what: string;
    at: string;
  };
  /** One row: those who set dollars aside begin by updating it, so that they form a line. */
  reservation_line: { id: number; turn: number };
  reviews: {
    number: Generated<number>;
    once_key: string;
    run_id: string;
    person: string;
    action: string;
    plan_hash: string;
    summary: string;
    reason: string;
    channel: string;
    at: string;
    due_at: string;
    reviewed_by: string | null;
    reviewed_at: string | null;
    finding: string | null;
  };
  inbox: { id: string; surface: string; body: string; received_at: string; done_at: string | null };
  owed: { send_id: string; run_id: string; place: string; reply: string; since: string; tried_at: string };
  sends: { send_id: string; thread: string | null; message_id: string | null; begun_at: string };
  listeners: { thread: string; run_id: string; offered: number };
  /** `wanted` counts the wishes to have it read, `done` how many of them were met. */
  collections: {
    id: string;
    name: string;
    channel: string;
    connected_by: string;
    at: string;
    state: string | null;
    wanted: number;
    done: number;
    claimed_until: string | null;
  };
  collection_files: { collection_id: string; path: string; version: string };
  followups: {
    number: Generated<number>;
    job_key: string;
    run_id: string;
    person: string;
    message: string;
    turn: number | null;
  };
  schedules: {
    number: Generated<number>;
    once_key: string;
    template: string;
    surface: string;
    channel: string;
    audience: string;
    pattern: string;
    zone: string;
    said: string;
    holidays: string;
    created_by: string;
    paused: number;
    created_at: string;
    last_at: string;
    /** Null in rows of before this column. */
    told_at: string | null;
  };
  /** `words` is the text as searched; the full-text index over it is the one thing that differs by database. */
  memories: {
    number: Generated<number>;
    id: string;
    acl: string;
    kind: string;
    text: string;
    words: string;
    person: string | null;
    thread: string | null;
    at: string;
    tainted: number;
    source: string | null;
    speaker: string | null;
    channel: string | null;
    origin: string | null;
    link: string | null;
    talk: string | null;
    subject: string | null;
    sources: string;
    trust: string;
    expires_at: string | null;
    /** Which way of splitting words made `words`. */
    version: string | null;
    /** The index outside the store that holds the row as it is. */
    indexed: string | null;
    place: string;
    corrected_by: string | null;
    corrected_at: string | null;
    /** Kind of place whose time of keeping holds; null: none does. */
    keep_as: string | null;
  };
  model_events: {
    number: Generated<number>;
    once_key: string;
    at: string;
    kind: string;
    class: string | null;
    model: string | null;
    run_id: string | null;
    thread: string | null;
    person: string | null;
    good: number | null;
    usd: number;
    milliseconds: number | null;
    detail: string;
  };
  /** The same as `memories.sources`, to be looked up the other way round. */
  memory_sources: { memory_id: string; source_id: string };
  memory_vectors: { memory_id: string; model: string; vector: Uint8Array };
  /** Rows that are gone, and that an index outside the store may still hold. */
  memory_removals: { memory_id: string };
  /** How far each talk was taken in for facts, and who is at it. */
  memory_talks: {
    talk: string;
    through: string | null;
    owner: string | null;
    held_until: string | null;
    tries: Generated<number>;
  };
  memory_refused: { memory_id: string };
  memory_tally: { ended: string; count: number };
}

export type Sql = Kysely<Tables>;
export type StoreKind = 'sqlite' | 'postgres';
