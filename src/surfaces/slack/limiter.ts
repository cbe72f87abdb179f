/** Honours Retry-After where Slack counts: posts by channel, everything else by method; nothing else is stalled. */
import type { Answer, Call, Data, Pause } from './web.ts';

/** Slack counts these for each channel by itself. */
const countedByChannel = new Set(['chat.postMessage', 'chat.postEphemeral']);

export type LimiterOptions = {
  pause: Pause;
  now: () => Date;
  /** Calls that may wait for one method and channel; more are refused at once. */
  longestQueue?: number;
  /** Milliseconds one call may spend waiting in all. */
  longestWaitMs?: number;
};

/** The same call, in order within a method and channel, tried again after each 429 (which means that nothing was done). */
export function limited(call: Call, options: LimiterOptions): Call {
  const { pause, now, longestQueue = 100, longestWaitMs = 120_000 } = options;
  const queues = new Map<string, { length: number; tail: Promise<unknown> }>();

  /** Until when Slack wants no call of this kind. */
  const resting = new Map<string, number>();

  async function patient(method: string, args: Data, key: string): Promise<Answer> {
    const kind = countedByChannel.has(method) ? key : method;
    for (let waited = 0; ; ) {
      const rest = (resting.get(kind) ?? 0) - now().getTime();
      if (rest <= 0) resting.delete(kind);
      else {
        if (waited + rest > longestWaitMs) return { ok: false, failure: { kind: 'rate limited', retryAfterMs: rest } };
        await pause(rest);
        waited += rest;
      }
      const answer = await call(method, args);
      if (answer.ok || answer.failure.kind !== 'rate limited') return answer;
      const wait = Math.max(answer.failure.retryAfterMs, 100);
      if (waited + wait > longestWaitMs) return answer;
      resting.set(kind, Math.max(resting.get(kind) ?? 0, now().getTime() + wait));
    }
  }

  return (method, args) => {
    const key = `${method} ${String(args.channel ?? args.channel_id ?? '')}`;
    const queue = queues.get(key) ?? { length: 0, tail: Promise.resolve() };
    if (queue.length >= longestQueue)
      return Promise.resolve({ ok: false, failure: { kind: 'rate limited', retryAfterMs: 30_000 } });
    queue.length++;
    const turn = queue.tail.then(() => patient(method, args, key));
    queue.tail = turn.finally(() => {
      queue.length--;
      if (queue.length === 0) queues.delete(key);
    });
    queues.set(key, queue);
    return turn;
  };
}
