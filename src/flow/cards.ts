/** Keeps every copy of a card the same. */
import type { Approval } from '../core/approval.ts';
import type { Services } from '../core/job.ts';
import type { Reply } from '../core/reply.ts';
import { type MessageRef, parseThreadId } from '../core/thread.ts';

/** Every copy of the card shows the same state; a surface that is away does not hold the deed up. */
export async function refreshCards(services: Services, approval: Approval): Promise<void> {
  await Promise.all(
    approval.cards.map(async (card) => {
      try {
        // A list shows several: it is drawn whole, each as it stands now.
        const together = await services.approvals.shownBy(card);
        const reply: Reply =
          together.length > 1 ? { kind: 'approvals', approvals: together } : { kind: 'card', approval };
        await services.surface(parseThreadId(card.thread).surface).update(card, reply);
      } catch (error) {
        services.log.warn({ approval: approval.id, error: String(error) }, 'a card could not be updated');
      }
    }),
  );
}

/** A message that shows approvals is a card of each of them; what was decided while it was on its way is drawn now. */
export async function joinCards(services: Services, shown: Approval[], card: MessageRef): Promise<void> {
  for (const { id } of shown) await services.approvals.addCard(id, card);
  for (const { id } of shown) {
    const now = await services.approvals.get(id);
    if (now && now.state !== 'pending') return refreshCards(services, now);
  }
}
