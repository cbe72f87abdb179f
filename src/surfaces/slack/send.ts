/** Posts a message exactly once: the send's id travels in its metadata, and after a doubtful end Sophia looks before she sends again. */
import type { Log } from '../../core/connector.ts';
import type { Sends } from '../../core/sends.ts';
import { formatThreadId, type MessageRef } from '../../core/thread.ts';
import type { Rendered } from './blocks.ts';
import { toError, wanted } from './failures.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export const sendEvent = 'sophia_send';
export type Place = {
  team: string;
  channel: string /** Null posts a message of its own, the root of a new thread. */;
  root: string | null;
};
export type Send = (place: Place, message: Rendered, sendId: string, kind: string) => Promise<MessageRef>;

const pages = 10;
/** A request given up may still arrive: these pauses come before looking. Milliseconds. */
const beforeLooking = [500, 2000];

export function createSend(options: { call: Call; sends: Sends; pause: Pause; log: Log }): Send {
  const { call, sends, pause, log } = options;
  const under = new Map<string, Promise<MessageRef>>();

  const find = (place: Place, sendId: string) =>
    findMessage(call, pause, place, (message) => markOf(message)?.send_id === sendId);

  async function afterDoubt(place: Place, sendId: string, maySent: boolean): Promise<MessageRef | null> {
    if (!maySent) {
      await pause(beforeLooking[0] ?? 0);
      return null;
    }
    for (const milliseconds of beforeLooking) {
      await pause(milliseconds);
      const found = await find(place, sendId);
      if (found) return found;
    }
    return null;
  }

  async function once(place: Place, message: Rendered, sendId: string, kind: string): Promise<MessageRef> {
    const begun = await sends.begin(sendId);
    if (typeof begun === 'object') return begun;
    let found = begun === 'begun' ? await find(place, sendId) : null;
    for (let attempt = 0; found === null; attempt++) {
      const answer = await call('chat.postMessage', {
        channel: place.channel,
        ...(place.root === null ? {} : { thread_ts: place.root }),
        ...message,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: sendEvent, event_payload: { send_id: sendId, kind } },
      });
      if (answer.ok) found = reference(place, String(answer.data.ts));
      else if (answer.failure.kind === 'refused' || answer.failure.kind === 'rate limited' || attempt >= 2)
        throw toError('chat.postMessage', answer.failure);
      else {
        log.warn({ sendId, attempt, failure: answer.failure.kind }, 'A Slack post had no clear end.');
        found = await afterDoubt(place, sendId, answer.failure.kind === 'ambiguous');
      }
    }
    await sends.arrived(sendId, found);
    return found;
  }

  return (place, message, sendId, kind) => {
    // A replay may ask again while the first asking is still under way in this process.
    const same = under.get(sendId);
    if (same) return same;
    const turn = once(place, message, sendId, kind).finally(() => under.delete(sendId));
    under.set(sendId, turn);
    return turn;
  };
}

/** Looks through a thread, or through the channel where there is none. */
export async function findMessage(
  call: Call,
  pause: Pause,
  place: Place,
  matches: (message: Data) => boolean,
): Promise<MessageRef | null> {
  const method = place.root === null ? 'conversations.history' : 'conversations.replies';
  const base = { channel: place.channel, include_all_metadata: true, limit: 200 };
  let cursor = '';
  for (let page = 0; page < pages; page++) {
    const args = { ...base, ...(place.root === null ? {} : { ts: place.root }), ...(cursor ? { cursor } : {}) };
    const data = wanted(method, await repeatable(call, method, args, pause));
    const messages = Array.isArray(data.messages) ? (data.messages as Data[]) : [];
    const found = messages.find(matches);
    if (found) return reference(place, String(found.ts));
    cursor = nextCursor(data);
    if (cursor === '') return null;
  }
  return null;
}

export function reference(place: Place, ts: string): MessageRef {
  const { team, channel, root } = place;
  return { thread: formatThreadId({ surface: 'slack', team, channel, root: root ?? ts }), id: ts };
}

/** Sophia's own mark on a message, if it bears one. */
export function markOf(message: Data): { send_id?: unknown; kind?: unknown } | null {
  const metadata = message.metadata as { event_type?: unknown; event_payload?: object } | undefined;
  return metadata?.event_type === sendEvent ? { ...metadata.event_payload } : null;
}

export function nextCursor(data: Data): string {
  const metadata = data.response_metadata as { next_cursor?: unknown } | undefined;
  return typeof metadata?.next_cursor === 'string' ? metadata.next_cursor : '';
}
