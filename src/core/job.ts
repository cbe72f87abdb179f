/** The one argument that travels: where a piece of work came from, its durable run, and the house's services. */
import type { Action } from './action.ts';
import type { Approvals } from './approval.ts';
import type { Documents } from './attachment.ts';
import type { Audit } from './audit.ts';
import type { Budgets, Caps } from './budget.ts';
import type { Collections, Source } from './collections.ts';
import type { Log } from './connector.ts';
import type { Erasure } from './erasure.ts';
import type { Followups } from './followups.ts';
import type { Freezes } from './freeze.ts';
import type { Leases } from './lease.ts';
import type { Ledger } from './ledger.ts';
import type { Locks } from './locks.ts';
import type { Memory } from './memory.ts';
import type { Message } from './message.ts';
import type { Model } from './model.ts';
import type { TaintSource } from './outcome.ts';
import type { Owed } from './owed.ts';
import type { Person } from './person.ts';
import type { PlanDraft } from './plan.ts';
import type { Policies, PolicyFile, PolicyVersion } from './policies.ts';
import type { Ruling } from './reply.ts';
import type { Reviews } from './review.ts';
import type { Evaluation, Routing } from './routing.ts';
import type { Durable, Run, Runs } from './run.ts';
import type { Schedules } from './schedule.ts';
import type { Live, Surface } from './surface.ts';
import type { ThreadId } from './thread.ts';

/** What started the work. Messages for now; buttons, webhooks, MCP and schedules join here. */
export type Origin = { kind: 'message'; message: Message };

export interface Policy {
  /** What the policy in force says of this deed; `taint` only ever raises. */
  rule(question: PolicyQuestion): Promise<Ruling>;
  /** Whether this person may do one deed alone, in the open; and may review what others did so. Fails closed. */
  breakGlass(person: string): Promise<BreakGlass>;
  /** People in charge, told when something is wrong. */
  admins(): string[];
}

export interface PolicyInForce extends Policy {
  /** The one in force, read anew; null: the built-in rules alone. Throws when it cannot be read or does not hold. */
  current(): Promise<PolicyVersion | null>;
  explain(question: PolicyQuestion): Promise<Explanation>;
  /** Whom another text would lock out: whether it could ever be changed again, and the rules that nobody could approve. */
  weigh(text: string, change: Action): Promise<{ changeable: boolean; undecidable: string[] }>;
}

/** Why a policy says what it says. */
export type Explanation = {
  ruling: Ruling;
  /** The rule that fits first; null when none does. */
  decides: string | null;
  /** The rules before it, each with the first condition that does not hold. */
  passed: { rule: string; because: string }[];
  /** Untrusted text made it stricter. */
  raised: boolean;
};

/** `announce`: the channel (`slack:T1:C0OPS`) where all see it. */
export type BreakGlass = ({ state: 'may'; announce: string } | { state: 'may not'; reason: string }) & {
  mayReview: boolean;
};

export type PolicyQuestion = {
  action: Action;
  plan: Pick<PlanDraft, 'environment' | 'target' | 'repository' | 'covers' | 'deciders'>;
  requester: Person;
  channel: string;
  taint: TaintSource[];
};

export interface Services {
  /** Name of this process, for ledger rows. */
  owner: string;
  now(): Date;
  log: Log;
  actions: ReadonlyMap<string, Action>;
  /** Why an action that could exist does not (its connector is off): name prefix → what to set. */
  missing: ReadonlyMap<string, string>;
  policy: PolicyInForce;
  policies: Policies;
  /** Null when SOPHIA_POLICY is not set. */
  policyFile: PolicyFile | null;
  approvals: Approvals;
  ledger: Ledger;
  leases: Leases;
  locks: Locks;
  audit: Audit;
  followups: Followups;
  collections: Collections;
  /** Outside systems whose collections can be connected, by what they are called. */
  sources: ReadonlyMap<string, Source>;
  freezes: Freezes;
  budgets: Budgets;
  runs: Runs;
  reviews: Reviews;
  owed: Owed;
  schedules: Schedules;
  memory: Memory;
  erasure: Erasure;
  documents: Documents;
  model: Model;
  routing: Routing;
  /** Null without a model. */
  evaluation: Evaluation | null;
  durable: Durable;
  surface(name: string): Surface;
  /** The environment a target belongs to, when the team has named it (`fly:acme-web` → `production`). */
  environmentOf(target: string): string | undefined;
  /** What a name the team uses stands for: a service its targets, an environment `environment:…`; nothing when unknown. */
  scopesOf(name: string): string[];
  /** Removes every live secret from text. */
  redact(text: string): string;
  /** Dollars. */
  limits: Caps;
}

export type Job = {
  origin: Origin;
  requester: Person;
  thread: ThreadId;
  surface: Surface;
  /** The answer as it grows, where that can be seen. */
  live: Live | null;
  run: Run;
  services: Services;
  /** Untrusted sources met so far; rebuilt from remembered steps on replay. */
  taint: TaintSource[];
  /** Deeds (action and input, hashed) that somebody said no to in this run: not asked again. */
  denied: Set<string>;
};
