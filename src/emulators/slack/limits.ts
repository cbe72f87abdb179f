/** Slack's rate tiers as token buckets: a minute's worth at once, then as many a minute; posts about one a second for each channel. */
import type { Method } from './web-api/method.ts';

const burstOfPosts = 5;

export class Limits {
  readonly #clock: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Takes one call, or says after how many seconds to come back. */
  take(method: string, rate: Method['rate'], channel: string | undefined): { retryAfter: number } | null {
    const [size, perMs] = rate === 'channel' ? [burstOfPosts, 1 / 1000] : [rate, rate / 60_000];
    const key = rate === 'channel' ? `${method} ${channel}` : method;
    const now = this.#clock();
    const bucket = this.#buckets.get(key) ?? { left: size, at: now };
    const left = Math.min(size, bucket.left + (now - bucket.at) * perMs);
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? null : { retryAfter: Math.max(1, Math.ceil((1 - left) / perMs / 1000)) };
  }
}
