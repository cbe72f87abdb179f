/** Executes an approved plan: still true → done once → written down, across crashes and lost answers. */
import type { PlainAction, WorkflowAction } from '../core/action.ts';
import { SophiaError, toSophiaError } from '../core/error.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import { currentApprovers, refreshCards } from './approve.ts';
import type { ActionCall, Perform, Ready } from './call.ts';
import { frozen, release, rule } from './permitted.ts';
import { lookContext, planOf } from './plan.ts';
import { runWorkflow } from './workflow.ts';
import { record, refusal } from './written.ts';

/** `moved`: the approval is void and the gate makes a new plan. */
export type Executed = { state: 'ended'; outcome: Outcome } | { state: 'moved'; reason: string };
type Begun = Executed | { state: 'begun' };
/** `interrupted`: it may have been done; after `until` no write of that attempt can still be under way. */
type Tried = Executed | { state: 'interrupted'; until: string; why: string };

/** Time a write may take unless the action says otherwise. Milliseconds. */
const writeMs = 15_000;
const mostAttempts = 3;

export async function execute(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
  round: number,
  perform: Perform,
): Promise<Executed> {
  const { run, services } = job;
  const action = services.actions.get(call.action);
  // Approved by an earlier build, gone in this one: prepare() refuses it by name in the next round.
  if (!action) return { state: 'moved', reason: `${call.action} is no longer there.` };
  const name = (what: string) => `${call.ordinal} ${what} ${round}`;

  if (action.kind === 'workflow') {
    const begun = await run.step(name('begin'), () => begin(job, call, ready, approvalId, writeMs));
    if (begun.state === 'exists')
      return await run.step(name('settled'), () => replayed(job, call, ready.plan, begun.entry));
    if (begun.state !== 'begun') return begun;
    const end = await runWorkflow(job, call, action, ready.plan, approvalId, perform);
    return await run.step(name('settle'), async (): Promise<Executed> => {
      const outcome = await settleWorkflow(job, call, ready.plan, end);
      return { state: 'ended', outcome };
    });
  }

  let tried = await run.step(name('run'), () => beginAndWrite(job, call, action, ready, approvalId));
  for (let again = 1; tried.state === 'interrupted'; again++) {
    await run.sleep(`${name('wait out')}.${again}`, Date.parse(tried.until) - services.now().getTime());
    tried = await run.step(`${name('reconcile')}.${again}`, () => reconcile(job, call, action, ready.plan));
  }
  return tried;
}

/** A successor waits a third longer than the write may take, at least a second and at most five. */
function writeDeadline(from: Date, deadlineMs: number): string {
  return new Date(from.getTime() + deadlineMs + Math.min(Math.max(deadlineMs / 3, 1000), 5000)).toISOString();
}

function keyOf(job: Job, call: ActionCall): string {
  return `${job.run.id}/${call.ordinal}`;
}

/** still true, then the grant is spent and the ledger row started in one transaction. */
async function begin(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
  deadlineMs: number,
): Promise<Begun | { state: 'exists'; entry: LedgerEntry }> {
  const { services } = job;
  const key = keyOf(job, call);
  const before = await services.ledger.get(key);
  if (before)
    return before.state === 'started' && services.actions.get(call.action)?.kind === 'workflow'
      ? { state: 'begun' }
      : { state: 'exists', entry: before };

  const moved = await stillTrue(job, call, ready, approvalId);
  if (moved) return moved;

  const now = services.now();
  const entry: LedgerEntry = {
    key,
    runId: job.run.id,
    action: call.action,
    planHash: ready.plan.hash,
    approvalId: approvalId ?? call.grant?.approvalId ?? null,
    grantStep: ready.grantStep,
    owner: services.owner,
    attempt: 1,
    state: 'started',
    writeDeadline: writeDeadline(now, deadlineMs),
    result: null,
    startedAt: now.toISOString(),
    settledAt: null,
  };
  const started = approvalId ? await services.approvals.consume(approvalId, entry) : await services.ledger.begin(entry);
  if (started !== 'started') {
    const taken = await services.ledger.get(key);
    if (taken) return { state: 'exists', entry: taken };
    await release(job, call);
    const approval = approvalId === null ? null : await services.approvals.get(approvalId);
    const [code, reason] =
      approval?.state === 'expired'
        ? (['expired', 'The approval expired before I could start.'] as const)
        : (['changed', 'This approval was already spent.'] as const);
    return { state: 'ended', outcome: await refusal(job, call, code, reason, undefined, ready.plan) };
  }
  await record(job, 'started', call.action, {
    approvalId: entry.approvalId,
    facts: { plan: ready.plan.hash, target: ready.plan.target, call: call.ordinal, attempt: 1, owner: services.owner },
  });
  const approval = approvalId === null ? null : await services.approvals.get(approvalId);
  if (approval) await refreshCards(services, approval);
  return { state: 'begun' };
}

/** Everything the approval rested on, read again: run, freeze, policy, voters, preconditions. Null when all of it holds. */
async function stillTrue(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
): Promise<Executed | null> {
  const { services } = job;
  const action = services.actions.get(call.action);
  const run = await services.runs.get(job.run.id);
  const refuse = async (code: 'stopped' | 'frozen', reason: string): Promise<Executed> => {
    if (approvalId) await voidApproval(job, approvalId, reason);
    await release(job, call);
    return { state: 'ended', outcome: await refusal(job, call, code, reason, undefined, ready.plan) };
  };
  if (run?.state !== 'running') return refuse('stopped', 'This run was stopped.');
  const stop = action?.worksFrozen ? null : await frozen(job);
  if (stop) return refuse('frozen', stop);

  const reason = approvalId ? await whyVoid(job, approvalId) : whyNoLongerAllowed(job, call, ready);
  if (reason === null) return null;
  if (approvalId) await voidApproval(job, approvalId, reason);
  return { state: 'moved', reason };
}

function whyNoLongerAllowed(job: Job, call: ActionCall, ready: Ready): string | null {
  const action = job.services.actions.get(call.action);
  if (ready.grantStep !== null || !action) return null;
  return rule(job, action, ready.plan).verdict === 'allow' ? null : 'The policy has changed.';
}

async function whyVoid(job: Job, approvalId: string): Promise<string | null> {
  const { services, surface } = job;
  const approval = await services.approvals.get(approvalId);
  if (!approval) return 'The approval is no longer there.';
  // `consumed` is judged by the transaction that spends it, `expired` by its clock.
  if (approval.state !== 'approved' && approval.state !== 'consumed') return `The approval is ${approval.state}.`;
  const now = await currentApprovers(services, approval);
  if (now.refused) return now.refused;
  const standing = new Set<string>();
  for (const vote of approval.votes) {
    const person = await surface.person(vote.person);
    const own = vote.person === approval.requester && !now.selfApproval;
    if (vote.verdict === 'approve' && person.kind === 'member' && !own && now.approvers.includes(vote.person))
      standing.add(vote.person);
  }
  if (standing.size < now.quorum)
    return `It needs ${now.quorum} approval${now.quorum === 1 ? '' : 's'} by people who may give one now, and has ${standing.size}.`;
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

async function voidApproval(job: Job, id: string, reason: string): Promise<void> {
  const closed = await job.services.approvals.close(id, 'void', reason);
  if (!closed) return;
  await job.services.approvals.notice(id);
  await record(job, 'closed', closed.plan.action, { approvalId: id, facts: { state: 'void' }, texts: { reason } });
  await refreshCards(job.services, closed);
}

async function beginAndWrite(
  job: Job,
  call: ActionCall,
  action: PlainAction,
  ready: Ready,
  approvalId: string | null,
): Promise<Tried> {
  const begun = await begin(job, call, ready, approvalId, action.deadlineMs ?? writeMs);
  if (begun.state === 'exists') {
    // A crash after the row was written, or a replay: the row knows.
    if (begun.entry.state === 'started')
      return {
        state: 'interrupted',
        until: begun.entry.writeDeadline,
        why: 'the process ended while it was under way',
      };
    return replayed(job, call, ready.plan, begun.entry);
  }
  if (begun.state !== 'begun') return begun;
  return write(job, call, action, ready.plan, 1);
}

async function write(job: Job, call: ActionCall, action: PlainAction, plan: Plan, attempt: number): Promise<Tried> {
  const { services } = job;
  const deadlineMs = action.deadlineMs ?? writeMs;
  await services.runs.setStanding(job.run.id, plan.summary);
  try {
    const context = { ...lookContext(job), deed: keyOf(job, call), signal: AbortSignal.timeout(deadlineMs) };
    const output = action.output.parse(await action.run(plan, context)) as Json;
    return settle(job, call, plan, attempt, 'done', output);
  } catch (error) {
    const problem = toSophiaError(error);
    services.log.warn(
      { run: job.run.id, action: call.action, error: String(problem.cause ?? problem) },
      'a write did not end well',
    );
    // An unexpected error may have come after the write: only a named refusal of the outside system is known to have done nothing.
    if (problem.code === 'timeout' || problem.code === 'internal') {
      const entry = await services.ledger.get(keyOf(job, call));
      return {
        state: 'interrupted',
        until: entry?.writeDeadline ?? services.now().toISOString(),
        why: problem.message,
      };
    }
    return settle(job, call, plan, attempt, 'failed', { reason: problem.message, hint: problem.hint ?? null });
  }
}

async function reconcile(job: Job, call: ActionCall, action: PlainAction, plan: Plan): Promise<Tried> {
  const { services } = job;
  const entry = await services.ledger.get(keyOf(job, call));
  if (!entry)
    return { state: 'ended', outcome: await refusal(job, call, 'changed', 'The ledger row is gone.', undefined, plan) };
  if (entry.state !== 'started') return { state: 'ended', outcome: await outcomeOf(job, call, plan, entry) };
  const context = { ...lookContext(job), deed: entry.key };
  const found = await reconciliation(action, plan, context);
  if (found.state === 'done') return settle(job, call, plan, entry.attempt, 'done', found.output);
  if (found.state === 'unknown') return settle(job, call, plan, entry.attempt, 'unknown', { evidence: found.evidence });
  if (entry.attempt >= mostAttempts)
    return settle(job, call, plan, entry.attempt, 'failed', {
      reason: `It was not done after ${entry.attempt} tries.`,
      hint: 'Ask again when the outside system is well.',
    });
  const stop = await frozen(job);
  if (stop && !action.worksFrozen)
    return settle(job, call, plan, entry.attempt, 'failed', {
      reason: `It was interrupted before it was done. ${stop}`,
      hint: null,
    });
  const deadline = writeDeadline(services.now(), action.deadlineMs ?? writeMs);
  if (!(await services.ledger.retake(entry.key, entry.attempt, services.owner, deadline)))
    return { state: 'interrupted', until: deadline, why: 'another process took it over' };
  await record(job, 'started', call.action, {
    approvalId: entry.approvalId,
    facts: { plan: plan.hash, call: call.ordinal, attempt: entry.attempt + 1, owner: services.owner },
  });
  return write(job, call, action, plan, entry.attempt + 1);
}

async function reconciliation(action: PlainAction, plan: Plan, context: Parameters<PlainAction['run']>[1]) {
  if (!action.reconcile)
    return { state: 'unknown' as const, evidence: `${action.name} cannot be looked up afterwards.` };
  try {
    return await action.reconcile(plan, context);
  } catch (error) {
    // Thrown on: the step is tried again with pauses. Whether it was done must not be guessed because the look-up failed.
    throw new SophiaError('unavailable', 'whether it was done cannot be looked up yet', { cause: error });
  }
}

async function settle(
  job: Job,
  call: ActionCall,
  plan: Plan,
  attempt: number,
  state: 'done' | 'failed' | 'unknown',
  result: Json,
): Promise<Executed> {
  const { services } = job;
  const key = keyOf(job, call);
  await services.ledger.settle(key, attempt, state, result, services.now().toISOString());
  const entry = await services.ledger.get(key);
  return {
    state: 'ended',
    outcome: await outcomeOf(job, call, plan, entry ?? { state, result, approvalId: null, attempt }),
  };
}

async function replayed(job: Job, call: ActionCall, plan: Plan, entry: LedgerEntry): Promise<Executed> {
  return { state: 'ended', outcome: await outcomeOf(job, call, plan, entry) };
}

/** Writes the end down and says it. */
async function outcomeOf(
  job: Job,
  call: ActionCall,
  plan: Plan,
  entry: Pick<LedgerEntry, 'state' | 'result' | 'approvalId' | 'attempt'>,
): Promise<Outcome> {
  const { state, result } = entry;
  const row = await record(job, 'settled', call.action, {
    approvalId: entry.approvalId,
    facts: {
      state,
      plan: plan.hash,
      target: plan.target,
      call: call.ordinal,
      attempt: entry.attempt,
      ran_as: job.services.owner,
    },
    texts: { result: JSON.stringify(result).slice(0, 4000) },
  });
  await release(job, call);
  const reference = row.reference;
  const said = (result ?? {}) as { reason?: string; hint?: string | null; evidence?: string };
  if (state === 'done') return { state, output: result, summary: plan.summary, reference };
  if (state === 'failed')
    return {
      state,
      reason: said.reason ?? 'It failed.',
      reference,
      ...(said.hint ? { hint: said.hint } : {}),
      output: result,
    };
  return {
    state: 'unknown',
    reason: `I cannot tell whether this was done: ${plan.summary}`,
    evidence: said.evidence ?? 'none',
    reference,
  };
}

async function settleWorkflow(
  job: Job,
  call: ActionCall,
  plan: Plan,
  end: Awaited<ReturnType<WorkflowAction['run']>>,
): Promise<Outcome> {
  const { services } = job;
  const state = end.state;
  const result: Json =
    state === 'done'
      ? { output: end.output, summary: end.summary }
      : { reason: end.reason, hint: end.hint ?? null, output: end.output ?? null };
  await services.ledger.settle(keyOf(job, call), 1, state, result, services.now().toISOString());
  const outcome = await outcomeOf(job, call, plan, { state, result, approvalId: null, attempt: 1 });
  return outcome.state === 'done' && end.state === 'done'
    ? { ...outcome, output: end.output, summary: end.summary }
    : outcome;
}
