/** What a surface calls when somebody speaks or clicks; implemented in `flow/`. */
import type { Approval } from './approval.ts';
import type { HomePage } from './home.ts';
import type { Message } from './message.ts';
import type { PersonId } from './person.ts';
import type { MessageRef, ThreadId } from './thread.ts';

/** A click or a submitted modal, as received: who it was is the surface's word, whether they may is the house's. */
export type Choice = { approvalId: string; person: PersonId; verdict: 'approve' | 'deny'; reason?: string };

/** One argument of a request, as somebody may change it. `value` is text: JSON where `kind` is `json`. */
export type EditField = {
  name: string;
  kind: 'text' | 'number' | 'choice' | 'switch' | 'json';
  value: string;
  optional: boolean;
  hint?: string;
  options?: string[];
};
export type EditForm = { state: 'open'; title: string; fields: EditField[] } | { state: 'refused'; words: string };
export type Edited = { approvalId: string; person: PersonId; values: Record<string, string> };
/** `wrong`: what does not fit, by field. */
export type EditAnswer =
  | { state: 'asked'; words: string }
  | { state: 'refused'; words: string }
  | { state: 'wrong'; errors: Record<string, string> };

/** A command whose arguments are still to be filled in. */
export type CommandForm = { action: string; title: string; about: string; fields: EditField[] };

/** What somebody thinks of an answer; `run` is the one that gave it. */
export type Opinion = { run: string; person: PersonId; good: boolean; note?: string };

export interface Door {
  /** Resolves once the work is durably started; a delivery seen before starts nothing. `jobKey` is stable across retries. */
  receive(message: Message, jobKey: string): Promise<void>;
  /** What is missing of a command, to be filled in; null when nothing is. */
  commandForm(message: Message): CommandForm | null;
  /** Starts the command that was filled in. The same `jobKey` again starts nothing. */
  fillCommand(message: Message, action: string, values: Record<string, string>, jobKey: string): Promise<EditAnswer>;
  /** A message was changed after it was sent; `jobKey` is that of the message, `change` names this change. */
  corrected(message: Message, jobKey: string, change: string): Promise<void>;
  /** A message was deleted by its writer. */
  takenBack(message: Message, jobKey: string): Promise<void>;
  /** Whether this thread is one in which this person alone has asked her. */
  talksWith(thread: ThreadId, person: PersonId): Promise<boolean>;
  /**
   * A press of a lasting button, `button` naming message, button and presser: while what the press before began is under
   * way, and for a minute after its end, it is the same press. `message.at` is when it was pressed.
   */
  press(message: Message, button: string): Promise<'begun' | 'under way'>;
  /** Whether this message shows this approval, as far as is known: a button moved to another message is not taken. */
  shows(card: MessageRef, approvalId: string): Promise<boolean>;
  /** Counts the choice or says why not. `words` are for the clicker alone: a click is never silently ignored. */
  decide(choice: Choice): Promise<{ counted: boolean; words: string }>;
  /** The form behind “Edit”. */
  edit(approvalId: string, person: PersonId): Promise<EditForm>;
  /** Withdraws the request and asks the changed one anew, as the editor's; the same submission again does nothing more. */
  submitEdit(edited: Edited): Promise<EditAnswer>;
  /** Their later word takes the place of their earlier one; returns what to tell them. */
  judge(opinion: Opinion): Promise<string>;
  /** Their own page; null for those she does not work for. */
  home(person: PersonId): Promise<HomePage | null>;
  /** For "View full plan"; null when there is none, or this person may not see it. */
  approval(id: string, viewer: PersonId): Promise<Approval | null>;
}
