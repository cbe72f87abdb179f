/** What a Web API method is, how it reads its arguments, and how it refuses. */
import type { Courier } from '../deliver.ts';
import type { Sockets } from '../socket.ts';
import type { Channel, World } from '../state.ts';
import type { Triggers } from '../triggers.ts';
import type { JsonObject } from '../types.ts';

export type Context = {
  world: World;
  triggers: Triggers;
  sockets: Sockets;
  courier: Courier;
  /** The emulator's own address. */
  origin: string;
};
export type Method = {
  /** Any one of these scopes will do. */
  scopes?: string[];
  token?: 'bot' | 'app' | 'none';
  /** Calls a minute (Slack's tiers 1 to 4), or about one a second for each channel. */
  rate: 1 | 20 | 50 | 100 | 'channel';
  run(args: Arguments, context: Context): JsonObject;
};

/** A refusal in Slack's words. */
export class SlackRefusal extends Error {
  readonly error: string;
  readonly extra: JsonObject;
  constructor(error: string, extra: JsonObject = {}) {
    super(error);
    this.error = error;
    this.extra = extra;
  }
}

export function invalidArguments(...messages: string[]): SlackRefusal {
  return new SlackRefusal('invalid_arguments', {
    response_metadata: { messages: messages.map((text) => `[ERROR] ${text}`) },
  });
}

/** Arguments of one call: a form gives text, a JSON body gives values, and structures may come either way. */
export class Arguments {
  readonly all: JsonObject;
  constructor(all: JsonObject) {
    this.all = all;
  }

  text(key: string): string | undefined {
    const value = this.all[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') throw invalidArguments(`must provide a string [json-pointer:/${key}]`);
    return String(value);
  }
  required(key: string): string {
    const value = this.text(key);
    if (value === undefined || value === '') throw invalidArguments(`missing required field: ${key}`);
    return value;
  }
  flag(key: string): boolean | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    if (['true', '1'].includes(value)) return true;
    if (['false', '0'].includes(value)) return false;
    throw invalidArguments(`must provide a boolean [json-pointer:/${key}]`);
  }
  integer(key: string, least: number, most: number): number | undefined {
    const value = this.text(key);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most)
      throw invalidArguments(`must be an integer from ${least} to ${most} [json-pointer:/${key}]`);
    return number;
  }
  /** A structure; `bad` is the error for text that is no JSON. */
  json(key: string, bad = 'invalid_arguments'): unknown {
    const value = this.all[key];
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw new SlackRefusal(bad);
    }
  }
  choice<Value extends string>(key: string, ...allowed: Value[]): Value {
    const value = this.required(key);
    if (!allowed.includes(value as Value))
      throw invalidArguments(`must be one of: ${allowed.join(', ')} [json-pointer:/${key}]`);
    return value as Value;
  }
}

/** The channel an app may see: a private one it is not in does not exist for it. */
export function visibleChannel(world: World, id: string): Channel {
  const channel = world.channels.get(id);
  if (!channel || (channel.kind !== 'channel' && !channel.members.includes(world.bot.userId)))
    throw new SlackRefusal('channel_not_found');
  return channel;
}
export function joinedChannel(world: World, id: string): Channel {
  const channel = visibleChannel(world, id);
  if (!channel.members.includes(world.bot.userId)) throw new SlackRefusal('not_in_channel');
  return channel;
}

/** One page of a list, with Slack's opaque cursor. */
export function page<Item>(items: Item[], args: Arguments, size = 100, most = 1000) {
  const limit = args.integer('limit', 1, most) ?? size;
  const cursor = args.text('cursor');
  const start = cursor
    ? Number(
        Buffer.from(cursor, 'base64')
          .toString()
          .replace(/^next:/, ''),
      )
    : 0;
  if (!Number.isInteger(start) || start < 0) throw new SlackRefusal('invalid_cursor');
  const next = start + limit < items.length ? Buffer.from(`next:${start + limit}`).toString('base64') : '';
  return { items: items.slice(start, start + limit), next, more: next !== '' };
}
