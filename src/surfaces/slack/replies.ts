/** A whole reply at a place: its messages, each once, and then what they lack as a file. */
import { createHash } from 'node:crypto';
import type { Log } from '../../core/connector.ts';
import type { Reply } from '../../core/reply.ts';
import { type MessageRef, parseThreadId } from '../../core/thread.ts';
import { type Drawn, line, type Rendered, rich, text } from './blocks.ts';
import type { People } from './people.ts';
import type { Places } from './places.ts';
import type { Place as Alone, PrivateAnswer } from './private-answer.ts';
import { mentionedIn, type Redact, render } from './render/index.ts';
import type { Place, Send } from './send.ts';
import type { Update } from './updates.ts';
import type { Upload } from './upload.ts';

/** Of one reply; a longer one goes on in a file. */
const mostMessages = 6;
/** For one person alone. */
const mostWhispers = 3;

export type Replies = {
  /** With the names of those it speaks of. */
  drawn(reply: Reply): Promise<Drawn>;
  post(place: Place, reply: Reply, sendId: string): Promise<MessageRef>;
  /** What comes after the first message, in its thread. */
  follow(place: Place, drawn: Drawn, reply: Reply, sendId: string): Promise<void>;
  update(message: MessageRef, reply: Reply): Promise<void>;
  alone(place: Alone, reply: Reply): Promise<void>;
};

export function createReplies(options: {
  team: string;
  send: Send;
  update: Update;
  upload: Upload;
  answer: PrivateAnswer;
  people: People;
  places: Places;
  redact: Redact;
  log: Log;
}): Replies {
  const { team, send, update, upload, answer, people, places, redact, log } = options;

  async function drawn(reply: Reply, most = mostMessages): Promise<Drawn> {
    const ids = mentionedIn(reply);
    const names = new Map(await Promise.all(ids.map(async (id) => [id, await people.nameOf(id)] as const)));
    return render(reply, redact, { mostMessages: most, names });
  }

  /** As a file, or as further messages where no file goes through. Where somebody stands is told anew soon. */
  async function fileOf(place: Place, { file, rest }: Drawn, reply: Reply, sendId: string): Promise<void> {
    if (!file || reply.kind === 'progress') return;
    try {
      await upload(place, file, `${sendId}/file`);
    } catch (error) {
      log.warn({ sendId, error: String(error) }, 'A file could not be posted; its text is sent as messages.');
      for (const [index, message] of rest().entries())
        await send(place, message, `${sendId}/rest ${index + 1}`, reply.kind);
    }
  }

  /** Further messages have ids of their own, so that each arrives once. */
  async function follow(place: Place, whole: Drawn, reply: Reply, sendId: string): Promise<void> {
    for (const [index, message] of whole.messages.slice(1).entries())
      await send(place, message, `${sendId}#${index + 2}`, reply.kind);
    await fileOf(place, whole, reply, sendId);
  }

  return {
    drawn: (reply) => drawn(reply),
    follow,

    async post(place, reply, sendId) {
      const whole = await drawn(reply);
      const reference = await send(place, whole.messages[0] ?? silent, sendId, reply.kind);
      await follow({ ...place, root: place.root ?? parseThreadId(reference.thread).root }, whole, reply, sendId);
      return reference;
    },

    async update(message, reply) {
      const whole = await drawn(reply, 1);
      await update(message, whole.messages[0] ?? silent);
      const { channel, root } = parseThreadId(message.thread);
      await fileOf({ team, channel, root }, whole, reply, `update/${channel}/${message.id}/${markOf(whole)}`);
    },

    async alone(place, reply) {
      const whole = await drawn(reply, mostWhispers);
      for (const message of whole.messages) await answer(place, message);
      if (!whole.file) return;
      // A file cannot be shown to one person in a channel: it goes into their direct messages.
      const direct = { team, channel: await places.direct(place.user), root: null };
      await fileOf(direct, whole, reply, `alone/${place.user}/${markOf(whole)}`);
    },
  };
}

/** The same text is posted once, however often the message above it is drawn anew. */
function markOf({ file }: Drawn): string {
  return createHash('sha256')
    .update(JSON.stringify(file ?? null))
    .digest('hex')
    .slice(0, 16);
}

const silent: Rendered = { text: '(nothing)', blocks: [rich(line(text('(nothing to say)')))] };
