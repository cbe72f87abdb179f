/** Collections: what stands in an outside system (a repository) and was connected to a channel, so that its things are remembered for those who read there. */
import type { MemoryKind } from './memory.ts';
import type { PersonId } from './person.ts';

/** One thing of an outside system as memory keeps it: a pull request, a comment, a deal. */
export type Thing = {
  /** Its name there, for ever the same: `github:acme/web/pull/12#`, `github:acme/web/pull/12#comment-7`. */
  origin: string;
  kind: MemoryKind;
  text: string;
  /** Who wrote it, as they are called there. */
  speaker: string | null;
  /** They are nobody of the house: what they wrote is named as a source that cannot be trusted. */
  outsider: boolean;
  /** What it belongs to: a pull request and its comments share one. */
  thread: string;
  link: string;
  at: string;
};

/** A file of a collection; its content is another when `version` is. */
export type SourceFile = { path: string; version: string; bytes: number };

/** Reads collections of one outside system: a connector that has one brings things into memory. */
export interface Source {
  /** The first word of its collections' names: `github`. */
  readonly system: string;
  /** Finds it by what a person calls it (`acme/web`); throws in words when it is not there for us. */
  find(words: string, signal: AbortSignal): Promise<{ name: string; about: string }>;
  /** As it stands now: a state's name, since when, and its files; links and special files are none. */
  look(name: string, signal: AbortSignal): Promise<{ state: string; at: string; files: SourceFile[] }>;
  /** Null when it is no text. */
  read(name: string, file: SourceFile, signal: AbortSignal): Promise<string | null>;
  link(name: string, state: string, path: string, lines: { from: number; to: number }): string;
  /** What people say there, the newest. */
  things(name: string, signal: AbortSignal): Promise<Thing[]>;
}

/** What an outside system told of a collection. `changed`: its files; `gone`: origins, of which one that ends with `#` goes with all that belongs to it. */
export type Notice = { collection: string; changed?: true; put?: Thing[]; gone?: string[]; ended?: true };

/** The way an outside system tells: signed requests to a path of ours. */
export interface Notices {
  readonly path: string;
  /** Null when it is not genuine. No notice: it is genuine and does not matter. */
  read(headers: Record<string, string | undefined>, body: Buffer): { notice: Notice | null } | null;
}

export type Collection = {
  id: string;
  /** `github:acme/web`. */
  name: string;
  /** Where it was connected (`slack:T1:C1`): who reads there may be told. */
  channel: string;
  by: PersonId;
  at: string;
  /** What was read of it last, whole; null before. */
  state: string | null;
};

export interface Collections {
  /** The same again changes nothing but has it read anew. */
  connect(collection: Pick<Collection, 'name' | 'channel' | 'by' | 'at'>): Promise<void>;
  /** What was connected there, or that one of it; what is remembered of it has to be forgotten by the caller. */
  disconnect(selection: { name?: string; channel: string }): Promise<Collection[]>;
  list(selection: { name?: string; channel?: string }): Promise<Collection[]>;
  /** Something changed there: it is to be read; null: all of them are. */
  want(name: string | null): Promise<void>;
  /** One that is to be read, for nobody else until then. */
  claim(now: string, until: string): Promise<(Collection & { wanted: number }) | null>;
  /** Nobody reads any of them: for a start of the only process there is. */
  free(): Promise<void>;
  /** It is still being read. */
  hold(id: string, until: string): Promise<void>;
  /** It was read as far as was wanted when it was claimed. */
  settle(id: string, read: { state: string; wanted: number }): Promise<void>;
  /** Path → version, as remembered. */
  files(id: string): Promise<Map<string, string>>;
  /** Null: it is gone. */
  file(id: string, path: string, version: string | null): Promise<void>;
}
