/** Keeps to Fly's published rate limits before Fly has to refuse: a token bucket per action and machine or app. */
import type { Clock } from './clock.ts';

export type Rate = { perSecond: number; burst: number };

/** Machines API: one request a second per action and identifier, three at once; Get Machine five and ten. */
export const actionRate: Rate = { perSecond: 1, burst: 3 };
export const getMachineRate: Rate = { perSecond: 5, burst: 10 };

export type Pace = (key: string, rate: Rate, signal?: AbortSignal) => Promise<void>;

const mostKeys = 1_000;

export function createPace(clock: Clock): Pace {
  /** Per key, the time at which its bucket would be full again. */
  const fullAt = new Map<string, number>();

  return async (key, rate, signal) => {
    const now = clock.now();
    if (fullAt.size > mostKeys) for (const [old, at] of fullAt) if (at <= now) fullAt.delete(old);
    const spacing = 1000 / rate.perSecond;
    const next = Math.max(fullAt.get(key) ?? now, now) + spacing;
    fullAt.set(key, next);
    const wait = next - now - rate.burst * spacing;
    if (wait > 0) await clock.pause(wait, signal);
  };
}
