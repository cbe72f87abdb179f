/** The time of day and a pause that can be cut short; tests bring their own, so that nothing sleeps. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SophiaError } from '../../core/error.ts';

export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects as a timeout when the signal is aborted. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  pause: (milliseconds, signal) =>
    sleep(milliseconds, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
      throw timeOver(cause);
    }),
};

/** For work that is cut short by its own deadline. */
export function timeOver(cause?: unknown): SophiaError {
  return new SophiaError('timeout', 'The time for this step was over.', { cause });
}
