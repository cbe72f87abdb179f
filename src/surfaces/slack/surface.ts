/** The Surface port on Slack: posts once, updates in place, whispers, and looks people and places up. */
import { SophiaError } from '../../core/error.ts';
import type { Surface } from '../../core/surface.ts';
import { parseThreadId } from '../../core/thread.ts';
import { mrkdwn, plain, type Rendered } from './blocks.ts';
import { wanted } from './failures.ts';
import type { FetchFile } from './files.ts';
import { readHistory } from './history.ts';
import type { createLive } from './live.ts';
import type { Names } from './names.ts';
import type { People } from './people.ts';
import type { Places } from './places.ts';
import type { Self } from './receive.ts';
import type { Redact } from './render/index.ts';
import { code } from './render/literal.ts';
import { mention } from './render/people.ts';
import type { Replies } from './replies.ts';
import type { Respond } from './respond.ts';
import type { Send } from './send.ts';
import type { SetStatus } from './status.ts';
import { type Call, type Pause, repeatable } from './web.ts';

export type SurfaceParts = {
  self: Self;
  call: Call;
  pause: Pause;
  send: Send;
  replies: Replies;
  fetchFile: FetchFile;
  people: People;
  names: Names;
  places: Places;
  respond: Respond;
  status: SetStatus;
  live: ReturnType<typeof createLive>;
  redact: Redact;
};

export function createSurface(parts: SurfaceParts): Surface {
  const { self, call, pause, send, replies, fetchFile, people, names, places, respond, status, live, redact } = parts;

  return {
    name: 'slack',

    async open(message, sendId) {
      if (message.thread !== null) return message.thread;
      const channel = message.channel.split(':').at(-1) ?? '';
      const typed = await names.channels(message.text);
      const asked =
        message.kind === 'schedule'
          ? `${code(redact(message.text), 300)}: looking…`
          : `${mention(message.person)} asked: ${code(redact(`/sophia ${typed}`), 1500)}`;
      const root: Rendered = { text: asked, blocks: [mrkdwn(asked)] };
      try {
        return (await send({ team: self.team, channel, root: null }, root, sendId, 'root')).thread;
      } catch (error) {
        if (error instanceof SophiaError && error.code === 'forbidden' && message.callback) {
          const said = `${error.message} ${error.hint ?? ''}`.trim();
          await respond(message.callback, { text: said, blocks: [plain(said)] });
        }
        throw error;
      }
    },

    async post(thread, reply, sendId) {
      const { team, channel, root } = parseThreadId(thread);
      return replies.post({ team, channel, root }, reply, sendId);
    },

    update: (message, reply) => replies.update(message, reply),

    live,

    async whisper(thread, person, reply) {
      const { channel, root } = parseThreadId(thread);
      await replies.alone({ user: person.split(':').at(-1) ?? '', channel, root }, reply);
    },

    async aside(message, reply) {
      await replies.alone(
        {
          user: message.person.split(':').at(-1) ?? '',
          responseUrl: message.callback,
          channel: message.channel.split(':').at(-1),
          root: message.thread === null ? undefined : parseThreadId(message.thread).root,
        },
        reply,
      );
    },

    own: async (person) => `slack:${self.team}:${await places.direct(person.split(':').at(-1) ?? '')}`,
    channel: (named, person) => places.named(named, person),

    async announce(channel, reply, sendId) {
      return replies.post({ team: self.team, channel: channel.split(':').at(-1) ?? '', root: null }, reply, sendId);
    },

    async tell(person, reply, sendId) {
      const channel = await places.direct(person.split(':').at(-1) ?? '');
      return replies.post({ team: self.team, channel, root: null }, reply, sendId);
    },

    setStatus: status,
    history: (thread, limit) => readHistory({ call, pause, people, names, bot: self }, thread, limit),
    named: (words) => names.named(words),
    fetchFile,
    person: (id) => people.person(id),
    group: (name) => people.group(name),
    access: (person, place) => places.access(person, place),
    placeKind: (channel) => places.kindOf(channel.split(':').at(-1) ?? ''),
    audience: (channel) => places.audienceNow(channel.split(':').at(-1) ?? ''),

    async permalink(message) {
      const { channel } = parseThreadId(message.thread);
      const args = { channel, message_ts: message.id };
      const data = wanted('chat.getPermalink', await repeatable(call, 'chat.getPermalink', args, pause));
      return String(data.permalink);
    },

    mention,
  };
}
