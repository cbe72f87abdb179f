/** Files people say something with: known by name before they are read, and then as text, a picture, or not at all. */

export type Attachment = {
  /** The surface's own id. */
  id: string;
  name: string;
  mime: string;
  bytes: number;
  /** Where the surface gets it; of no use to anybody else. */
  address: string;
  /** Why the surface cannot give it, in plain words. */
  hidden?: string;
};

export type Document =
  /** `about`: what it is, e.g. `CSV, 120 rows`. `left`: what of it is not in `text`. */
  | { state: 'text'; about: string; text: string; left?: string }
  | { state: 'picture'; mime: string }
  /** In plain words, after the name: `is a ZIP archive`. */
  | { state: 'unread'; reason: string };

/** Makes text of a file's bytes; never throws for what is in them. */
export interface Documents {
  /** Bytes a file may have at most. */
  readonly most: number;
  /** Why this kind of file is not worth fetching; null when it may be. */
  refuses(file: Pick<Attachment, 'name' | 'mime' | 'bytes'>): string | null;
  read(file: Pick<Attachment, 'name' | 'mime'>, bytes: Uint8Array, most: number): Promise<Document>;
}

/** As a model is shown it; bytes in base 64. Never written down. */
export type Picture = { name: string; mime: string; base64: string };
