/** What a person said to Sophia, whatever the surface. */
import type { Attachment } from './attachment.ts';
import type { JsonObject } from './json.ts';
import type { TaintSource } from './outcome.ts';
import type { PersonId } from './person.ts';
import type { ThreadId } from './thread.ts';

export type Message = {
  surface: string;
  /** `slack:T1:C1`, where it was said. */
  channel: string;
  /** Null when the surface has no thread for it yet (a slash command): the run opens one. */
  thread: ThreadId | null;
  person: PersonId;
  /** The words without the mention of Sophia. Untrusted when somebody other than the asker wrote them. */
  text: string;
  /** How it came: a slash command is always meant as one; words may be a question; a schedule speaks first, at the top of its channel. */
  kind: 'words' | 'command' | 'schedule';
  /** The deed outright, when a button or a form names it instead of words; `text` says it for people. */
  act?: { action: string; input: JsonObject };
  /** ACL token of the place: who can read here (`slack:T1:C1`, `slack:T1:D1`, or `slack:T1:public` for public channels). */
  audience: string;
  /** The words hold somebody else's (a quoted message): who wrote them, named on the card of any write. */
  taint?: TaintSource[];
  /** What came with the words. */
  files?: Attachment[];
  /** An address that answers only the asker (Slack's `response_url`), while it lives. */
  callback?: string;
  /** ISO 8601 time at which it was said. */
  at: string;
};
