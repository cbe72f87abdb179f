/** Everything a deed rests on, read again just before it is written: at the first try and at every later one. */
import { toSophiaError } from '../core/error.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import { glassBroken } from './break-glass.ts';
import { overBudget } from './budget.ts';
import type { ActionCall, Ready } from './call.ts';
import { currentApprovers, noLongerMember, standingVoters } from './entitled.ts';
import { frozen } from './frozen.ts';
import { mayAsk } from './may-ask.ts';
import { lookContext, planOf } from './plan.ts';
import { grantOver, rule, ruleCall } from './ruling.ts';

/** `moved`: the gate plans anew and asks again; the others end it. */
export type Fallen = {
  code: 'stopped' | 'frozen' | 'over_budget' | 'not_permitted' | 'moved';
  reason: string;
  hint?: string;
};

/** A plan nobody had to wait for is as good as new for so long; after a crash it is older. Milliseconds. */
const freshMs = 10_000;

/** Run, freeze, budget, policy, voters, facts. Null when all of it holds. */
export async function whyNotNow(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
): Promise<Fallen | null> {
  const held = async () => (await heldUp(job, call, ready.plan)) ?? (await tooDear(job, ready.plan));
  const before = (await held()) ?? (await whyNotTheirs(job, call));
  if (before) return before;
  const reason = approvalId ? await whyVoid(job, call, approvalId) : await whyNoLongerAllowed(job, call, ready);
  if (reason !== null) return { code: 'moved', reason };
  // Looking outside takes its time: a stop or a freeze of these seconds holds as well.
  return held();
}

/**
 * Before a later try of a write that was cut off and of which nothing is there: it may be hours after the first. Its
 * dollars are set aside and its grant is spent, so neither is asked for again.
 */
export async function whyNotAgain(
  job: Job,
  call: ActionCall,
  ready: Ready,
  approvalId: string | null,
  { resumed }: { resumed: boolean },
): Promise<Fallen | null> {
  const before = (await heldUp(job, call, ready.plan)) ?? (await whyNotTheirs(job, call));
  if (before) return before;
  const moved = resumed ? null : await whyMoved(job, call, ready.plan);
  const reason =
    moved ?? (approvalId ? await whyUngranted(job, approvalId) : await whyNotAllowedAgain(job, call, ready));
  if (reason !== null) return { code: 'moved', reason };
  return heldUp(job, call, ready.plan);
}

async function heldUp(job: Job, call: ActionCall, plan: Plan): Promise<Fallen | null> {
  const { services } = job;
  const run = await services.runs.get(job.run.id);
  if (run?.state !== 'running') return { code: 'stopped', reason: 'This run was stopped.' };
  const stop = glassBroken(call) ? null : await frozen(services, services.actions.get(call.action), plan);
  return stop && { code: 'frozen', ...stop };
}

/** Days may lie between asking and now. */
async function whyNotTheirs({ services, surface, requester }: Job, call: ActionCall): Promise<Fallen | null> {
  const person = await surface.person(requester.id);
  return mayAsk(person, services.actions.get(call.action)) ? null : { code: 'not_permitted', reason: noLongerMember };
}

async function tooDear(job: Job, plan: Plan): Promise<Fallen | null> {
  const over = await overBudget(job, plan.cost?.usd ?? 0);
  return over && { code: 'over_budget', ...over };
}

async function whyVoid(job: Job, call: ActionCall, approvalId: string): Promise<string | null> {
  const approval = await job.services.approvals.get(approvalId);
  if (!approval) return 'The approval is no longer there.';
  // `consumed` is judged by the transaction that spends it, `expired` by its clock.
  if (approval.state !== 'approved' && approval.state !== 'consumed') return `The approval is ${approval.state}.`;
  // Who may say yes is read last: it is what people change, and nothing slow stands between it and the deed.
  return (await whyMoved(job, call, approval.plan)) ?? (await whyUngranted(job, approvalId));
}

/** The policy in force and the people who said yes, as they are now. */
async function whyUngranted(job: Job, approvalId: string): Promise<string | null> {
  const { services } = job;
  const approval = await services.approvals.get(approvalId);
  if (!approval) return 'The approval is no longer there.';
  if (services.now().toISOString() >= approval.expiresAt && approval.state === 'consumed')
    return 'The approval has expired.';
  const now = await currentApprovers(services, approval);
  if (now.refused) return now.refused;
  const standing = await standingVoters(services, approval, now);
  if (standing.length >= now.quorum) return null;
  return `It needs ${now.quorum} approval${now.quorum === 1 ? '' : 's'} by people who may give one now, and has ${standing.length}.`;
}

async function whyNoLongerAllowed(job: Job, call: ActionCall, ready: Ready): Promise<string | null> {
  const { services } = job;
  const action = services.actions.get(call.action);
  if (!action) return 'The action is no longer there.';
  const age = services.now().getTime() - Date.parse(ready.plannedAt ?? '');
  // Who may decide the deed it is about is part of what was allowed: read again at once, as everything is after a while.
  const fresh = ready.plan.deciders || !(age < freshMs) ? await planAgain(job, call, ready.plan) : ready.plan;
  if (typeof fresh === 'string') return fresh;
  if (ready.grantStep !== null && call.grant) return grantOver(services, call.grant);
  if (ready.lease !== null)
    return (await ruleCall(job, call, action, fresh)).lease === ready.lease
      ? null
      : `Lease ${ready.lease} no longer covers it.`;
  return (await rule(job, action, fresh)).verdict === 'allow' ? null : 'The policy has changed.';
}

/** The use of a lease is spent by now; that it was taken back, or is over, holds all the same. */
async function whyNotAllowedAgain(job: Job, call: ActionCall, ready: Ready): Promise<string | null> {
  const { services } = job;
  if (ready.lease === null) return whyNoLongerAllowed(job, call, { ...ready, plannedAt: services.now().toISOString() });
  const lease = await services.leases.get(ready.lease);
  if (lease?.state !== 'live') return `Lease ${ready.lease} was revoked.`;
  if (services.now().toISOString() >= lease.expiresAt) return `Lease ${ready.lease} is over.`;
  const action = services.actions.get(call.action);
  const ruling = action && (await rule(job, action, ready.plan));
  return ruling?.verdict === 'refuse' ? ruling.reason : null;
}

async function whyMoved(job: Job, call: ActionCall, then: Plan): Promise<string | null> {
  const fresh = await planAgain(job, call, then);
  return typeof fresh === 'string' ? fresh : null;
}

/** The plan as it would be made now, or why it is another one; a step without an environment is in that of its workflow. */
async function planAgain(job: Job, call: ActionCall, then: Plan): Promise<Plan | string> {
  const action = job.services.actions.get(call.action);
  if (!action) return 'The action is no longer there.';
  try {
    const fresh = await planOf(action, then.input, lookContext(job), call.grant?.environment);
    return movedFacts(then, fresh) ?? fresh;
  } catch (error) {
    return `It can no longer be planned: ${toSophiaError(error).message}`;
  }
}

/** What the card said of the place, the price and the steps is as much a fact as what the plan names as one. */
function factsOf(plan: Plan): Map<string, string> {
  const { target, environment, cost, steps } = plan;
  const facts: [string, unknown][] = [
    ...plan.preconditions.map((fact): [string, Json] => [fact.name, fact.expected]),
    ['the target', target],
    ['the environment', environment],
    ['the cost', cost?.usd],
    ['the list of steps', steps?.map((step) => ({ ...step, summary: '' }))],
  ];
  return new Map(
    facts.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, canonicalJson(JSON.parse(JSON.stringify(value)))]],
    ),
  );
}

function movedFacts(then: Plan, now: Plan): string | null {
  const [before, after] = [factsOf(then), factsOf(now)];
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
  if (names.length === 0) return null;
  const short = (text: string | undefined) =>
    text === undefined ? 'nothing' : text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return `Since it was planned, ${names.map((name) => `${name} moved from ${short(before.get(name))} to ${short(after.get(name))}`).join('; ')}.`;
}
