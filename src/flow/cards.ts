/** Keeps every copy of a card the same: the store knows which of them do not yet show what is known. */
import type { Approval } from '../core/approval.ts';
import { toSophiaError } from '../core/error.ts';
import type { Services } from '../core/job.ts';
import type { Reply } from '../core/reply.ts';
import { type MessageRef, parseThreadId } from '../core/thread.ts';
import { asItStands } from './entitled.ts';

/** Nobody would ever see these again: trying anew is of no use. */
const gone = new Set(['not_found', 'forbidden']);

/** Fewer are found easily. */
const leastGrouped = 3;
/** Three blocks each in a message of fifty. */
const mostGrouped = 12;

/** Every copy of the card shows the same state; a surface that is away does not hold the deed up. */
export async function refreshCards(services: Services, approval: Approval): Promise<void> {
  const now = (await services.approvals.get(approval.id)) ?? approval;
  await Promise.all(now.cards.map((card) => draw(services, card)));
}

/** Draws what could not be drawn when it was decided: at the start, and again and again while a surface was away. */
export async function redrawCards(services: Services): Promise<void> {
  for (const card of await services.approvals.stale()) await draw(services, card);
}

/** A message that shows approvals is a card of each of them; what was decided while it was on its way is drawn now. */
export async function joinCards(services: Services, shown: Approval[], card: MessageRef): Promise<void> {
  for (const { id } of shown) await services.approvals.addCard(id, card);
  for (const { id } of shown) {
    const now = await services.approvals.get(id);
    if (now && now.state !== 'pending') return draw(services, card);
  }
}

/**
 * From three on, the open questions of one thread also stand together in one message, each with its own buttons. A later
 * one joins that message. It is a convenience: that it could not be posted holds nothing up.
 */
export async function groupCards(services: Services, asked: Approval): Promise<void> {
  try {
    const open = await services.approvals.pending({ thread: asked.thread });
    if (open.length < leastGrouped) return;
    const together = await commonCard(services, asked.thread, open);
    if (together) {
      await services.approvals.addCard(asked.id, together);
      return await draw(services, together);
    }
    const shown = await Promise.all(open.slice(-mostGrouped).map((one) => asItStands(services, one)));
    const surface = services.surface(parseThreadId(asked.thread).surface);
    const reply: Reply = { kind: 'approvals', approvals: shown };
    await joinCards(services, shown, await surface.post(asked.thread, reply, `${asked.id}/together`));
  } catch (error) {
    services.log.warn(
      { approval: asked.id, error: String(error) },
      'the cards of a thread could not be shown together',
    );
  }
}

/** The newest message of the thread that shows several of these, while it has room. */
async function commonCard(services: Services, thread: string, open: Approval[]): Promise<MessageRef | null> {
  const here = open.flatMap(({ cards }) => cards.filter((card) => card.thread === thread));
  const common = here.findLast((card) => here.filter((other) => other.id === card.id).length > 1);
  return common && (await services.approvals.shownBy(common)).length < mostGrouped ? common : null;
}

/** A list shows several: it is drawn whole, each as it stands now. */
async function draw(services: Services, card: MessageRef): Promise<void> {
  const shown = await services.approvals.shownBy(card);
  try {
    const [first, ...others] = await Promise.all(shown.map((approval) => asItStands(services, approval)));
    if (!first) return;
    const reply: Reply =
      others.length > 0 ? { kind: 'approvals', approvals: [first, ...others] } : { kind: 'card', approval: first };
    await services.surface(parseThreadId(card.thread).surface).update(card, reply);
  } catch (error) {
    services.log.warn(
      { approvals: shown.map(({ id }) => id), error: String(error) },
      'a card could not be updated; it is tried again unless its message is gone',
    );
    if (!gone.has(toSophiaError(error).code)) return;
  }
  await services.approvals.drawn(card, shown);
}
