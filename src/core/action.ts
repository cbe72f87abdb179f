/** One definition of a deed for all doors: model tool, slash command, MCP tool, workflow step. It states facts; policy decides. */
import type { z } from 'zod';
import type { Json, JsonObject } from './json.ts';
import type { Outcome, TaintSource } from './outcome.ts';
import type { Person } from './person.ts';
import type { Effect, Plan, PlanDraft } from './plan.ts';
import type { ProgressStep, Reply } from './reply.ts';

/** What a plan or a read may use. */
export interface LookContext {
  readonly requester: Person;
  /** Where it was asked, and the ACL token of who reads there. */
  readonly place: { thread: string; audience: string };
  /** Id of the run that asks. */
  readonly run: string;
  /** Untrusted text in the run so far: what is kept from here descends from it. */
  readonly heard: readonly TaintSource[];
  now(): Date;
  /** Aborts when the step's time is over. */
  readonly signal: AbortSignal;
  /** Runs a read action by name and returns its output; anything but a read is refused. */
  look(action: string, input: JsonObject): Promise<Json>;
}

/** What a write may use: it executes the stored plan, at most once per approved plan. */
export interface DeedContext extends LookContext {
  /** Key of this deed's ledger row: name it wherever the outside system lets a writer leave a mark. */
  readonly deed: string;
}

/** What a workflow may use: its steps go back through the gate. Between steps its code must be deterministic (it is replayed). */
export interface WorkflowContext {
  readonly requester: Person;
  /** Performs an action through the gate; steps listed in the approved plan need no further approval, each once. */
  act(action: string, input: JsonObject): Promise<Outcome>;
  /** Shows where things stand, in one message that is updated. */
  progress(title: string, steps: ProgressStep[]): Promise<void>;
  sleep(milliseconds: number): Promise<void>;
}

/** `look`: a read that will show it later. */
export type Verdict = 'good' | 'bad' | { look: string; input: JsonObject };

type Facts = {
  /** `connector_verb_object`, the same at every door. */
  name: string;
  description: string;
  effect: Effect;
  /** Its output is untrusted text: web pages, pull request bodies, CI logs, other people's words. */
  taints?: true;
  /** Its input leaves the house for a place the asker chose (a URL, a search query). */
  egress?: true;
  /** It works while everything is frozen, and a model is not told of it: freeze, thaw, stop, and changing the policy. */
  worksFrozen?: true;
  /** It is about the asker's own data: guests, and people of other organisations, may ask for it as well. */
  everyone?: true;
  /** Its output is for the asker alone: asked for anywhere else, it is answered in their own place. */
  private?: true;
  /** Slash grammar, if a person types it: `deploy <service> [to <environment>]`; `<x...>` takes the rest. */
  usage?: string;
  /** One typed line that works, shown in help and with errors. */
  example?: string;
  /** Which arguments a lease offered after it may leave open. */
  varies?: readonly string[];
  /** What is said once it is done, where the plan's summary would leave something out. */
  told?(output: Json): string;
  /** What machines (tests, health checks) make of what was done, told from its output; null when nothing tells. */
  verdict?(output: Json): Verdict | null;
  /** Dollars that it really cost, from its output; left out: what the plan said, when it was done. */
  spent?(output: Json): number;
  /** How its output looks to people, when a plain listing would not do. */
  show?(output: Json): Reply;
};

/** After a crash or a timed-out write: did it happen? `evidence` is shown to a person when unknown. */
export type Reconciliation =
  | { state: 'done'; output: Json }
  /** `begun`: part of it is there, so its facts have moved by its own hand, and `run` does the rest. */
  | { state: 'not done'; begun?: true }
  | { state: 'unknown'; evidence: string };

type SingleAction<Input, Output> = Facts & {
  kind: 'action';
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  /** Read-only; resolves everything. Reads may leave it out. */
  plan?(input: Input, context: LookContext): Promise<PlanDraft>;
  run(plan: Plan & { input: Input }, context: DeedContext): Promise<Output>;
  reconcile?(plan: Plan & { input: Input }, context: DeedContext): Promise<Reconciliation>;
  /** Longest time the write itself may take, in milliseconds; a successor waits for it. Default 15,000. */
  deadlineMs?: number;
};

type ManyStepAction<Input, Output> = Facts & {
  kind: 'workflow';
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  plan(input: Input, context: LookContext): Promise<PlanDraft>;
  run(plan: Plan & { input: Input }, context: WorkflowContext): Promise<WorkflowEnd<Output>>;
};

/** How a workflow ended, as a value: it never throws for an expected end. */
export type WorkflowEnd<Output> =
  | { state: 'done'; output: Output; summary: string }
  | { state: 'failed'; reason: string; hint?: string; output?: Output };

// biome-ignore lint/suspicious/noExplicitAny: the list of all actions holds every input and output type
export type Action = SingleAction<any, any> | ManyStepAction<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: see above
export type WorkflowAction = ManyStepAction<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: see above
export type PlainAction = SingleAction<any, any>;

/** Types the definition and checks the facts that no type can hold. */
export function defineAction<Input, Output>(definition: Omit<SingleAction<Input, Output>, 'kind'>): PlainAction {
  if (definition.effect !== 'read' && !definition.plan)
    throw new TypeError(`${definition.name} writes but has no plan()`);
  return { kind: 'action', ...definition };
}

export function defineWorkflow<Input, Output>(definition: Omit<ManyStepAction<Input, Output>, 'kind'>): WorkflowAction {
  return { kind: 'workflow', ...definition };
}
