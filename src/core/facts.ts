/** Facts that are drawn from what was said: who draws them, which talks are due, and what became of each. */
import type { MemoryKind, MemoryRow } from './memory.ts';

/** A thread, or a burst of talk in its channel, that has gone quiet. `known`: what is remembered for its audience already. */
export type QuietTalk = { talk: string; acl: string; rows: MemoryRow[]; known: string[] };

/** One thing that a talk says, before it is judged. */
export type Draft = { text: string };

export type Drawn = { state: 'drawn'; drafts: Draft[]; usd: number } | { state: 'failed'; reason: string; usd: number };

export interface Extractor {
  readonly name: string;
  /** Facts by a model, or summaries in the talk's own words. */
  readonly kind: Extract<MemoryKind, 'fact' | 'summary'>;
  /** Dollars that this talk can cost at most. */
  atMost(talk: QuietTalk): number;
  /** Never throws for a provider's failure. */
  draw(talk: QuietTalk): Promise<Drawn>;
}

/** Why a draft was not kept. */
export const rejections = ['duplicate', 'chatter', 'secret', 'instruction', 'unsupported'] as const;
export type Rejection = (typeof rejections)[number];

/** What became of all drafts so far, over all replicas and restarts. */
export type Tally = Record<'kept' | 'quarantined' | Rejection, number>;

/** A thread or a burst of talk by its name, as far as `through` (the time of its latest row). */
export type Due = { talk: string; through: string };

/** Which talks were taken in, so that each is, once, by one replica. */
export interface Talks {
  /**
   * Takes a talk whose latest row is no later than `quiet` and no earlier than `since`, and that holds words not taken in
   * yet; nobody else gets it until `until`. The one that waits longest first; null when none is due.
   */
  take(look: { quiet: string; since: string; now: string; until: string; owner: string }): Promise<Due | null>;
  /** It is taken in as far as that, and what became of its drafts is counted. */
  done(due: Due, owner: string, tally: Partial<Tally>): Promise<void>;
  /** It is tried again after this time; returns how often it has failed in a row. */
  failed(due: Due, owner: string, after: string): Promise<number>;
  tally(): Promise<Tally>;
  /** Forgets which talks were taken in before this time: they are over. */
  purge(before: string): Promise<void>;
}
