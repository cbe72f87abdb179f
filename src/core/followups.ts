/** What is said in a thread while a question is being worked out there. */
import type { Message } from './message.ts';
import type { ThreadId } from './thread.ts';

export type Followup = { jobKey: string; message: Message };

export interface Followups {
  /** From now on what is said in this thread goes to this run first. One run of a thread listens; false when another does. */
  listen(runId: string, thread: ThreadId): Promise<boolean>;
  /** The run that listens in this thread, which now has the words; null when none does. The same key again changes nothing. */
  offer(thread: ThreadId, followup: Followup): Promise<string | null>;
  /** Those of this person that came since, oldest first; the same `turn` again brings the same ones. */
  take(runId: string, person: string, turn: number): Promise<Followup[]>;
  /** Listens no longer. Those that were not taken, oldest first, as often as it is asked. */
  close(runId: string): Promise<Followup[]>;
  /** Drops the words of a run that has ended. */
  forget(runId: string): Promise<void>;
}
