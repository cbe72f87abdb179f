/** The look back that every broken glass owes: who broke it, why, and what somebody else made of it. */

export type Review = {
  /** What people say: `B3`. */
  id: string;
  runId: string;
  person: string;
  action: string;
  planHash: string;
  summary: string;
  reason: string;
  /** Where it was announced, and is asked for: `slack:T1:C0OPS`. */
  channel: string;
  at: string;
  /** ISO 8601; asked for from then on, once a day. */
  dueAt: string;
  reviewedBy: string | null;
  reviewedAt: string | null;
  finding: string | null;
};

export interface Reviews {
  /** Gives it its id. The same `onceKey` again returns the one that is there. */
  open(review: Omit<Review, 'id' | 'reviewedBy' | 'reviewedAt' | 'finding'>, onceKey: string): Promise<Review>;
  get(id: string): Promise<Review | null>;
  /** Those nobody has looked at, oldest first. */
  unreviewed(): Promise<Review[]>;
  /** False when it was reviewed before. */
  close(id: string, by: string, finding: string, at: string): Promise<boolean>;
}
