/** `response_url`: five answers within thirty minutes, to the person or the channel, or in the place of the message clicked. */
import { randomBytes } from 'node:crypto';
import { edit, find, fromBot, post, remove } from './messages.ts';
import type { Channel, World } from './state.ts';
import type { JsonObject, SlackMessage } from './types.ts';
import { whisper } from './web-api/chat.ts';
import { mostText, readContent, requireContent } from './web-api/content.ts';
import { Arguments, SlackRefusal } from './web-api/method.ts';

const mostUses = 5;
const lifeMs = 30 * 60_000;

type Source = { person: string; channel: string; message: SlackMessage | null };
type Answered = { status: number; body: JsonObject };

export class ResponseUrls {
  readonly #world: World;
  readonly #issued = new Map<string, Source & { expires: number; uses: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  issue(origin: string, source: Source): string {
    const path = `/respond/${this.#world.team.id}/${randomBytes(6).toString('hex')}/${randomBytes(12).toString('base64url')}`;
    this.#issued.set(path, { ...source, expires: this.#world.now() + lifeMs, uses: 0 });
    return origin + path;
  }

  use(path: string, text: string): Answered {
    const issued = this.#issued.get(path);
    if (!issued) return refused(404, 'no_such_url');
    if (this.#world.now() >= issued.expires) return refused(404, 'expired_url');
    if (issued.uses >= mostUses) return refused(404, 'used_url');
    issued.uses++;
    try {
      const body: unknown = JSON.parse(text);
      if (typeof body !== 'object' || body === null || Array.isArray(body)) return refused(400, 'invalid_payload');
      answer(this.#world, issued, body as JsonObject);
      return { status: 200, body: { ok: true } };
    } catch (error) {
      if (error instanceof SlackRefusal)
        return { status: 400, body: { ok: false, error: error.error, ...error.extra } };
      if (error instanceof SyntaxError) return refused(400, 'invalid_payload');
      throw error;
    }
  }
}

function refused(status: number, error: string): Answered {
  return { status, body: { ok: false, error } };
}

/** Also how a slash command's immediate answer is shown. */
export function answer(world: World, source: Source, body: JsonObject): SlackMessage | null {
  const channel = world.channel(source.channel);
  const args = new Arguments(body);
  const original = source.message;
  if (original && args.flag('delete_original')) {
    discard(world, channel, original);
    return null;
  }
  const content = readContent(args);
  requireContent(content);
  const text = (content.text ?? '').slice(0, mostText);
  const holds = {
    ...(content.blocks?.length ? { blocks: content.blocks } : {}),
    ...(content.attachments?.length ? { attachments: content.attachments } : {}),
  };
  if (original && args.flag('replace_original')) {
    const change = (message: SlackMessage) => {
      for (const key of ['blocks', 'attachments', 'problem'] as const) delete message[key];
      Object.assign(message, { text, ...holds });
      if (!content.blocks && !message.is_ephemeral) message.edited = { user: world.bot.userId, ts: world.nextTs() };
    };
    if (original.is_ephemeral) {
      change(original);
      world.changed();
    } else if (find(channel, original.ts)) edit(world, channel, original, change);
    else throw new SlackRefusal('message_not_found');
    return original;
  }
  const thread = args.text('thread_ts');
  const draft = { text, ...holds, ...(thread ? { thread_ts: thread } : {}) };
  return args.text('response_type') === 'in_channel'
    ? post(world, channel, world.bot.userId, { ...fromBot(world), ...draft })
    : whisper(world, channel, source.person, draft);
}

function discard(world: World, channel: Channel, message: SlackMessage): void {
  const { ephemeral_to: person } = message;
  if (person === undefined) {
    if (find(channel, message.ts)) remove(world, channel, message);
    return;
  }
  const kept = (world.ephemerals.get(person) ?? []).filter((each) => each !== message);
  world.ephemerals.set(person, kept);
  world.changed();
}
