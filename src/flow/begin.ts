/** Begins an approved deed: everything it rests on is read again, then its grant is spent and its ledger row started at once. */
import type { Job } from '../core/job.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import { reserve } from './budget.ts';
import { type ActionCall, type Executed, keyOf, type Ready } from './call.ts';
import { refreshCards } from './cards.ts';
import { tellUse } from './lease-use.ts';
import { whyNotNow } from './still-true.ts';
import { release } from './targets.ts';
import { record, refusal } from './written.ts';

/** `exists`: a crash after the row was written, or a replay. */
export type Begun = Executed | { state: 'begun' } | { state: 'exists'; entry: LedgerEntry };

/** still true, then the grant is spent and the ledger row started in one transaction. */
export async function begin(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
  deadlineMs: number,
): Promise<Begun> {
  const { services } = job;
  const key = keyOf(job, call);
  // Nobody retakes a workflow's own row: whoever finds it started goes on with its steps, which are held one by one.
  const existing = (entry: LedgerEntry): Begun =>
    entry.state === 'started' && services.actions.get(call.action)?.kind === 'workflow'
      ? { state: 'begun' }
      : { state: 'exists', entry };
  const before = await services.ledger.get(key);
  if (before) return existing(before);

  const fallen = await whyNotNow(job, call, ready, approvalId);
  if (fallen) {
    // A crash may have come between setting dollars aside and the row that would settle them.
    await services.budgets.settle(key, 0);
    if (approvalId) await close(job, approvalId, 'void', fallen.reason);
    if (fallen.code === 'moved') return { state: 'moved', reason: fallen.reason };
    await release(job, call);
    return {
      state: 'ended',
      outcome: await refusal(job, call, fallen.code, fallen.reason, fallen.hint, ready.plan),
    };
  }

  // Set aside last: a card that is void for another reason must not hold dollars.
  const usd = ready.plan.cost?.usd ?? 0;
  const over = usd > 0 ? await reserve(job, key, usd, call.action) : null;
  if (over) {
    if (approvalId) await close(job, approvalId, 'void', over.reason);
    await release(job, call);
    return { state: 'ended', outcome: await refusal(job, call, 'over_budget', over.reason, over.hint, ready.plan) };
  }

  const now = services.now();
  const entry: LedgerEntry = {
    key,
    runId: job.run.id,
    action: call.action,
    planHash: ready.plan.hash,
    // What the policy allows beside the listed steps spends nothing of the workflow's approval.
    approvalId: approvalId ?? (ready.grantStep === null ? null : (call.grant?.approvalId ?? null)),
    grantStep: ready.grantStep,
    ...(ready.grantStep !== null && call.grant ? { grantKey: call.grant.key, grantUse: ready.grantUse } : {}),
    owner: services.owner,
    attempt: 1,
    state: 'started',
    writeDeadline: writeDeadline(now, deadlineMs),
    result: null,
    startedAt: now.toISOString(),
    settledAt: null,
  };
  const started = await start(job, entry, approvalId, ready.lease, usd);
  if (started !== 'started') {
    const taken = await services.ledger.get(key);
    if (taken) return existing(taken);
    await services.budgets.settle(key, 0);
    if (ready.lease !== null) return { state: 'moved', reason: 'The lease is used up, over or revoked.' };
    await release(job, call);
    // Approved still, and yet not to be spent: its time was over in this moment.
    const expired =
      approvalId !== null && (await close(job, approvalId, 'expired', 'It expired before I could start.'));
    const [code, reason] = expired
      ? (['expired', 'The approval expired before I could start.'] as const)
      : (['changed', 'This approval was already spent.'] as const);
    return { state: 'ended', outcome: await refusal(job, call, code, reason, undefined, ready.plan) };
  }
  await record(job, 'started', call.action, {
    approvalId: entry.approvalId,
    facts: {
      plan: ready.plan.hash,
      target: ready.plan.target,
      call: call.ordinal,
      attempt: 1,
      owner: services.owner,
      ...(ready.lease === null ? {} : { lease: ready.lease }),
      // With the workflow's own row this says what allowed it, also where no approval stands behind both.
      ...(ready.grantStep === null ? {} : { step: ready.grantStep + 1 }),
    },
  });
  const approval = approvalId === null ? null : await services.approvals.get(approvalId);
  if (approval) await refreshCards(services, approval);
  if (ready.lease !== null) await tellUse(job, ready.lease, key);
  return { state: 'begun' };
}

/** The grant, whatever it is, is spent in the transaction that starts the ledger row. */
async function start(
  { services }: Job,
  entry: LedgerEntry,
  approvalId: string | null,
  lease: string | null,
  usd: number,
): Promise<'started' | 'exists' | 'spent'> {
  if (approvalId !== null) return services.approvals.consume(approvalId, entry);
  return lease === null ? services.ledger.begin(entry) : services.leases.use(lease, usd, entry);
}

/** False when it was closed or spent before. */
async function close(job: Job, id: string, state: 'void' | 'expired', reason: string): Promise<boolean> {
  const closed = await job.services.approvals.close(id, state, reason);
  if (!closed) return false;
  await job.services.approvals.notice(id);
  await record(job, 'closed', closed.plan.action, { approvalId: id, facts: { state }, texts: { reason } });
  await refreshCards(job.services, closed);
  return true;
}

/** A successor waits a third longer than the write may take, at least a second and at most five. */
export function writeDeadline(from: Date, deadlineMs: number): string {
  return new Date(from.getTime() + deadlineMs + Math.min(Math.max(deadlineMs / 3, 1000), 5000)).toISOString();
}
