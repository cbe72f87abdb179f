/** What the policy in force, or an approval already given, says of a deed. */
import type { Action } from '../core/action.ts';
import { hashJson } from '../core/hash.ts';
import type { Job, Services } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { Ruling } from '../core/reply.ts';
import { fitsShape, shapeOf } from '../core/shape.ts';
import { glassRuling } from './break-glass.ts';
import type { ActionCall, Grant } from './call.ts';
import { leaseFor } from './lease-use.ts';

/** `grantStep`: the listed step of the workflow's approval that this call spends. */
/** `lease`: the standing lease that allows it. */
export type Ruled = { ruling: Ruling; grantStep: number | null; grantUse: number; lease: string | null };

/** An approval already given comes first, then the policy. */
export async function ruleCall(job: Job, call: ActionCall, action: Action, plan: Plan): Promise<Ruled> {
  const granted = call.grant ? await grantedStep(job.services, call.grant, plan) : null;
  if (granted)
    return {
      ruling: { verdict: 'allow', rule: `step ${granted.step + 1} of the approved plan` },
      grantStep: granted.step,
      grantUse: granted.use,
      lease: null,
    };
  const ruling = await rule(job, action, plan);
  const none = { grantStep: null, grantUse: 1, lease: null };
  if (ruling.verdict === 'refuse') return { ruling, ...none };
  if (call.breakGlass !== undefined) return { ruling: await glassRuling(job, call.breakGlass), ...none };
  const lease = ruling.verdict === 'ask' ? await leaseFor(job, plan, ruling.rule) : null;
  if (lease) return { ...none, ruling: { verdict: 'allow', rule: `lease ${lease.id}` }, lease: lease.id };
  return { ruling, ...none };
}

/** What the policy alone says. */
export function rule(job: Job, action: Action, plan: Plan): Promise<Ruling> {
  return job.services.policy.rule({
    action,
    plan,
    requester: job.requester,
    channel: job.origin.message.channel,
    taint: job.taint,
  });
}

async function grantedStep(
  services: Services,
  grant: Grant,
  plan: Plan,
): Promise<{ step: number; use: number } | null> {
  const taken = (step: number) => grant.spent.get(step) ?? 0;
  const step = grant.steps.findIndex(
    (one, index) =>
      taken(index) < (one.times ?? 1) && fitsShape(shapeOf(one.action, one.input, one.vary), plan.action, plan.input),
  );
  if (step === -1) return null;
  // A tolerance far below a cent: three times 0.1 is not more than 0.3.
  if (grant.lease && grant.usd + (plan.cost?.usd ?? 0) > grant.lease.usd + 1e-9) return null;
  return (await grantOver(services, grant)) ? null : { step, use: taken(step) + 1 };
}

/** Why it grants no further step, or null. Its time counts from the start of the workflow; at the very instant it is over. */
export async function grantOver(services: Services, grant: Grant): Promise<string | null> {
  if (grant.standing !== null && (await services.leases.get(grant.standing))?.state !== 'live')
    return `Lease ${grant.standing} was revoked.`;
  if (!grant.lease) return null;
  const begun = await services.ledger.get(grant.key);
  const over = !begun || services.now().getTime() >= Date.parse(begun.startedAt) + grant.lease.minutes * 60_000;
  return over ? 'The time of the approved steps is over.' : null;
}

/** Two calls with one hash are the same deed. */
export function deedHash(action: string, input: JsonObject): string {
  return hashJson('deed', { action, input });
}
