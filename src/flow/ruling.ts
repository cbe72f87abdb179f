/** What the policy in force, or an approval already given, says of a deed. */
import type { Action } from '../core/action.ts';
import { hashJson } from '../core/hash.ts';
import type { Job } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import type { Plan } from '../core/plan.ts';
import type { Ruling } from '../core/reply.ts';
import type { ActionCall, Grant } from './call.ts';

/** `grantStep`: the listed step of the workflow's approval that this call spends. */
export type Ruled = { ruling: Ruling; grantStep: number | null };

/** An approval already given comes first, then the policy. */
export async function ruleCall(job: Job, call: ActionCall, action: Action, plan: Plan): Promise<Ruled> {
  const grantStep = call.grant ? grantedStep(call.grant, plan) : null;
  if (grantStep !== null)
    return { ruling: { verdict: 'allow', rule: `step ${grantStep + 1} of the approved plan` }, grantStep };
  return { ruling: await rule(job, action, plan), grantStep };
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

function grantedStep(grant: Grant, plan: Plan): number | null {
  const wanted = deedHash(plan.action, plan.input);
  const index = grant.steps.findIndex((step, i) => !grant.spent.has(i) && deedHash(step.action, step.input) === wanted);
  return index === -1 ? null : index;
}

/** Two calls with one hash are the same deed. */
export function deedHash(action: string, input: JsonObject): string {
  return hashJson('deed', { action, input });
}
