/** Earlier words of a thread, oldest first, without Sophia's own cards. */
import type { Attachment } from '../../core/attachment.ts';
import { parseThreadId, type ThreadId } from '../../core/thread.ts';
import { wanted } from './failures.ts';
import { attachmentsOf } from './files.ts';
import type { Names } from './names.ts';
import type { People } from './people.ts';
import { markOf, nextCursor } from './send.ts';
import { readText } from './text.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export type Said = { person: string | null; name: string; text: string; bySophia: boolean; files?: Attachment[] };
const mostPages = 10;
/** Kinds of Sophia's messages that are state, not talk. */
const unsaid = new Set(['card', 'progress']);

export async function readHistory(
  context: { call: Call; pause: Pause; people: People; names: Names; bot: { userId: string; botId: string } },
  thread: ThreadId,
  limit: number,
): Promise<Said[]> {
  if (limit <= 0) return [];
  const { call, pause, people, names, bot } = context;
  const { team, channel, root } = parseThreadId(thread);
  let first: Data | undefined;
  let kept: Data[] = [];
  let cursor = '';
  for (let page = 0; page < mostPages; page++) {
    const args = { channel, ts: root, limit: 200, include_all_metadata: true, ...(cursor ? { cursor } : {}) };
    const data = wanted('conversations.replies', await repeatable(call, 'conversations.replies', args, pause));
    const said = (Array.isArray(data.messages) ? (data.messages as Data[]) : []).filter(isTalk);
    first ??= said[0];
    kept = [...kept, ...said].slice(-limit);
    cursor = nextCursor(data);
    if (cursor === '') break;
  }
  // The first message says what the thread is about, however long it has grown.
  if (limit > 1 && first && !kept.includes(first)) kept = [first, ...kept.slice(1)];
  return Promise.all(
    kept.map(async (message) => {
      const user = typeof message.user === 'string' ? message.user : null;
      const bySophia = user === bot.userId || message.bot_id === bot.botId;
      const machine = !bySophia && typeof message.bot_id === 'string';
      const name = bySophia ? 'Sophia' : machine ? botName(message) : user ? await people.nameOf(user) : 'somebody';
      return {
        person: user && !machine ? `slack:${team}:${user}` : null,
        name,
        text: await names.named(readText(String(message.text ?? ''), bot.userId)),
        bySophia,
        ...(!bySophia && message.files ? { files: attachmentsOf(message.files) } : {}),
      };
    }),
  );
}

/** Whether only this person and Sophia have spoken there; false when it cannot be known. */
export async function isTalkOfTwo(
  context: { call: Call; pause: Pause; bot: { userId: string; botId: string } },
  thread: ThreadId,
  person: string,
): Promise<boolean> {
  const { channel, root } = parseThreadId(thread);
  const args = { channel, ts: root, limit: 200 };
  const answer = await repeatable(context.call, 'conversations.replies', args, context.pause);
  if (!answer.ok || nextCursor(answer.data) !== '') return false;
  const said = (Array.isArray(answer.data.messages) ? (answer.data.messages as Data[]) : []).filter(isTalk);
  const user = person.split(':').at(-1);
  const hers = (message: Data) => message.user === context.bot.userId || message.bot_id === context.bot.botId;
  return said.some(hers) && said.every((message) => hers(message) || message.user === user);
}

function isTalk(message: Data): boolean {
  if (message.subtype === 'tombstone' || message.subtype === 'channel_join') return false;
  const mark = markOf(message);
  return !(mark && unsaid.has(String(mark.kind)));
}

function botName(message: Data): string {
  const profile = message.bot_profile as { name?: unknown } | undefined;
  return `${String(profile?.name ?? message.username ?? message.bot_id)} (bot)`;
}
