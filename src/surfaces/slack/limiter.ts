/** Honours Retry-After per method and channel, so that one slow channel never stalls another. */
import type { Answer, Call, Data, Pause } from './web.ts';

export type LimiterOptions = {
  pause: Pause;
  /** Calls that may wait for one method and channel; more are refused at once. */
  longestQueue?: number;
  /** Milliseconds one call may spend waiting in all. */
  longestWaitMs?: number;
};

/** The same call, in order within a method and channel, tried again after each 429 (which means that nothing was done). */
export function limited(call: Call, options: LimiterOptions): Call {
  const { pause, longestQueue = 100, longestWaitMs = 120_000 } = options;
  const queues = new Map<string, { length: number; tail: Promise<unknown> }>();

  async function patient(method: string, args: Data): Promise<Answer> {
    for (let waited = 0; ; ) {
      const answer = await call(method, args);
      if (answer.ok || answer.failure.kind !== 'rate limited') return answer;
      const wait = Math.max(answer.failure.retryAfterMs, 100);
      if (waited + wait > longestWaitMs) return answer;
      await pause(wait);
      waited += wait;
    }
  }

  return (method, args) => {
    const key = `${method} ${String(args.channel ?? args.channel_id ?? '')}`;
    const queue = queues.get(key) ?? { length: 0, tail: Promise.resolve() };
    if (queue.length >= longestQueue)
      return Promise.resolve({ ok: false, failure: { kind: 'rate limited', retryAfterMs: 30_000 } });
    queue.length++;
    const turn = queue.tail.then(() => patient(method, args));
    queue.tail = turn.finally(() => {
      queue.length--;
      if (queue.length === 0) queues.delete(key);
    });
    queues.set(key, queue);
    return turn;
  };
}
