/** How a deed ended, as a value. Approved is not applied: this is reported apart from the approval. */
import type { Json } from './json.ts';

/** Where untrusted text came from, shown on the card of any write that follows it. */
export type TaintSource = { source: string };

export type Outcome =
  | { state: 'done'; output: Json; summary: string; reference: string; taint?: TaintSource }
  /** Nothing was done, on purpose: policy, a person's no, expiry, freeze, bad input. */
  | { state: 'refused'; code: RefusalCode; reason: string; hint?: string; reference?: string }
  /** It was tried; what is known not to have happened. */
  | { state: 'failed'; reason: string; hint?: string; reference: string; output?: Json }
  /** It may have happened; a person settles it with the evidence. */
  | { state: 'unknown'; reason: string; evidence: string; reference: string };

export type RefusalCode =
  | 'unknown_action'
  | 'bad_input'
  | 'not_permitted'
  | 'frozen'
  | 'over_budget'
  | 'policy'
  | 'denied'
  | 'expired'
  | 'superseded'
  | 'changed' // something the plan rested on moved after approval
  | 'plan_failed'
  | 'stopped';
