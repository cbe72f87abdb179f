/** The world of one workspace: channels, messages, modals, sessions; every change is numbered and told to the listeners. */
import { randomBytes } from 'node:crypto';
import type { StoredFile } from './files.ts';
import type { Settings } from './settings.ts';
import type {
  JsonObject,
  SlackChannelSeed,
  SlackMessage,
  SlackPerson,
  SlackPrompts,
  SlackSession,
  SlackTyping,
  SlackView,
  ViewValues,
} from './types.ts';

export type Channel = {
  id: string;
  name: string;
  kind: 'channel' | 'private' | 'im';
  members: string[];
  isShared?: boolean;
  topic: string;
  user: string | null;
  /** Everything said here, replies included, oldest first. */
  messages: SlackMessage[];
};
export type Emit = (subscription: string, event: JsonObject) => void;

export class World {
  readonly settings: Settings;
  readonly channels = new Map<string, Channel>();
  readonly people = new Map<string, SlackPerson>();
  readonly ephemerals = new Map<string, SlackMessage[]>();
  readonly views = new Map<string, SlackView[]>();
  readonly homes = new Map<string, SlackView>();
  /** What people typed into a view or a message's inputs so far, by view id or `person ts`. */
  readonly entered = new Map<string, ViewValues>();
  readonly sessions = new Map<string, SlackSession>();
  readonly typing = new Map<string, SlackTyping & { until: number }>();
  readonly prompts = new Map<string, SlackPrompts>();
  readonly files = new Map<string, StoredFile>();
  installed = true;
  revision = 0;
  /** Set by the deliverer; until then nothing listens. */
  emit: Emit = () => {};
  #lastMicros = 0;
  readonly #listeners = new Set<(revision: number) => void>();

  constructor(settings: Settings) {
    this.settings = settings;
    for (const person of settings.workspace.people) {
      this.people.set(person.id, person);
      this.channels.set(person.im, {
        id: person.im,
        name: person.im,
        kind: 'im',
        members: [person.id, settings.workspace.bot.userId],
        topic: '',
        user: person.id,
        messages: [],
      });
    }
    for (const seed of settings.workspace.channels) this.addChannel(seed);
  }

  get bot() {
    return this.settings.workspace.bot;
  }
  get team() {
    return this.settings.workspace.team;
  }
  now(): number {
    return this.settings.clock();
  }

  addChannel(seed: SlackChannelSeed): Channel {
    const channel: Channel = {
      id: seed.id,
      name: seed.name,
      kind: seed.isPrivate ? 'private' : 'channel',
      members: [...seed.members],
      ...(seed.isShared ? { isShared: true } : {}),
      topic: seed.topic ?? '',
      user: null,
      messages: [],
    };
    this.channels.set(channel.id, channel);
    return channel;
  }

  /** Unique in the workspace and always later than the one before, whatever the clock says. */
  nextTs(): string {
    this.#lastMicros = Math.max(Math.floor(this.now() * 1000), this.#lastMicros + 1);
    const seconds = Math.floor(this.#lastMicros / 1_000_000);
    return `${seconds}.${String(this.#lastMicros % 1_000_000).padStart(6, '0')}`;
  }

  changed(): void {
    this.revision++;
    for (const listener of [...this.#listeners]) listener(this.revision);
  }
  subscribe(listener: (revision: number) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  person(id: string): SlackPerson {
    const person = this.people.get(id);
    if (!person) throw new Error(`nobody here is ${id}`);
    return person;
  }
  channel(id: string): Channel {
    const channel = this.channels.get(id);
    if (!channel) throw new Error(`there is no channel ${id}`);
    return channel;
  }
  /** The channel, when this person is in it. */
  channelOf(person: string, id: string): Channel {
    this.person(person);
    const channel = this.channel(id);
    if (!channel.members.includes(person)) throw new Error(`${person} is not in ${id}`);
    return channel;
  }
  viewOf(person: string, viewId: string): SlackView {
    const stack = this.views.get(person) ?? [];
    const view = stack.at(-1);
    const found = view?.id === viewId ? view : this.homes.get(person);
    if (!found || found.id !== viewId) throw new Error(`${viewId} is not on top of the screen of ${person}`);
    return found;
  }
}

export const sessionKey = (channel: string, thread: string): string => `${channel} ${thread}`;
export const newId = (prefix: string): string => prefix + randomBytes(6).toString('hex').toUpperCase().slice(0, 10);
