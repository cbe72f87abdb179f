/** Sophia's actions upon herself; `services` is asked for late, since the actions are part of the services. */
import type { Action } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import { approvalActions } from './approvals.ts';
import { auditActions } from './audit.ts';
import { budgetActions } from './budget.ts';
import { collectionActions } from './collections.ts';
import { correctActions } from './correct.ts';
import { digestActions } from './digest.ts';
import { evaluationActions } from './evaluate.ts';
import { forgetActions } from './forget.ts';
import { freezeActions } from './freeze.ts';
import { heldMemoryActions } from './held-memories.ts';
import { leaseActions } from './leases.ts';
import { memoryReads } from './memory-kept.ts';
import { modelActions } from './models.ts';
import { policyActions } from './policy.ts';
import { policyExplanations } from './policy-explained.ts';
import { policyReads } from './policy-shown.ts';
import { memoryActions } from './remember.ts';
import { reviewActions } from './reviews.ts';
import { runActions } from './runs.ts';
import { showDigestActions } from './show-digest.ts';
import { unknownActions } from './unknown.ts';

export function houseActions(services: () => Services): Action[] {
  return [
    approvalActions,
    leaseActions,
    reviewActions,
    runActions,
    unknownActions,
    freezeActions,
    auditActions,
    budgetActions,
    collectionActions,
    memoryActions,
    modelActions,
    evaluationActions,
    // Before `memory [<form>]`, which would take their words for its own.
    heldMemoryActions,
    memoryReads,
    forgetActions,
    correctActions,
    digestActions,
    showDigestActions,
    policyActions,
    policyReads,
    policyExplanations,
  ].flatMap((make) => make(services));
}
