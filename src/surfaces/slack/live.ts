/** An answer that grows while it is made: one Slack stream after another, and an ordinary message wherever a stream fails. */
import type { Log } from '../../core/connector.ts';
import type { Reply } from '../../core/reply.ts';
import type { Sends } from '../../core/sends.ts';
import type { Live, LiveStep } from '../../core/surface.ts';
import { formatThreadId, type MessageRef, parseThreadId } from '../../core/thread.ts';
import type { Rendered } from './blocks.ts';
import type { createLiveRecords } from './live-record.ts';
import { everyString, type Redact } from './render/index.ts';
import { cut, visible } from './render/literal.ts';
import { closing } from './render/words.ts';
import type { Replies } from './replies.ts';
import { type Send, sendEvent } from './send.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export type LiveOptions = {
  /** The impatient one: a late word is of no use. */
  call: Call;
  sends: Sends;
  records: ReturnType<typeof createLiveRecords>;
  send: Send;
  replies: Replies;
  pause: Pause;
  redact: Redact;
  /** How many of the last characters may be the beginning of a secret. */
  hold: (text: string) => number;
  now: () => Date;
  log: Log;
  /** How often words are sent on, in milliseconds: Slack takes some hundred appends a minute from all threads together. */
  everyMs?: number;
};

type Chunk = { type: 'markdown_text'; text: string } | ({ type: 'task_update' } & Data);
type Stream = { id: string; message: MessageRef; began: number };

/** Slack ends a stream five minutes after its start. Milliseconds. */
const longestStreamMs = 270_000;
/** Characters of one stream; a longer answer is drawn anew at its end, over several messages. */
const longestStream = 10_000;
const taskStates = { running: 'in_progress', done: 'complete', failed: 'error' };

export function createLive(options: LiveOptions) {
  const { call, sends, records, send, replies, pause, redact, hold, now, log, everyMs = 700 } = options;

  return (thread: string, person: string, sendId: string): Live => {
    const { team, channel, root } = parseThreadId(thread);
    const record = records(thread, sendId);
    const [, recipientTeam, recipient] = person.split(':');
    /** Calls one after the other: two appends at once would begin two streams. */
    let tail: Promise<void> = Promise.resolve();
    let stream: Stream | null = null;
    let timer: NodeJS.Timeout | undefined;
    let pending: Chunk[] = [];
    /** Since the last step: what the model said, and what of it may be seen already. */
    let words = '';
    let shown = '';
    let length = 0;
    let stepped = false;
    /** What stands there is not what was said: it is drawn anew at the end. */
    let dirty = false;
    /** Nothing more can be added to what stands there. */
    let stuck = false;
    /** Streaming is of no use any more; the end comes all the same. */
    let off = false;

    const mark = (id: string) => ({ event_type: sendEvent, event_payload: { send_id: id, kind: 'words' } });
    const where = (message: MessageRef) => ({ channel, ts: message.id });

    function take(all: boolean): void {
      const safe = all ? words : words.slice(0, Math.max(0, edgeOf(words) - hold(words)));
      const seen = harmless(redact(safe));
      if (!seen.startsWith(shown) || length + seen.length - shown.length > longestStream) dirty = stuck = true;
      if (stuck || off) return;
      const more = seen.slice(shown.length);
      length += more.length;
      if (more !== '') pending.push({ type: 'markdown_text', text: more });
      shown = seen;
    }

    function soon(): void {
      if (timer || pending.length === 0 || off) return;
      timer = setTimeout(flush, stream ? everyMs : 0);
      timer.unref();
    }

    function flush(): Promise<void> {
      clearTimeout(timer);
      timer = undefined;
      tail = tail.then(deliver).catch((error: unknown) => {
        off = true;
        log.debug({ error: String(error) }, 'An answer could not be shown growing.');
      });
      return tail;
    }

    async function deliver(): Promise<void> {
      if (pending.length === 0 || off) return;
      if (stream && now().getTime() - stream.began > longestStreamMs) await close(stream);
      const chunks = joined(pending);
      pending = [];
      if (stream) return append(stream, chunks);
      await begin(chunks);
    }

    async function begin(chunks: Chunk[]): Promise<void> {
      const id = await record.next();
      // A crash cut one off: its message is drawn anew at the end.
      off = id === null;
      if (id === null) return;
      const answer = await call('chat.startStream', {
        channel,
        thread_ts: root,
        recipient_team_id: recipientTeam,
        recipient_user_id: recipient,
        task_display_mode: 'timeline',
        chunks,
      });
      if (!answer.ok) return stumble('chat.startStream', answer.failure);
      const message = {
        thread: formatThreadId({ surface: 'slack', team, channel, root }),
        id: String(answer.data.ts),
      };
      stream = { id, message, began: now().getTime() };
      await record.began(id, message);
    }

    async function append(to: Stream, chunks: Chunk[]): Promise<void> {
      const answer = await call('chat.appendStream', { ...where(to.message), chunks });
      if (answer.ok) return;
      if (answer.failure.kind !== 'rate limited') return stumble('chat.appendStream', answer.failure);
      // Nothing was done: the same once more, with what has come since.
      pending = [...chunks, ...pending];
      clearTimeout(timer);
      timer = setTimeout(flush, answer.failure.retryAfterMs);
      timer.unref();
    }

    function stumble(method: string, failure: { kind: string; error?: string }): void {
      off = true;
      dirty = true;
      log.debug({ method, reason: failure.error ?? failure.kind }, 'An answer could not be shown growing.');
    }

    /** Ends a stream as it stands. */
    async function close(open: Stream): Promise<void> {
      stream = null;
      length = 0;
      await call('chat.stopStream', { ...where(open.message), metadata: mark(open.id) });
      await record.closed(open.id, open.message);
    }

    /** Ends the stream as the answer itself; false when the message must be drawn anew. */
    async function complete(open: Stream, reply: Reply): Promise<boolean> {
      const whole = reply.kind === 'words' && (reply.tone ?? 'plain') === 'plain' && redact(reply.markdown) === shown;
      if (!whole || dirty || off) return false;
      const blocks = everyString(closing(reply), redact);
      const chunks = joined(pending);
      const args = { ...where(open.message), ...(chunks.length > 0 ? { chunks } : {}), blocks, metadata: mark(sendId) };
      return (await call('chat.stopStream', args)).ok;
    }

    /** False when Slack lets nobody change it. */
    async function redraw(message: MessageRef, drawn: Rendered): Promise<boolean> {
      await call('chat.stopStream', { ...where(message), metadata: mark(sendId) });
      const args = { ...where(message), ...drawn, metadata: mark(sendId) };
      return (await repeatable(call, 'chat.update', args, pause)).ok;
    }

    return {
      heard(more) {
        if (stepped) {
          words = '';
          shown = '';
          stepped = false;
        }
        words += more;
        take(false);
        soon();
      },

      restarted() {
        if (shown !== '') pending.push({ type: 'markdown_text', text: '\n\n_(another model begins anew)_\n\n' });
        if (shown !== '') dirty = true;
        words = '';
        shown = '';
      },

      step(step) {
        take(true);
        stepped = true;
        if (!stuck) pending.push(task(step, redact));
        soon();
      },

      async pause() {
        take(true);
        stepped = true;
        await flush();
        if (stream)
          await close(stream).catch((error: unknown) => log.debug({ error: String(error) }, 'It was not closed.'));
      },

      async end(reply) {
        clearTimeout(timer);
        take(true);
        await tail;
        const before = await sends.find(sendId);
        if (before) return before;
        const whole = await replies.drawn(reply);
        const [first = { text: 'Sophia', blocks: [] }, ...rest] = whole.messages;
        const open = stream?.message ?? (await record.leftOver());
        const finished =
          open !== null &&
          ((stream && rest.length === 0 && !whole.file && (await complete(stream, reply))) ||
            (await redraw(open, first)));
        off = true;
        const message = finished ? open : await send({ team, channel, root }, first, sendId, reply.kind);
        if (stream) await record.closed(stream.id, stream.message);
        if (finished) await sends.arrived(sendId, message);
        await replies.follow({ team, channel, root }, whole, reply, sendId);
        return message;
      },
    };
  };
}

/** Only whole words are shown: half of one may become something else. */
function edgeOf(text: string): number {
  return text.search(/\S*$/);
}

/** What in Slack would call people stays text. */
function harmless(text: string): string {
  return text.replace(/<(?=[!@#])/g, '‹');
}

/** Words that follow one another are one piece. */
function joined(chunks: Chunk[]): Chunk[] {
  const out: Chunk[] = [];
  for (const chunk of chunks) {
    const last = out.at(-1);
    if (last?.type === 'markdown_text' && chunk.type === 'markdown_text') {
      out[out.length - 1] = { type: 'markdown_text', text: String(last.text) + String(chunk.text) };
    } else out.push(chunk);
  }
  return out;
}

function task(step: LiveStep, redact: Redact): Chunk {
  const clean = (text: string, most: number) => cut(visible(harmless(redact(text))), most);
  return {
    type: 'task_update',
    id: step.id,
    title: clean(step.title, 140) || 'A step',
    status: taskStates[step.state],
    ...(step.detail ? { details: clean(step.detail, 250) } : {}),
  };
}
