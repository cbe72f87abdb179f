/** Dollars spent and the caps on them: reserved before, settled after. */

export type Spend = { runId: string; person: string; channel: string; usd: number; what: string; at: string };

/** Dollars: over a run's whole life; of a person, a channel and the workspace on one day; of the workspace in one month (UTC). */
export type Caps = { runUsd: number; personUsd: number; channelUsd: number; dayUsd: number; monthUsd: number };

export type Cap = 'run' | 'person' | 'channel' | 'day' | 'month';

/** What is left under the tightest cap, or the cap that it would break. */
export type Room =
  | { state: 'fits'; cap: Cap; leftUsd: number }
  | { state: 'over'; cap: Cap; limitUsd: number; spentUsd: number };

export interface Budgets {
  record(spend: Spend): Promise<void>;
  /**
   * Sets dollars aside under every cap, or says which it would break; two at once never pass a cap together. The same id
   * again replaces what it had set aside. What is set aside counts as spent until it is settled or released.
   */
  reserve(id: string, spend: Spend, caps: Caps): Promise<Room>;
  /** The same look without setting anything aside. */
  room(spend: Spend, caps: Caps): Promise<Room>;
  /** What it really cost; null: what was set aside. Nothing happens when nothing was set aside under this id. */
  settle(id: string, usd: number | null): Promise<void>;
  /** Sum in dollars since `since` (ISO 8601), narrowed by what is given, with what is set aside. */
  spent(filter: { since: string; runId?: string; person?: string; channel?: string }): Promise<number>;
  /** Largest first. */
  topSpenders(since: string, limit: number): Promise<{ person: string; usd: number }[]>;
}
