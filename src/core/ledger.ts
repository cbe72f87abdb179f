/** What was begun and how it ended: the book that makes a deed happen once. */
import type { AuditEntry, AuditRow } from './audit.ts';
import type { Json } from './json.ts';

export type LedgerState = 'started' | 'done' | 'failed' | 'unknown';

export type LedgerEntry = {
  /** Run id and call ordinal: `<run>/<call>`. The same deed tomorrow is a new deed. */
  key: string;
  runId: string;
  action: string;
  planHash: string;
  /** The approval this deed spends; null when policy allowed it outright. */
  approvalId: string | null;
  /** Index of the workflow's listed step it spends; null for the approved action itself. Unique per workflow and use. */
  grantStep: number | null;
  /** Ledger key of the workflow that lists the step: a workflow without an approval spends its steps once as well. */
  grantKey?: string;
  /** Which use of that step, from 1: a listed step may be granted several times. */
  grantUse?: number;
  /** Process that runs it. */
  owner: string;
  attempt: number;
  state: LedgerState;
  /** ISO 8601; after this no write of this attempt can still be under way. */
  writeDeadline: string;
  result: Json;
  startedAt: string;
  settledAt: string | null;
};

/** Each method is one transaction. */
export interface Ledger {
  get(key: string): Promise<LedgerEntry | null>;
  /** `exists` when the key is taken (a replay or a crash before); `spent` when the grant's step was used by another key. */
  begin(entry: LedgerEntry): Promise<'started' | 'exists' | 'spent'>;
  /** started → a new attempt by a new owner, only from the attempt the caller saw. */
  retake(key: string, seenAttempt: number, owner: string, writeDeadline: string): Promise<boolean>;
  /** started (or unknown, when a person settles it) → the end. False when that attempt no longer owns the row. */
  settle(
    key: string,
    attempt: number,
    state: 'done' | 'failed' | 'unknown',
    result: Json,
    at: string,
  ): Promise<boolean>;
  /**
   * The same, together with what it means: the row of the audit trail and what was set aside for it (all of it when done,
   * nothing when failed, kept aside while unknown). Null, and nothing at all, when that attempt no longer owns the row.
   */
  settleWritten(
    key: string,
    attempt: number,
    state: 'done' | 'failed' | 'unknown',
    result: Json,
    audit: AuditEntry,
  ): Promise<AuditRow | null>;
  /** Which of an approval's listed steps are spent. */
  spentSteps(approvalId: string): Promise<number[]>;
  /** Those that wait for a person to say how they ended, oldest first. */
  unknown(): Promise<LedgerEntry[]>;
  byRun(runId: string): Promise<LedgerEntry[]>;
}
