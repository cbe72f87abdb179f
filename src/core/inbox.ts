/** Everything a surface received and has not handled yet: written before it is acknowledged, replayed after a crash. */

export type InboxItem = {
  /** The surface's own id of the delivery (event id, trigger id): a retry has the same. */
  id: string;
  surface: string;
  /** The body as received, JSON text. */
  body: string;
  receivedAt: string;
};

export interface Inbox {
  /** False when this delivery was already written (a retry of the sender). */
  put(item: InboxItem): Promise<boolean>;
  done(id: string): Promise<void>;
  /** Those not done, oldest first. */
  open(surface: string): Promise<InboxItem[]>;
}
