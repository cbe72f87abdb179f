/** What a surface calls when somebody speaks or clicks; implemented in `flow/`. */
import type { Approval } from './approval.ts';
import type { Message } from './message.ts';
import type { PersonId } from './person.ts';

/** A click or a submitted modal, as received: who it was is the surface's word, whether they may is the house's. */
export type Choice = { approvalId: string; person: PersonId; verdict: 'approve' | 'deny'; reason?: string };

export interface Door {
  /** Resolves once the work is durably started; a delivery seen before starts nothing. `jobKey` is stable across retries. */
  receive(message: Message, jobKey: string): Promise<void>;
  /** Counts the choice or says why not. `words` are for the clicker alone: a click is never silently ignored. */
  decide(choice: Choice): Promise<{ counted: boolean; words: string }>;
  /** For "View full plan"; null when there is none, or this person may not see it. */
  approval(id: string, viewer: PersonId): Promise<Approval | null>;
}
