/** Ledger of outbound messages: after an ambiguous failure look first, then send again. */
import type { MessageRef } from './thread.ts';

export interface Sends {
  /** `new` before the first try; `begun` when a try was made and its end is not known; a reference when it arrived. */
  begin(sendId: string): Promise<'new' | 'begun' | MessageRef>;
  /** Where it arrived; null when that is not known. */
  find(sendId: string): Promise<MessageRef | null>;
  arrived(sendId: string, message: MessageRef): Promise<void>;
}
