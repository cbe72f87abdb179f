/** What Sophia remembers, row by row with an access token each, and how it is recalled. */

export type MemoryRow = {
  id: string;
  /** ACL token of the audience that may read it; equals `Message.audience` of where it was said. */
  acl: string;
  kind: 'message' | 'outcome' | 'fact';
  text: string;
  person: string | null;
  thread: string | null;
  at: string;
  /** True when the text is somebody's words or a machine's, not our own record. */
  tainted: boolean;
  /** The untrusted text it descends from (`github_get_pull_request acme/web 12`); null when there was none in the run. */
  source: string | null;
};

export type Recollection = MemoryRow & { score: number };

/** The record and its full-text index. */
export interface MemoryRows {
  put(row: MemoryRow): Promise<void>;
  /** Best first. Only rows whose token is in `acls`; an empty list finds nothing. */
  search(query: string, acls: string[], limit: number): Promise<Recollection[]>;
  forget(filter: { id?: string; person?: string; thread?: string }): Promise<number>;
}

export interface Memory {
  remember(row: Omit<MemoryRow, 'id'>): Promise<void>;
  /** `readable`: tokens the asker may read; `audience`: token of the place of the answer. Returns what both allow, packed to the budget in characters. */
  recall(
    query: string,
    access: { readable: string[]; audience: string },
    maxCharacters: number,
  ): Promise<Recollection[]>;
}
