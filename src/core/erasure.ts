/** Forgetting beyond memory: the words of people in the other records of the house; ids, states and hashes stay. */
import type { MemoryRow } from './memory.ts';
import type { PersonId } from './person.ts';

/** Rows mean the runs they come from: what somebody said to her, or had her remember. */
export type Whose =
  | { person: PersonId }
  | { thread: string; person?: PersonId }
  | { channel: string }
  | { rows: Pick<MemoryRow, 'origin' | 'thread' | 'person'>[] };

export interface Erasure {
  /**
   * Of a person or of rows: titles of runs, free texts of the audit trail, reasons, notes, and plans that never came to be done. Of
   * a place: titles alone, since the trail of what was done there is its people's. Returns how many texts went.
   */
  texts(whose: Whose): Promise<number>;
}
