/** Walks people through the emulated world: they speak and click, and what must follow is waited for, never slept for. */
import type { SlackMessage, SlackSnapshot, SlackView } from '../emulators/slack/index.ts';
import { linesOf, wordsOf } from './wording.ts';
import type { World } from './world.ts';

export type ThreadPlace = { channel: string; ts: string };
/** A message with its place; `approvalId` when it carries the approval buttons. */
export type Found = { place: ThreadPlace; ts: string; words: string; lines: string[]; message: SlackMessage };
export type Card = Found & { approvalId: string };
export type Wanted = string | RegExp;

/** Something that must happen did not. */
export class Deviation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Deviation';
  }
}

export type Driver = ReturnType<typeof createDriver>;

export function createDriver(world: World, { timeoutMs = 20_000 }: { timeoutMs?: number } = {}) {
  const { slack } = world;
  const nameOf = (id: string) =>
    id === slack.workspace.bot.userId
      ? 'Sophia'
      : slack.workspace.people.find((person) => person.id === id)?.realName.split(' ')[0];
  const bot = slack.workspace.bot.userId;

  function threadOf(snapshot: SlackSnapshot, place: ThreadPlace): SlackMessage[] {
    const root = snapshot.channels
      .find((channel) => channel.id === place.channel)
      ?.messages.find((message) => message.ts === place.ts);
    return root ? [root, ...root.replies] : [];
  }

  /** Resolves with what `look` finds, as soon as it finds something. */
  async function until<T>(
    what: string,
    look: (snapshot: SlackSnapshot) => T | undefined,
    describe?: () => string,
  ): Promise<T> {
    let found: T | undefined;
    try {
      await slack.waitFor((snapshot) => {
        found = look(snapshot);
        return found !== undefined;
      }, timeoutMs);
    } catch {
      throw new Deviation(`${what} did not happen within ${timeoutMs / 1000} s.${describe ? `\n${describe()}` : ''}`);
    }
    return found as T;
  }

  function describeThread(place: ThreadPlace): () => string {
    return () =>
      ['The thread says:', ...threadOf(slack.snapshot(), place).map((message) => `  ${wordsOf(message, nameOf)}`)].join(
        '\n',
      );
  }

  function found(place: ThreadPlace, message: SlackMessage): Found {
    return { place, ts: message.ts, words: wordsOf(message, nameOf), lines: linesOf(message, nameOf), message };
  }

  return {
    nameOf,

    /** A person mentions Sophia (or just talks); the thread that hangs under it. */
    async say(person: string, channel: string, text: string, thread?: ThreadPlace): Promise<ThreadPlace> {
      const { ts } = await slack.say(person, channel, text, thread ? { thread: thread.ts } : {});
      return thread ?? { channel, ts };
    },

    /** A slash command; the thread Sophia opens for it. */
    async command(person: string, channel: string, text: string): Promise<ThreadPlace> {
      const before = new Set(slack.messages(channel).map((message) => message.ts));
      const [, command = '', words = ''] = text.match(/^(\/\w+)\s*([\s\S]*)$/) ?? [];
      const answer = await slack.slash(person, channel, command, words);
      if (!answer.ok) throw new Deviation(`Slack could not deliver “${text}”: ${answer.ephemeral ?? 'no word'}`);
      return until(`A thread for “${text}”`, (snapshot) => {
        const root = snapshot.channels
          .find((place) => place.id === channel)
          ?.messages.find((message) => !before.has(message.ts) && message.user === bot);
        return root && { channel, ts: root.ts };
      });
    },

    /** The first message of Sophia in the thread that says all of it, and none of `without`. */
    async reply(
      place: ThreadPlace,
      wanted: Wanted[],
      options: { without?: Wanted[]; after?: string } = {},
    ): Promise<Found> {
      const { without = [], after = '' } = options;
      return until(
        `A message of Sophia with ${wanted.map(String).join(', ')}`,
        (snapshot) => {
          const message = threadOf(snapshot, place).find((candidate) => {
            if (candidate.user !== bot || candidate.ts <= after) return false;
            const words = wordsOf(candidate, nameOf);
            return wanted.every((want) => says(words, want)) && !without.some((want) => says(words, want));
          });
          return message && found(place, message);
        },
        describeThread(place),
      );
    },

    /** The approval card that can be decided on; `not` leaves out an older one. */
    async card(place: ThreadPlace, not?: Card): Promise<Card> {
      return until(
        'An approval card',
        (snapshot) => {
          for (const message of threadOf(snapshot, place)) {
            const approvalId = buttonValue(message, 'approval_approve');
            if (approvalId !== undefined && approvalId !== not?.approvalId)
              return { ...found(place, message), approvalId };
          }
          return undefined;
        },
        describeThread(place),
      );
    },

    /** The same message, once it says all of it. */
    async becomes(earlier: Found, wanted: Wanted[]): Promise<Found> {
      return until(
        `The message to say ${wanted.map(String).join(', ')}`,
        (snapshot) => {
          const message = threadOf(snapshot, earlier.place).find((candidate) => candidate.ts === earlier.ts);
          const words = message ? wordsOf(message, nameOf) : '';
          return message && wanted.every((want) => says(words, want)) ? found(earlier.place, message) : undefined;
        },
        describeThread(earlier.place),
      );
    },

    /** Presses a button of a message; a dead button is tried all the same when `value` is given. */
    async click(person: string, on: Found, actionId: string): Promise<void> {
      const result = await slack.click(person, on.place.channel, on.ts, { actionId });
      if (!result.ok) throw new Deviation(`The click on ${actionId} was not answered: ${result.error}`);
    },

    /** How many private messages this person has had; given to `whisper` to look at later ones only. */
    whispers: (person: string): number => slack.ephemerals(person).length,

    /** The first private message to this person since `seen` that says all of it. */
    async whisper(person: string, wanted: Wanted[], seen: number): Promise<string> {
      return until(
        `A private word to ${nameOf(person)} with ${wanted.map(String).join(', ')}`,
        () => {
          const all = slack
            .ephemerals(person)
            .slice(seen)
            .map((message) => wordsOf(message, nameOf));
          return all.find((words) => wanted.every((want) => says(words, want)));
        },
        () =>
          `They were told: ${
            slack
              .ephemerals(person)
              .slice(seen)
              .map((message) => wordsOf(message, nameOf))
              .join(' / ') || 'nothing'
          }`,
      );
    },

    /** The modal on this person's screen. */
    async modal(person: string, callbackId: string): Promise<SlackView> {
      return until(`A modal ${callbackId}`, (snapshot) =>
        snapshot.views[person]?.findLast((view) => view.callback_id === callbackId),
      );
    },

    until,
  };
}

function says(words: string, want: Wanted): boolean {
  return typeof want === 'string' ? words.toLowerCase().includes(want.toLowerCase()) : want.test(words);
}

/** The value of the button with this action id, wherever it stands in the message. */
export function buttonValue(message: SlackMessage, actionId: string): string | undefined {
  const search = (value: unknown): string | undefined => {
    if (value === null || typeof value !== 'object') return undefined;
    const element = value as { action_id?: unknown; value?: unknown };
    if (element.action_id === actionId) return String(element.value ?? '');
    for (const inner of Object.values(value)) {
      const hit = search(inner);
      if (hit !== undefined) return hit;
    }
    return undefined;
  };
  return search([message.blocks, message.attachments]);
}
