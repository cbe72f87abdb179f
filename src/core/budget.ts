/** Dollars spent and the caps on them: reserved before, settled after. */

export type Spend = { runId: string; person: string; channel: string; usd: number; what: string; at: string };

export interface Budgets {
  record(spend: Spend): Promise<void>;
  /** Sum in dollars since `since` (ISO 8601), narrowed by what is given. */
  spent(filter: { since: string; runId?: string; person?: string; channel?: string }): Promise<number>;
}
