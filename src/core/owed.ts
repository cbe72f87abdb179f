/** Words that somebody must get: kept until they have arrived, since a surface may be away when they are said. */
import type { Reply } from './reply.ts';

export type OwedWords = {
  /** The same as the send's: they arrive once. */
  sendId: string;
  runId: string;
  /** A person (`slack:T1:U1`), told directly, or a thread (`slack:T1:C1:1718.22`). */
  to: { person: string } | { thread: string };
  reply: Extract<Reply, { kind: 'words' }>;
};

export interface Owed {
  /** False when they are known: somebody else is about to say them. */
  add(words: OwedWords, at: string): Promise<boolean>;
  /** Takes all that nobody has tried to say since `before`, so that only the taker says them now. */
  take(before: string, at: string): Promise<(OwedWords & { since: string })[]>;
  /** They have arrived, or never will. */
  forget(sendId: string): Promise<void>;
}
