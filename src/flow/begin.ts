/** Begins an approved deed: everything it rests on is read again, then its grant is spent and its ledger row started at once. */
import { toSophiaError } from '../core/error.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Job } from '../core/job.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Plan } from '../core/plan.ts';
import { glassBroken } from './break-glass.ts';
import { overBudget, reserve } from './budget.ts';
import { type ActionCall, type Executed, keyOf, type Ready } from './call.ts';
import { refreshCards } from './cards.ts';
import { currentApprovers, standingVoters } from './entitled.ts';
import { frozen } from './frozen.ts';
import { tellUse } from './lease-use.ts';
import { lookContext, planOf } from './plan.ts';
import { grantOver, rule, ruleCall } from './ruling.ts';
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

  const moved = await stillTrue(job, call, ready, approvalId);
  if (moved) return moved;

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

/** Everything the approval rested on, read again: run, freeze, budget, policy, voters, preconditions. Null when all of it holds. */
async function stillTrue(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
): Promise<Executed | null> {
  const { services } = job;
  const action = services.actions.get(call.action);
  const run = await services.runs.get(job.run.id);
  const refuse = async (
    code: 'stopped' | 'frozen' | 'over_budget',
    reason: string,
    hint?: string,
  ): Promise<Executed> => {
    if (approvalId) await close(job, approvalId, 'void', reason);
    await release(job, call);
    return { state: 'ended', outcome: await refusal(job, call, code, reason, hint, ready.plan) };
  };
  if (run?.state !== 'running') return refuse('stopped', 'This run was stopped.');
  const stop = glassBroken(call) ? null : await frozen(services, action, ready.plan);
  if (stop) return refuse('frozen', stop.reason, stop.hint);
  const over = await overBudget(job, ready.plan.cost?.usd ?? 0);
  if (over) return refuse('over_budget', over.reason, over.hint);

  const reason = approvalId ? await whyVoid(job, approvalId) : await whyNoLongerAllowed(job, call, ready);
  if (reason === null) return null;
  if (approvalId) await close(job, approvalId, 'void', reason);
  return { state: 'moved', reason };
}

async function whyNoLongerAllowed(job: Job, call: ActionCall, ready: Ready): Promise<string | null> {
  const action = job.services.actions.get(call.action);
  if (!action) return 'The action is no longer there.';
  if (ready.grantStep !== null && call.grant)
    return (await grantOver(job.services, call.grant)) ? 'The time of the approved steps is over.' : null;
  if (ready.lease !== null)
    return (await ruleCall(job, call, action, ready.plan)).lease === ready.lease
      ? null
      : `Lease ${ready.lease} no longer covers it.`;
  // Who may decide the deed it is about is part of what was allowed: read again, as everything is.
  let plan = ready.plan;
  try {
    if (plan.deciders) plan = await planOf(action, plan.input, lookContext(job));
  } catch (error) {
    return `It can no longer be planned: ${toSophiaError(error).message}`;
  }
  return (await rule(job, action, plan)).verdict === 'allow' ? null : 'The policy has changed.';
}

async function whyVoid(job: Job, approvalId: string): Promise<string | null> {
  const { services } = job;
  const approval = await services.approvals.get(approvalId);
  if (!approval) return 'The approval is no longer there.';
  // `consumed` is judged by the transaction that spends it, `expired` by its clock.
  if (approval.state !== 'approved' && approval.state !== 'consumed') return `The approval is ${approval.state}.`;
  const now = await currentApprovers(services, approval);
  if (now.refused) return now.refused;
  const standing = await standingVoters(services, approval, now);
  if (standing.length < now.quorum)
    return `It needs ${now.quorum} approval${now.quorum === 1 ? '' : 's'} by people who may give one now, and has ${standing.length}.`;
  const action = services.actions.get(approval.plan.action);
  if (!action) return 'The action is no longer there.';
  try {
    const fresh = await planOf(action, approval.plan.input, lookContext(job));
    return movedFacts(approval.plan, fresh);
  } catch (error) {
    return `It can no longer be planned: ${toSophiaError(error).message}`;
  }
}

function movedFacts(then: Plan, now: Plan): string | null {
  const facts = (plan: Plan) => new Map(plan.preconditions.map((fact) => [fact.name, canonicalJson(fact.expected)]));
  const [before, after] = [facts(then), facts(now)];
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  if (names.length === 0) return null;
  const short = (text: string | undefined) =>
    text === undefined ? 'nothing' : text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return `Since it was planned, ${names.map((name) => `${name} moved from ${short(before.get(name))} to ${short(after.get(name))}`).join('; ')}.`;
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
