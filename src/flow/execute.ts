/** Executes an approved plan: still true → done once → written down, across crashes and lost answers. */
import type { PlainAction, Reconciliation } from '../core/action.ts';
import { toSophiaError } from '../core/error.ts';
import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import { begin, writeDeadline } from './begin.ts';
import { type ActionCall, type Executed, keyOf, type Perform, type Ready } from './call.ts';
import { lookContext } from './plan.ts';
import { type Overtaken, settle, settled } from './settle.ts';
import { whyNotAgain } from './still-true.ts';
import { runWorkflow } from './workflow.ts';
import { record, refusal } from './written.ts';

/** `interrupted`: it may have been done; after `until` no write of that attempt can still be under way. */
type Tried = Executed | Overtaken;

/** Time a write may take unless the action says otherwise. Milliseconds. */
const writeMs = 15_000;
const mostAttempts = 3;
/** Look-ups after an interrupted write, with pauses of 2 s up to a minute: some ten minutes. */
const mostLookUps = 14;

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
      return await run.step(name('settled'), () => settled(job, call, ready.plan, begun.entry));
    if (begun.state !== 'begun') return begun;
    const { end, close } = await runWorkflow(job, call, action, ready, approvalId, perform);
    return await run.step(name('settle'), async () => {
      await close();
      const ended = await settle(job, call, ready.plan, 1, end);
      // Nobody takes a workflow's own row over: its steps are what is retaken.
      if (ended.state === 'interrupted') throw new TypeError('the row of a workflow has one attempt');
      return ended;
    });
  }

  let tried = await run.step(name('run'), () => beginAndWrite(job, call, action, ready, approvalId));
  for (let again = 1; tried.state === 'interrupted'; again++) {
    await run.sleep(`${name('wait out')}.${again}`, Date.parse(tried.until) - services.now().getTime());
    tried = await run.step(`${name('reconcile')}.${again}`, () =>
      reconcile(job, call, action, ready, approvalId, again),
    );
  }
  return tried;
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
    return settled(job, call, ready.plan, begun.entry);
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
    return settle(job, call, plan, attempt, { state: 'done', output });
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
    const came = attempt === 1 ? null : await cameThrough(job, call, action, plan);
    return came ?? settle(job, call, plan, attempt, { state: 'failed', reason: problem.message, hint: problem.hint });
  }
}

/** The write of a sleeper may arrive after it was looked for: then it is what this attempt was refused for. Null when it did not. */
async function cameThrough(job: Job, call: ActionCall, action: PlainAction, plan: Plan): Promise<Tried | null> {
  const { services } = job;
  const entry = await services.ledger.get(keyOf(job, call));
  if (entry?.state !== 'started') return null;
  const found = await lookUp(action, plan, { ...lookContext(job), deed: entry.key }, 1);
  if (found.state === 'not done') return null;
  if (found.state !== 'later') return settle(job, call, plan, entry.attempt, found);
  const until = new Date(services.now().getTime() + found.inMs).toISOString();
  return { state: 'interrupted', until, why: 'it cannot be looked up yet' };
}

async function reconcile(
  job: Job,
  call: ActionCall,
  action: PlainAction,
  ready: Ready,
  approvalId: string | null,
  lookUps: number,
): Promise<Tried> {
  const { services } = job;
  const { plan } = ready;
  const entry = await services.ledger.get(keyOf(job, call));
  if (!entry)
    return { state: 'ended', outcome: await refusal(job, call, 'changed', 'The ledger row is gone.', undefined, plan) };
  if (entry.state !== 'started') return settled(job, call, plan, entry);
  const context = { ...lookContext(job), deed: entry.key };
  const found = await lookUp(action, plan, context, lookUps);
  if (found.state === 'done') return settle(job, call, plan, entry.attempt, found);
  if (found.state === 'unknown') return settle(job, call, plan, entry.attempt, found);
  if (found.state === 'later') {
    const until = new Date(services.now().getTime() + found.inMs).toISOString();
    return { state: 'interrupted', until, why: 'it cannot be looked up yet' };
  }
  const failed = (reason: string, hint?: string) =>
    settle(job, call, plan, entry.attempt, { state: 'failed', reason, hint });
  if (entry.attempt >= mostAttempts)
    return failed(`It was not done after ${entry.attempt} tries.`, 'Ask again when the outside system is well.');
  const fallen = await whyNotAgain(job, call, ready, approvalId, { resumed: found.begun === true });
  if (fallen) {
    const so = found.begun ? 'when part of it was done' : 'before it was done';
    // What it rests on may have moved because the cut-off write came through just now.
    const came = await cameThrough(job, call, action, plan);
    return (
      came ?? failed(`It was interrupted ${so}. ${fallen.reason}`, fallen.hint ?? 'Ask anew if it is still wanted.')
    );
  }
  const deadline = writeDeadline(services.now(), action.deadlineMs ?? writeMs);
  if (!(await services.ledger.retake(entry.key, entry.attempt, services.owner, deadline)))
    return { state: 'interrupted', until: deadline, why: 'another process took it over' };
  await record(job, 'started', call.action, {
    approvalId: entry.approvalId,
    facts: { plan: plan.hash, call: call.ordinal, attempt: entry.attempt + 1, owner: services.owner },
  });
  return write(job, call, action, plan, entry.attempt + 1);
}

type LookedUp = Reconciliation | { state: 'later'; inMs: number };

/** Whether it was done must not be guessed because the look-up failed: it is asked again for some minutes, then put to people. */
async function lookUp(
  action: PlainAction,
  plan: Plan,
  context: Parameters<PlainAction['run']>[1],
  before: number,
): Promise<LookedUp> {
  if (!action.reconcile) return { state: 'unknown', evidence: `${action.name} cannot be looked up afterwards.` };
  try {
    return await action.reconcile(plan, context);
  } catch (error) {
    if (before < mostLookUps) return { state: 'later', inMs: Math.min(1000 * 2 ** before, 60_000) };
    return { state: 'unknown', evidence: `Looking it up failed ${before} times: ${toSophiaError(error).message}` };
  }
}
