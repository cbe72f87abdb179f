/** The one way every deed takes, from every door: known → well formed → permitted → planned → approved → still true → done once → written down. */
import type { Action } from '../core/action.ts';
import { toSophiaError } from '../core/error.ts';
import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { Lock } from '../core/locks.ts';
import type { Outcome, RefusalCode, TaintSource } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import type { Ruling } from '../core/reply.ts';
import { ask } from './approve.ts';
import { announce, glassBroken, mayNotBreak } from './break-glass.ts';
import { overBudget } from './budget.ts';
import type { ActionCall, Ready } from './call.ts';
import { execute } from './execute.ts';
import { frozen } from './frozen.ts';
import { parseInput } from './input.ts';
import { mayAsk } from './may-ask.ts';
import { lookContext, planOf } from './plan.ts';
import { runRead } from './read.ts';
import { deedHash, rule, ruleCall } from './ruling.ts';
import { freeTargets, release } from './targets.ts';
import { hold, queue } from './turn.ts';
import { unknownAction } from './unknown.ts';
import { record, refusal } from './written.ts';

type Prepared = Ready | { state: 'ended'; outcome: Outcome } | { state: 'busy'; holder: Lock };

/** A plan that keeps moving under its approval is given up after this many cards. */
const mostRounds = 5;

export async function perform(job: Job, call: ActionCall): Promise<Outcome> {
  const { run } = job;
  let awaited: string | null = null;
  for (let round = 1, queued = 0; ; ) {
    const name = `${call.ordinal} plan ${round}${queued > 0 ? ` after queue ${queued}` : ''}`;
    const waitedFor: string | null = awaited;
    const prepared = await run.step(name, async () => {
      const result = await prepare(job, call, waitedFor);
      if (result.state === 'ended' && result.outcome.state === 'refused') await release(job, call);
      return result;
    });
    if (prepared.state === 'ended') {
      if (prepared.outcome.state === 'done' && prepared.outcome.taint) job.taint.push(prepared.outcome.taint);
      return prepared.outcome;
    }
    if (prepared.state === 'busy') {
      queued++;
      await queue(job, call, prepared.holder, queued);
      awaited = prepared.holder.target;
      continue;
    }
    // Outside the step: on replay the step is remembered, not done again, and this must still be known.
    if (prepared.grantStep !== null && call.grant) {
      call.grant.spent.set(prepared.grantStep, prepared.grantUse);
      call.grant.usd += prepared.plan.cost?.usd ?? 0;
    }
    let approvalId: string | null = null;
    if (prepared.ruling.verdict === 'ask') {
      const decision = await ask(job, call, prepared, round);
      if (decision.state !== 'approved') {
        if (decision.state === 'denied') job.denied.add(deedHash(call.action, prepared.plan.input));
        return await run.step(`${call.ordinal} refused ${round}`, () => letGo(job, call, prepared.plan, decision));
      }
      approvalId = decision.id;
      const unseen =
        call.breakGlass === undefined
          ? null
          : await run.step(`${call.ordinal} announce ${round}`, () => announce(job, call, prepared, decision.id));
      if (unseen)
        return await run.step(`${call.ordinal} refused ${round}`, () =>
          letGo(job, call, prepared.plan, { state: 'not_permitted', reason: unseen }),
        );
    }
    const executed = await execute(job, call, prepared, approvalId, round, perform);
    if (executed.state === 'ended') {
      // What the plan itself read taints what follows it, not its own card.
      job.taint.push(...prepared.taint);
      return executed.outcome;
    }
    // Something the approval rested on moved: it is void, and a new card shows the new plan.
    if (round === mostRounds)
      return await run.step(`${call.ordinal} refused ${round}`, () =>
        letGo(job, call, prepared.plan, {
          state: 'changed',
          reason: `${executed.reason} I stopped after ${mostRounds} tries.`,
        }),
      );
    round++;
  }
}

/** What would happen and what policy would say; takes no lock, asks nobody, does nothing. */
export async function preview(
  job: Job,
  action: string,
  input: Json,
): Promise<{ plan: Plan; ruling: Ruling } | Outcome> {
  return await job.run.step('preview', async () => {
    const checked = await check(job, { ordinal: '0', action, input });
    if (checked.state === 'ended') return checked.outcome;
    return { plan: checked.plan, ruling: await rule(job, checked.action, checked.plan) };
  });
}

/** `awaited`: the target it was queued for. It is taken before anything is planned anew, so that of many who are woken one asks the outside world. */
async function prepare(job: Job, call: ActionCall, awaited: string | null): Promise<Prepared> {
  const { services } = job;
  if (awaited !== null && (await services.runs.get(job.run.id))?.state === 'running') {
    const stopped = await hold(job, call, awaited);
    if (stopped) return stopped;
  }
  const plannedAt = services.now().toISOString();
  const checked = await check(job, call);
  if (checked.state === 'ended') return checked;
  const { action, plan, taint } = checked;

  const { ruling, grantStep, grantUse, lease } = await ruleCall(job, call, action, plan);
  if (ruling.verdict === 'refuse')
    return ended(await refusal(job, call, 'policy', ruling.reason, `Rule: ${ruling.rule}.`, plan));
  if (ruling.verdict === 'ask' && job.denied.has(deedHash(call.action, plan.input)))
    return ended(
      await refusal(job, call, 'denied', 'Somebody already said no to exactly this in this run.', undefined, plan),
    );

  if (action.effect === 'read' && action.kind === 'action' && ruling.verdict === 'allow')
    return ended(await runRead(job, call, action, plan));

  if (awaited !== null && awaited !== plan.target) await freeTargets(services, job.run.id, awaited);
  const stopped = await hold(job, call, plan.target, plan);
  if (stopped) return stopped;
  await record(job, 'planned', call.action, {
    facts: { plan: plan.hash, target: plan.target, call: call.ordinal, verdict: ruling.verdict },
    texts: { summary: plan.summary },
  });
  return {
    state: 'ready',
    plan,
    plannedAt,
    ruling,
    approvalId: crypto.randomUUID(),
    grantStep,
    grantUse,
    lease,
    taint,
  };
}

type Checked =
  | { state: 'ended'; outcome: Outcome }
  | { state: 'planned'; action: Action; plan: Plan; taint: TaintSource[] };

/** known → well formed → permitted → planned. */
async function check(job: Job, call: ActionCall): Promise<Checked> {
  const { services } = job;
  const refuse = async (code: RefusalCode, reason: string, hint?: string) =>
    ended(await refusal(job, call, code, reason, hint));

  const run = await services.runs.get(job.run.id);
  if (run && run.state !== 'running') return refuse('stopped', 'This run was stopped.');
  const action = services.actions.get(call.action);
  if (!action) {
    const { reason, hint } = unknownAction(call.action, services);
    return refuse('unknown_action', reason, hint);
  }
  const parsed = parseInput(action, call.input);
  if (parsed.state === 'wrong')
    return refuse(
      'bad_input',
      `That does not fit ${action.name}: ${parsed.problem}.`,
      action.example && `For example: \`${action.example}\``,
    );
  if (!mayAsk(job.requester, action))
    return refuse('not_permitted', 'Only full members of this workspace may ask me to act.');
  if (call.breakGlass !== undefined) {
    const why = await mayNotBreak(job, action.name);
    if (why) return refuse('not_permitted', why);
  }
  const stop = glassBroken(call) ? null : await frozen(services, action);
  if (stop) return refuse('frozen', stop.reason, stop.hint);
  const context = lookContext(job);
  try {
    const plan = await planOf(action, parsed.input, context, call.grant?.environment);
    const held = glassBroken(call) ? null : await frozen(services, action, plan);
    if (held) return refuse('frozen', held.reason, held.hint);
    const over = await overBudget(job, plan.cost?.usd ?? 0);
    if (over) return refuse('over_budget', over.reason, over.hint);
    return { state: 'planned', action, plan, taint: context.taint };
  } catch (error) {
    const problem = toSophiaError(error);
    services.log.warn(
      { run: job.run.id, action: call.action, error: String(problem.cause ?? problem) },
      'planning failed',
    );
    return refuse('plan_failed', problem.message, problem.hint);
  }
}

async function letGo(
  job: Job,
  call: ActionCall,
  plan: Plan,
  why: { state: Exclude<RefusalCode, 'unknown_action' | 'bad_input'>; reason: string },
): Promise<Outcome> {
  await release(job, call);
  return refusal(job, call, why.state, why.reason, undefined, plan);
}

function ended(outcome: Outcome): { state: 'ended'; outcome: Outcome } {
  return { state: 'ended', outcome };
}
