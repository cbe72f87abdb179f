/** Takes back the questions of a run that has ended: closed, written down, and their buttons gone. */
import type { Services } from '../core/job.ts';
import { refreshCards } from './cards.ts';
import { writeDown } from './written.ts';

export async function withdraw(
  services: Services,
  runId: string,
  reason: string,
  by: string | null,
): Promise<string[]> {
  const pending = await services.approvals.pending({ runId });
  for (const { id } of pending) {
    const closed = await services.approvals.close(id, 'stopped', reason);
    if (!closed) continue;
    await writeDown(services, {
      kind: 'closed',
      at: services.now().toISOString(),
      runId,
      person: by,
      action: closed.plan.action,
      approvalId: id,
      facts: { state: 'stopped' },
      texts: { reason },
    });
    await refreshCards(services, closed);
    await services.durable.wake(`approval:${id}`);
  }
  return pending.map((approval) => approval.id);
}
