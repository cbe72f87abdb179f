/** What every action of this connector works with. */
import type { FlyClient } from './client.ts';
import type { Clock } from './clock.ts';
import type { Registry } from './registry.ts';

export type FlyWorld = {
  fly: FlyClient;
  registry: Registry;
  clock: Clock;
  /** Slug, when configured. */
  organization: string | undefined;
  /** First pause between two looks at a starting machine; it grows. */
  pollMs: number;
  /** Longest wait for somebody else's lease to run out. */
  leaseWaitMs: number;
  /** Where people look at a machine in the browser; null off the real service. */
  dashboard: string | null;
};
