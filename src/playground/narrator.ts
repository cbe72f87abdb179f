/** Tells what happens in the emulated Slack as it happens: a transcript for people, or one JSON object a line for machines. */
import type { SlackEmulator, SlackMessage } from '../emulators/slack/index.ts';
import { linesOf } from './wording.ts';

export type Telling = 'text' | 'json' | 'silent';
export type Narrator = {
  /** A chapter of the story. */
  step(number: string, title: string): void;
  /** Something done that is no message: a click, a crash. */
  note(words: string): void;
  /** Something that was expected and is so. */
  holds(words: string): void;
  /** Anything else worth a line of its own. */
  say(event: string, words: string): void;
  close(): void;
};

export function createNarrator(
  slack: SlackEmulator,
  nameOf: (id: string) => string | undefined,
  telling: Telling,
  write: (line: string) => void,
): Narrator {
  /** What was told of each message, so that an update tells only what is new. */
  const told = new Map<string, string[]>();
  const channelName = (id: string) => slack.snapshot().channels.find((place) => place.id === id)?.name ?? id;

  function tell(event: string, fields: Record<string, unknown>, lines: string[]): void {
    if (telling === 'json') write(JSON.stringify({ event, ...fields }));
    if (telling === 'text') for (const line of lines) write(line);
  }

  function hear(message: SlackMessage, root: boolean, only?: string): void {
    const key = `${only ?? ''}/${message.channel}/${message.ts}`;
    const lines = linesOf(message, nameOf);
    const before = told.get(key);
    const fresh = before ? lines.filter((line) => !before.includes(line)) : lines;
    told.set(key, lines);
    if (fresh.length === 0) return;
    const who = nameOf(message.user) ?? message.user;
    const how = only ? `, only to ${nameOf(only)}` : before ? ', changed' : '';
    const indent = root ? '  ' : '      ';
    const [first = '', ...rest] = fresh;
    const head = `${indent}${root ? `#${channelName(message.channel)}  ` : ''}${who}${how}: ${first}`;
    tell(
      before ? 'changed' : 'said',
      {
        who,
        channel: channelName(message.channel),
        ...(only ? { only: nameOf(only) } : {}),
        thread: message.thread_ts ?? null,
        lines: fresh,
      },
      [head, ...rest.map((line) => `${indent}  ${line}`)],
    );
  }

  const unsubscribe = slack.subscribe(() => {
    if (telling === 'silent') return;
    const snapshot = slack.snapshot();
    for (const { messages } of snapshot.channels)
      for (const message of messages) {
        hear(message, true);
        for (const reply of message.replies) hear(reply, false);
      }
    for (const [person, whispers] of Object.entries(snapshot.ephemerals))
      for (const whisper of whispers) hear(whisper, false, person);
  });

  return {
    step: (number, title) => tell('step', { number, title }, ['', `${number}. ${title}`]),
    note: (words) => tell('note', { words }, [`      * ${words}`]),
    holds: (words) => tell('holds', { words }, [`      ✓ ${words}`]),
    say: (event, words) => tell(event, { words }, ['', words]),
    close: unsubscribe,
  };
}
