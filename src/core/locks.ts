/** One open plan per target at a time: `fly:acme-web` belongs to one run until its deed has ended. */

export type Lock = { target: string; runId: string; approvalId: string | null; since: string };

export interface Locks {
  /** Takes the target for this run; returns the holder: ours, or somebody else's. */
  take(lock: Lock): Promise<Lock>;
  /** Frees everything this run holds. Returns the targets. */
  release(runId: string): Promise<string[]>;
  release(runId: string, target: string): Promise<string[]>;
}
