/** Updates of one message: at most one under way, and the newest wins over those that wait. */
import type { MessageRef } from '../../core/thread.ts';
import { parseThreadId } from '../../core/thread.ts';
import type { Rendered } from './blocks.ts';
import { wanted } from './failures.ts';
import { type Call, type Pause, repeatable } from './web.ts';

export type Update = (message: MessageRef, drawn: Rendered) => Promise<void>;
type Waiting = { drawn: Rendered; done: Promise<void> };

export function createUpdate(call: Call, pause: Pause): Update {
  const current = new Map<string, Promise<void>>();
  const waiting = new Map<string, Waiting>();

  async function apply(message: MessageRef, drawn: Rendered): Promise<void> {
    const { channel } = parseThreadId(message.thread);
    const args = { channel, ts: message.id, ...drawn };
    wanted('chat.update', await repeatable(call, 'chat.update', args, pause));
  }

  return (message, drawn) => {
    const key = `${message.thread} ${message.id}`;
    const next = waiting.get(key);
    if (next) {
      next.drawn = drawn;
      return next.done;
    }
    const begin = (latest: () => Rendered): Promise<void> => {
      const turn = apply(message, latest()).finally(() => {
        if (current.get(key) === turn) current.delete(key);
      });
      current.set(key, turn);
      return turn;
    };
    const busy = current.get(key);
    if (!busy) return begin(() => drawn);
    const entry: Waiting = { drawn, done: Promise.resolve() };
    entry.done = busy
      .catch(() => undefined)
      .then(() => {
        waiting.delete(key);
        return begin(() => entry.drawn);
      });
    waiting.set(key, entry);
    return entry.done;
  };
}
