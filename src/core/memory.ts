/** What Sophia remembers, row by row with an access token each, and how it is recalled. */

export const memoryKinds = ['message', 'outcome', 'fact', 'summary', 'code', 'document', 'record'] as const;
export type MemoryKind = (typeof memoryKinds)[number];

/** `said`: somebody's words; `kept`: a person asked for it to be kept; `derived`: made from other rows; `quarantined`: derived from untrusted text, not recalled until a person lets it. */
export type Trust = 'said' | 'kept' | 'derived' | 'quarantined';

export type MemoryRow = {
  id: string;
  /** ACL token of the audience that may read it; equals `Message.audience` of where it was said. */
  acl: string;
  kind: MemoryKind;
  text: string;
  /** Who said or kept it. */
  person: string | null;
  thread: string | null;
  at: string;
  /** True when the text is somebody's words or a machine's, not our own record. */
  tainted: boolean;
  /** The untrusted text it descends from (`github_get_pull_request acme/web 12`); null when there was none in the run. */
  source: string | null;
  /** Display name of who said it, as it was then: untrusted text. */
  speaker: string | null;
  /** Where it was said or kept (`slack:T1:C1`, `github:acme/web`), for forgetting and retention. */
  channel: string | null;
  /** Its name in the system it comes from (`slack:T1:C1:1718.22`, `github:acme/web/src/a.ts#f`): edits and deletions find it by this. */
  origin: string | null;
  /** Where a person can read it. */
  link: string | null;
  /** The burst of talk in its channel that it belongs to; replies belong to their thread alone. */
  talk: string | null;
  /** Whom it is about, when that is somebody else than who said it. */
  subject: string | null;
  /** Ids of the rows it was made from: it goes when one of them goes. */
  sources: string[];
  trust: Trust;
  /** Not recalled from then on, and swept away soon after. */
  expiresAt: string | null;
  /** Whoever it is of or about put other words in its place. */
  corrected: { by: string; at: string } | null;
};

/** `because`: words of the question that it has. */
export type Recollection = MemoryRow & { score: number; because?: string[] };

/** What a caller must say; the rest has a usual value. */
export type NewMemory = Pick<MemoryRow, 'acl' | 'kind' | 'text' | 'person' | 'thread' | 'at' | 'tainted' | 'source'> &
  Partial<Omit<MemoryRow, 'id'>>;

/** What is to be forgotten; everything named must fit. Rows made from what goes, go too. */
export type Selection = {
  ids?: string[];
  person?: string;
  thread?: string;
  channel?: string;
  origin?: string;
  /** All whose origin begins so (`github:acme/web/src/a.ts#`). */
  originPrefix?: string;
  kind?: MemoryKind;
};

/**
 * `readable`: tokens the asker may read; `audience`: token of the place of the answer; `only`: the channel that some who read
 * the answer are bound to, since they are guests or of another organisation.
 */
export type Access = { readable: string[]; audience: string; only?: string };

export type RecallOptions = { maxTokens: number; kinds?: readonly MemoryKind[] };

export interface Memory {
  /** Returns the id, or null when there was nothing to keep. */
  remember(row: NewMemory): Promise<string | null>;
  /** The ids of what was kept. */
  rememberAll(rows: NewMemory[]): Promise<string[]>;
  /** Best first: what both the asker and the audience may read, packed to the budget. */
  recall(query: string, access: Access, options: RecallOptions): Promise<Recollection[]>;
  /** The rows of these ids that may be read here and now: a citation is checked again when it is shown. */
  check(ids: string[], access: Access): Promise<Recollection[]>;
  forget(selection: Selection): Promise<number>;
  /** Leaves no byte of what was forgotten in the files; after every order to forget. */
  scrub(): Promise<void>;
  /** What was drawn from untrusted text and waits for a person's word, newest first. */
  held(access: Access): Promise<MemoryRow[]>;
  /** It is recalled from now on; false when it did not wait. */
  release(id: string): Promise<boolean>;
  /** What is known of a person: said, kept, or about them. */
  about(person: string): Promise<MemoryRow[]>;
  /** Puts other words in the place of a row's; where it comes from stays, what was made from the old ones goes. */
  correct(id: string, text: string, by: string): Promise<boolean>;
  /** A channel's rows get another token, at once: it was made private, or shared. */
  move(channel: string, acl: string): Promise<number>;
}
