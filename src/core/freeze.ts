/** Stop of all writes. When its state cannot be read, everything counts as frozen. */

export type Freeze = { by: string; reason: string; since: string };

export interface Freezes {
  current(): Promise<Freeze | null>;
  freeze(freeze: Freeze): Promise<void>;
  thaw(): Promise<void>;
}
