/** The time of day and a pause that can be cut short; tests bring their own, so that nothing sleeps. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  pause: async (milliseconds, signal) => {
    signal?.throwIfAborted();
    await sleep(milliseconds, undefined, signal ? { signal } : {});
  },
};
