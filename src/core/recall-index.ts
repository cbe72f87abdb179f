/** An index over what is remembered: proposes ids by words and meaning, under access tokens; the record has the last word. */
import type { MemoryKind } from './memory.ts';
import type { StoredMemory } from './memory-rows.ts';

export type IndexQuery = {
  /** Distinct, as `queryWords` gave them. */
  words: string[];
  /** Only rows under these tokens; an empty list finds nothing. */
  acls: string[];
  limit: number;
  kinds?: readonly MemoryKind[];
  /** The meaning of the query, when an embeddings model is set up. */
  vector?: number[];
};

/** `around`: the words of the row and of those before it in its talk. */
export type Indexable = StoredMemory & { around?: string; vector?: number[] };

export interface RecallIndex {
  readonly name: string;
  /** Idempotent: a row put again is replaced. */
  put(rows: Indexable[]): Promise<void>;
  remove(ids: string[]): Promise<void>;
  /** Best first. */
  find(query: IndexQuery): Promise<string[]>;
  /** Empties it, before it is built anew. */
  clear(): Promise<void>;
  size(): Promise<number>;
}
