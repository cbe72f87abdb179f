/** Exactly what an action is going to do, resolved, before anybody is asked: the card shows it and `run` executes it. */
import type { Json, JsonObject } from './json.ts';
import type { Pattern } from './shape.ts';

export type Effect = 'read' | 'write' | 'destroy';

/** One line of the card. `value` is plain text: renderers escape it and make hidden characters visible. */
export type Detail = { label: string; value: string; link?: string };

/** A fact the plan rests on; read again at execution, and a difference voids the approval. */
export type Precondition = { name: string; expected: Json };

/** A step the approval of a workflow grants: this action with exactly this input, once, unless it says otherwise. */
export type PlannedStep = {
  action: string;
  input: JsonObject;
  summary: string;
  /** Only taken when something goes wrong or right, e.g. `if a machine is unhealthy`. */
  when?: string;
  /** Arguments that need not be exactly those of `input`. */
  vary?: Record<string, Pattern>;
  /** How often it may be taken; default once. */
  times?: number;
};

/** What `plan()` returns. Small: it travels through the database and onto a card. */
export type PlanDraft = {
  /** What is locked while this plan is open, e.g. `fly:acme-web`, `github:acme/web#12`. */
  target: string;
  /** One plain sentence. */
  summary: string;
  environment?: string;
  /** `owner/name`: the repository it comes from, whose writers a policy may name as approvers. */
  repository?: string;
  /** The deeds it stands for (a lease): the policy has to be content with them as well. */
  covers?: {
    action: string;
    effect: Effect;
    egress?: true;
    plan: { target: string; environment?: string; repository?: string };
  };
  /** Who may decide the deed this one is about (whose outcome it settles), apart from whoever asked for it: a policy may go by it. */
  deciders?: string[];
  details: Detail[];
  steps?: PlannedStep[];
  /** How long after its start, and for how much money in all, the steps are granted; beyond that each asks anew. */
  lease?: { minutes: number; usd: number };
  diff?: string;
  cost?: { usd: number; note?: string };
  /** How it is undone, or why it cannot be. */
  undo?: string;
  /** Links people will want: pull request, app, release. */
  links?: { label: string; url: string }[];
  preconditions: Precondition[];
  /** What `run` needs beyond the input, resolved now so that nothing is looked up anew after approval. */
  resolved?: JsonObject;
};

export type Plan = PlanDraft & {
  action: string;
  input: JsonObject;
  effect: Effect;
  /** SHA-256 of the canonical JSON of everything above, domain-tagged (`core/hash.ts`). */
  hash: string;
};
