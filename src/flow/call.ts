/** What a deed is called with on its way through the gate, and what it has become once planned. */

import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { Outcome, TaintSource } from '../core/outcome.ts';
import type { Plan, PlannedStep } from '../core/plan.ts';
import type { Ruling } from '../core/reply.ts';

/** What a workflow's approval granted: these steps, each as often as it says. */
export type Grant = {
  /** Ledger key of the workflow. */
  key: string;
  approvalId: string | null;
  steps: PlannedStep[];
  /** Step → how often it was taken. */
  spent: Map<number, number>;
  /** Dollars of the steps taken. */
  usd: number;
  lease: Plan['lease'];
  /** The standing lease that allowed the workflow: revoked, it grants no further step. */
  standing: string | null;
  environment: string | undefined;
  /** The workflow was begun with broken glass. */
  glassBroken: boolean;
};

export type ActionCall = {
  /** Position in the run, stable on replay: `2`, and `2.1` inside a workflow. */
  ordinal: string;
  action: string;
  input: Json;
  /** What the model said it wants this for. */
  modelNote?: string;
  grant?: Grant;
  /** Why the person does it alone. */
  breakGlass?: string;
};

export type Ready = {
  state: 'ready';
  plan: Plan;
  /** When; what an earlier build remembered of a run has no such moment. */
  plannedAt?: string;
  ruling: Ruling;
  /** Id for the approval, should it be asked: made here so that a replay has the same. */
  approvalId: string;
  /** Which listed step of the workflow's approval this call spends. */
  grantStep: number | null;
  /** Which use of that step it is, from 1. */
  grantUse: number;
  /** The standing lease that allows it, spent as it begins. */
  lease: string | null;
  taint: TaintSource[];
};

/** The gate itself, handed to workflows so that their steps come back through it. */
export type Perform = (job: Job, call: ActionCall) => Promise<Outcome>;

/** `moved`: the approval is void and the gate makes a new plan. */
export type Executed = { state: 'ended'; outcome: Outcome } | { state: 'moved'; reason: string };

/** Key of the deed's ledger row. */
export function keyOf(job: Job, call: ActionCall): string {
  return `${job.run.id}/${call.ordinal}`;
}
