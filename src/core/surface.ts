/** A place where people talk to Sophia. */
import type { Attachment } from './attachment.ts';
import type { Access } from './memory.ts';
import type { Message } from './message.ts';
import type { Person, PersonId } from './person.ts';
import type { PlaceKind } from './place.ts';
import type { Reply } from './reply.ts';
import type { MessageRef, ThreadId } from './thread.ts';

/** `active`: she listens; `suspended`: people are to decide; `closed`: nothing will follow here. */
export type SessionStatus = 'processing' | 'suspended' | 'active' | 'closed';

/** What Sophia does while she works an answer out. Plain text. */
export type LiveStep = { id: string; title: string; state: 'running' | 'done' | 'failed'; detail?: string };

/** An answer while it grows. Best effort: only `end` must arrive, and nothing but it is worth waiting for. */
export interface Live {
  /** The model's next words, Markdown. */
  heard(words: string): void;
  /** The words since the last step are void. */
  restarted(): void;
  step(step: LiveStep): void;
  /** Nothing will follow for a while: what stands is closed, and more begins a message of its own. Never throws. */
  pause(): Promise<void>;
  /** The whole answer, in the message that grew or in one of its own; arrives once, also across a crash. */
  end(reply: Reply): Promise<MessageRef>;
}

export interface Surface {
  readonly name: string;
  /** Opens a thread for a command that has none: its root names who asked what. Arrives once per `sendId`. */
  open(message: Message, sendId: string): Promise<ThreadId>;
  /** Arrives once per `sendId`, also across a crash: look before sending again. */
  post(thread: ThreadId, reply: Reply, sendId: string): Promise<MessageRef>;
  update(message: MessageRef, reply: Reply): Promise<void>;
  /** Where answers can be seen growing; `sendId` is that of the whole. */
  live?(thread: ThreadId, person: PersonId, sendId: string): Live;
  /** Only this person sees it, in the thread. */
  whisper(thread: ThreadId, person: PersonId, reply: Reply): Promise<void>;
  /** Only the asker sees it, where they typed it, with or without a thread. */
  aside(message: Message, reply: Reply): Promise<void>;
  /** Where this person and she are alone: `slack:T1:D1`, which is its own audience. */
  own(person: PersonId): Promise<string>;
  /** A channel named by this person (`#C1`) and who reads there; throws unless both of them are in it. */
  channel(words: string, person: PersonId): Promise<{ channel: string; audience: string; name: string }>;
  /** At the top of a channel (`slack:T1:C1`), not in a thread. Arrives once per `sendId`. */
  announce(channel: string, reply: Reply, sendId: string): Promise<MessageRef>;
  /** A direct message. Arrives once per `sendId`. */
  tell(person: PersonId, reply: Reply, sendId: string): Promise<MessageRef>;
  /** Shows or clears that Sophia is at work in this thread; never throws. */
  setStatus(thread: ThreadId, status: SessionStatus): Promise<void>;
  /** Earlier messages of the thread, oldest first, without Sophia's cards. */
  history(
    thread: ThreadId,
    limit: number,
  ): Promise<{ person: PersonId | null; name: string; text: string; bySophia: boolean; files?: Attachment[] }[]>;
  /** The bytes of an attached file; throws, in words for people, when they cannot be had. */
  fetchFile?(file: Attachment, most: number): Promise<Uint8Array>;
  /** The words with names beside the surface's own ids of people and channels. */
  named(words: string): Promise<string>;
  person(id: PersonId): Promise<Person>;
  /** Full members of a user group, by its id or handle; throws when it cannot be known. */
  group(name: string): Promise<PersonId[]>;
  /** What may be recalled for this person there, as it stands now; fails closed (throws) when it cannot be known. */
  access(person: PersonId, place: Pick<Message, 'channel' | 'audience'>): Promise<Access>;
  /** What kind of place a channel (`slack:T1:C1`) is now; throws when it cannot be known. */
  placeKind(channel: string): Promise<PlaceKind>;
  /** The ACL token of a channel (`slack:T1:C1`) as it is now; throws when it cannot be known. */
  audience(channel: string): Promise<string>;
  permalink(message: MessageRef): Promise<string>;
  /** How this surface writes a mention of a person in Markdown replies. */
  mention(person: PersonId): string;
}
