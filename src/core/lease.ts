/** A standing approval of a shape of deeds: for one person in one place, until a time, for so many uses and dollars. */
import type { LedgerEntry } from './ledger.ts';
import type { PersonId } from './person.ts';
import type { Shape } from './shape.ts';

export type Lease = {
  /** `L12`: short, since people type it. */
  id: string;
  holder: PersonId;
  channel: string;
  audience: string;
  shape: Shape;
  /** Null: whichever the shape leaves open; every deed of it is still judged in its own. */
  environment: string | null;
  /** The approval it came from; null when the policy allowed it outright. */
  approvalId: string | null;
  /** Who said yes to it: they must still be able to say yes to each deed. */
  voters: PersonId[];
  grantedAt: string;
  /** ISO 8601; at that very instant it is over. */
  expiresAt: string;
  usesLeft: number;
  /** Null: money is not limited by it. */
  usdLeft: number | null;
  state: 'live' | 'revoked';
};

/** Each method is one transaction. */
export interface Leases {
  /** `deed`: ledger key of the deed that grants it; the same deed again (a retry) gets the lease that is there. */
  grant(lease: Omit<Lease, 'id' | 'state'>, deed: string): Promise<Lease>;
  grantedBy(deed: string): Promise<Lease | null>;
  get(id: string): Promise<Lease | null>;
  /** Neither revoked, over nor used up at that time; oldest first. */
  live(at: string): Promise<Lease[]>;
  /** One use and its dollars are spent as the ledger row starts, or nothing happens. */
  use(id: string, usd: number, entry: LedgerEntry): Promise<'started' | 'exists' | 'spent'>;
  /** The lease that this deed used. */
  usedBy(key: string): Promise<Lease | null>;
  /** Null when there is none of that id; again is as good as once. */
  revoke(id: string, by: PersonId, at: string): Promise<Lease | null>;
}
