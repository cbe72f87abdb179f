/** Settles a deed: its end goes into the ledger and the audit, what it held is freed, and the outcome is said. */
import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import { askUnknown } from './ask-unknown.ts';
import { type ActionCall, type Executed, keyOf } from './call.ts';
import { release } from './targets.ts';
import { judgeDeed } from './verdicts.ts';
import { record } from './written.ts';

/** What the ledger keeps of an end. */
export type End =
  | { state: 'done'; output: Json; summary?: string }
  | { state: 'failed'; reason: string; hint?: string | undefined; output?: Json }
  | { state: 'unknown'; evidence: string };

/** Another owner took the deed over: what this attempt says of its end counts no longer, theirs is waited for. */
export type Overtaken = { state: 'interrupted'; until: string; why: string };

export async function settle(
  job: Job,
  call: ActionCall,
  plan: Plan,
  attempt: number,
  end: End,
): Promise<Executed | Overtaken> {
  const { services } = job;
  const { state, ...result } = end;
  const key = keyOf(job, call);
  await services.ledger.settle(key, attempt, state, result as Json, services.now().toISOString());
  // Somebody else may have settled it first: what the row says is what happened.
  const entry = await services.ledger.get(key);
  if (entry?.state === 'started')
    return { state: 'interrupted', until: entry.writeDeadline, why: 'another process took it over' };
  // What nobody can tell may have cost all of it.
  if (entry && entry.state !== 'unknown') await services.budgets.settle(key, spentOn(job, call, entry));
  return settled(job, call, plan, entry ?? { state, result: result as Json, approvalId: null, attempt });
}

/** Writes the end of a row down and says it. */
export async function settled(
  job: Job,
  call: ActionCall,
  plan: Plan,
  entry: Pick<LedgerEntry, 'state' | 'result' | 'approvalId' | 'attempt'>,
): Promise<Executed> {
  const { state, result, attempt } = entry;
  const row = await record(job, 'settled', call.action, {
    approvalId: entry.approvalId,
    facts: { state, plan: plan.hash, target: plan.target, call: call.ordinal, attempt, ran_as: job.services.owner },
    // Cut after it is redacted: half a secret would no longer be known as one.
    texts: { result: job.services.redact(JSON.stringify(result)).slice(0, 4000) },
  });
  await release(job, call);
  await judgeDeed(job, call, entry);
  if (state === 'unknown')
    await askUnknown(job.services, {
      key: keyOf(job, call),
      runId: job.run.id,
      thread: job.thread,
      what: plan.summary,
      target: plan.target,
      links: plan.links,
      reference: row.reference,
      evidence: String((result as { evidence?: unknown }).evidence),
      owner: job.services.owner,
    });
  return {
    state: 'ended',
    outcome: outcomeOf(plan, told(job, call, { state, ...(result as object) } as End), row.reference),
  };
}

/** Null: all that was set aside. */
function spentOn(job: Job, call: ActionCall, { state, result }: LedgerEntry): number | null {
  const output = (result as { output?: Json } | null)?.output;
  const spent = output === undefined ? undefined : job.services.actions.get(call.action)?.spent?.(output);
  return spent ?? (state === 'done' ? null : 0);
}

function told(job: Job, call: ActionCall, end: End): End {
  if (end.state !== 'done' || end.summary !== undefined) return end;
  const summary = job.services.actions.get(call.action)?.told?.(end.output);
  return summary === undefined ? end : { ...end, summary };
}

function outcomeOf(plan: Plan, end: End, reference: string): Outcome {
  if (end.state === 'done')
    return { state: 'done', output: end.output, summary: end.summary ?? plan.summary, reference };
  if (end.state === 'failed') {
    const { reason, hint, output } = end;
    return {
      state: 'failed',
      reason,
      reference,
      ...(hint ? { hint } : {}),
      ...(output === undefined ? {} : { output }),
    };
  }
  return {
    state: 'unknown',
    reason: `I cannot tell whether this was done: ${plan.summary}`,
    evidence: end.evidence,
    reference,
  };
}
