/** Stops of writes, one row a scope. When their state cannot be read, everything counts as frozen. */

/** The scope of a stop of all writes. */
export const everything = 'everything';

/** `scope`: `everything`, `environment:production`, `connector:fly`, or a target such as `fly:acme-web`; in lower case. */
export type Freeze = { scope: string; by: string; reason: string; since: string };

export interface Freezes {
  /** What is frozen, a freeze of everything first. */
  all(): Promise<Freeze[]>;
  /** The latest freeze of a scope takes the place of the one before. */
  freeze(freeze: Freeze): Promise<void>;
  /** Ends exactly this freeze; false when it is gone or another has taken its place. */
  thaw(freeze: Freeze): Promise<boolean>;
}
