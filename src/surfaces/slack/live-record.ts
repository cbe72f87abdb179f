/** Which streams an answer has had, across crashes: an open one is found again and becomes the answer. */
import type { Sends } from '../../core/sends.ts';
import { type MessageRef, parseThreadId } from '../../core/thread.ts';
import { markOf } from './send.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export type LiveRecord = {
  /** The id of the next stream; null when one from before a crash is open still. */
  next(): Promise<string | null>;
  began(id: string, message: MessageRef): Promise<void>;
  closed(id: string, message: MessageRef): Promise<void>;
  /** The stream that a crash left open. */
  leftOver(): Promise<MessageRef | null>;
};

export function createLiveRecords(options: { call: Call; botId: string; sends: Sends; pause: Pause }) {
  const { call, botId, sends, pause } = options;
  /** Those of this process, which are nobody's orphans. */
  const growing = new Set<string>();

  return (thread: string, sendId: string): LiveRecord => {
    const idOf = (number: number) => `${sendId}/live ${number}`;

    async function last(): Promise<{ id: string; open: MessageRef | null }> {
      for (let number = 1, open: MessageRef | null = null; ; number++) {
        const found = await sends.find(idOf(number));
        if (!found) return { id: idOf(number), open };
        open = (await sends.find(`${idOf(number)}/closed`)) ? null : found;
      }
    }

    /** A crash came between Slack's beginning the stream and our writing that down: the one message of ours without a mark. */
    async function orphan(id: string): Promise<MessageRef | null> {
      const { channel, root } = parseThreadId(thread);
      const args = { channel, ts: root, limit: 200, include_all_metadata: true };
      const answer = await repeatable(call, 'conversations.replies', args, pause);
      const said = answer.ok && Array.isArray(answer.data.messages) ? (answer.data.messages as Data[]) : [];
      const ours = said.filter(({ bot_id: bot, ts }) => bot === botId && !growing.has(String(ts)));
      const unmarked = ours.filter((message) => !markOf(message));
      const [found] = unmarked;
      if (!found || unmarked.length > 1) return null;
      const message = { thread, id: String(found.ts) };
      await sends.arrived(id, message);
      return message;
    }

    async function leftOver(): Promise<{ id: string; open: MessageRef | null }> {
      const { id, open } = await last();
      const tried = open === null && (await sends.begin(id)) === 'begun';
      return { id, open: tried ? await orphan(id) : open };
    }

    return {
      async next() {
        const { id, open } = await leftOver();
        return open === null ? id : null;
      },
      async began(id, message) {
        growing.add(message.id);
        await sends.arrived(id, message);
      },
      async closed(id, message) {
        growing.delete(message.id);
        await sends.arrived(`${id}/closed`, message);
      },
      leftOver: async () => (await leftOver()).open,
    };
  };
}
