/** The hash-chained record of who asked, what was planned, who approved, what ran as whom, and how it ended. */
import type { JsonObject } from './json.ts';

export type AuditKind =
  | 'asked'
  | 'planned'
  | 'ruled'
  | 'voted'
  | 'closed'
  | 'started'
  | 'broke glass'
  | 'settled'
  | 'refused'
  | 'frozen'
  | 'thawed'
  | 'stopped'
  | 'policy'; // another policy was put in force

/** Ids and hashes only: free text goes to `texts`, an erasable table beside the chain. */
export type AuditEntry = {
  kind: AuditKind;
  at: string;
  runId: string | null;
  person: string | null;
  action: string | null;
  approvalId: string | null;
  /** Ids, hashes, states, counts. */
  facts: JsonObject;
  /** Free text by name (reason, summary, title): erasable; the chain holds each text's hash. */
  texts?: Record<string, string>;
};

export type AuditRow = AuditEntry & { sequence: number; reference: string; previous: string; hash: string };

/** All that is given must hold; `words` are looked for in facts, texts, actions and references, whatever the case. */
export type AuditFilter = {
  words?: string;
  person?: string;
  action?: string;
  runId?: string;
  since?: string;
  until?: string;
};

export interface Audit {
  /** Appends in one transaction and returns the row; `reference` (`A42`) is what people quote. */
  append(entry: AuditEntry): Promise<AuditRow>;
  find(reference: string): Promise<AuditRow | null>;
  byRun(runId: string): Promise<AuditRow[]>;
  latest(limit: number): Promise<AuditRow[]>;
  /** Newest first. */
  search(filter: AuditFilter, limit: number): Promise<AuditRow[]>;
  /** The last row's number and hash; null while the chain is empty. */
  head(): Promise<{ sequence: number; hash: string } | null>;
  /** Walks the chain; `broken` names the first row that does not fit. */
  verify(): Promise<
    { state: 'whole'; rows: number; head: string } | { state: 'broken'; sequence: number; reason: string }
  >;
}
