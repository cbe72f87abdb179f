/** The policy texts that were put in force, one after the other: the one with the highest number is in force. */
import type { AuditEntry } from './audit.ts';
import type { PersonId } from './person.ts';

export type PolicyVersion = {
  /** Counts from 1, without a gap. */
  number: number;
  /** YAML, as it was approved. */
  text: string;
  /** SHA-256 of the text, domain-tagged. */
  hash: string;
  /** Who asked for it; null: somebody with a shell on the server, or the file at the first start. */
  by: PersonId | null;
  at: string;
  approvalId: string | null;
  /** Key of the deed that put it in force: tells after a crash whether it was done. */
  deed: string | null;
};

export interface Policies {
  /** Number of the one in force; 0 when there was never any: then the built-in rules hold. Cheap: read before every ruling. */
  number(): Promise<number>;
  get(number: number): Promise<PolicyVersion | null>;
  byDeed(deed: string): Promise<PolicyVersion | null>;
  /** Newest first. */
  latest(limit: number): Promise<PolicyVersion[]>;
  /** Puts the next one in force and writes its audit row, in one transaction; null when another than `expected` is in force by now. */
  put(version: Omit<PolicyVersion, 'number'>, expected: number, audit: AuditEntry): Promise<PolicyVersion | null>;
}

/** The file that SOPHIA_POLICY names: a proposal, once there is a policy in force. */
export interface PolicyFile {
  /** Throws when it cannot be read. */
  read(): string;
}
