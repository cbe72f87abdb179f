/** The record of what is remembered, in the SQL store: rows, their order in talks, and what an index still has to learn. */
import type { MemoryKind, MemoryRow, Selection } from './memory.ts';
import type { PlaceKind } from './place.ts';

/** `words`: the text as searched, separated by spaces. `keepAs`: the kind of place whose time of keeping holds; null: none. */
export type StoredMemory = MemoryRow & { words: string; keepAs: PlaceKind | null };

/** A row's place in its talks, without its text. */
export type Standing = Pick<MemoryRow, 'id' | 'acl' | 'thread' | 'talk' | 'at'>;

export interface MemoryRows {
  /** Same ids are replaced. `version`: of the words, for `outdated`. */
  put(rows: StoredMemory[], version: string): Promise<void>;
  /** Only rows whose token is in `acls`, that have not expired and are not in quarantine; in no order. */
  get(ids: string[], acls: string[], now: string): Promise<StoredMemory[]>;
  /** Without any check of access: for the house itself. */
  find(selection: Selection, limit: number): Promise<MemoryRow[]>;
  /** What stands in these talks or threads under these tokens. */
  around(talks: string[], acls: string[], limit: number): Promise<Standing[]>;
  /** The latest row of the channel that began no thread of its own, for the burst it belongs to. */
  latest(channel: string, before: string): Promise<{ at: string; talk: string | null } | null>;
  /** Removes what fits and what was made from it; returns the ids. Each stays noted for the index until `removed`. */
  forget(selection: Selection): Promise<string[]>;
  expire(now: string, limit: number): Promise<string[]>;
  /** Removes rows of such places said before then, whatever end they were given. */
  outlive(place: PlaceKind, saidBefore: string, limit: number): Promise<string[]>;
  /**
   * Keeps rows made from others, unless one of these is gone, says something else or has another audience by now: then none
   * is kept, and false returned.
   */
  derive(rows: StoredMemory[], from: Pick<MemoryRow, 'id' | 'acl' | 'text'>[], version: string): Promise<boolean>;
  /** What was said in a talk or a thread, oldest first, without what was made from it. Not checked for access: for the house itself. */
  said(talk: string, limit: number): Promise<MemoryRow[]>;
  /** Rows under these tokens that wait for a person's word, newest first. */
  quarantined(acls: string[], now: string, limit: number): Promise<MemoryRow[]>;
  /** Lets a row out of quarantine; false when it was not in it. */
  release(id: string): Promise<boolean>;
  /** Gives a channel's rows another token; returns the ids. */
  move(channel: string, acl: string, place: PlaceKind): Promise<string[]>;
  /** Other words for one row; false when it is gone. */
  correct(id: string, words: Pick<StoredMemory, 'text' | 'words'>, by: string, at: string): Promise<boolean>;
  about(person: string): Promise<MemoryRow[]>;
  /** Rows after this number in storing order, for exports and rebuilding. */
  page(after: number, limit: number): Promise<{ rows: StoredMemory[]; last: number }>;
  /** Rows whose words another version made. */
  outdated(version: string, limit: number): Promise<StoredMemory[]>;
  count(kinds?: readonly MemoryKind[]): Promise<number>;
  /** Rows that an index outside the store does not hold as they are now. */
  unindexed(index: string, limit: number): Promise<StoredMemory[]>;
  indexed(ids: string[], index: string): Promise<void>;
  /** Forgets that anything is indexed, and every row's words: all will be made anew. */
  unindex(): Promise<void>;
  /** How many rows still wait for words of this version, or for this index outside the store. */
  waiting(version: string, index: string | null): Promise<number>;
  /** Rows whose meaning this model has not been asked for. */
  unembedded(model: string, limit: number): Promise<StoredMemory[]>;
  embed(model: string, vectors: { id: string; vector: number[] }[]): Promise<void>;
  vectors(model: string, ids: string[]): Promise<Map<string, number[]>>;
  /** Ids that left the record and may still be in the index. */
  removals(limit: number): Promise<string[]>;
  removed(ids: string[]): Promise<void>;
  /** Empties the log of the files, where words stand that were swept away or deleted since. */
  checkpoint(): Promise<void>;
  /** Leaves no byte of what was forgotten in the files. */
  scrub(): Promise<void>;
}
