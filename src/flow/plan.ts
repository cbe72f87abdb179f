/** Makes the canonical plan of a deed: what will be done, to what, resting on which facts, under one hash. */
import type { Action, LookContext } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import { hashJson } from '../core/hash.ts';
import type { Job } from '../core/job.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { TaintSource } from '../core/outcome.ts';
import type { Plan, PlanDraft } from '../core/plan.ts';
import { parseInput } from './input.ts';

/** Longest a plan may take to be resolved, in milliseconds. */
const planningMs = 45_000;

/** `environment`: that of the workflow around it, for a step that names none itself. */
export async function planOf(
  action: Action,
  input: JsonObject,
  context: PlanContext,
  environment?: string,
): Promise<Plan> {
  const draft: PlanDraft = action.plan
    ? await action.plan(input, context)
    : { target: `read:${action.name}`, summary: action.name, details: [], preconditions: [] };
  const place = draft.environment ?? environment ?? context.environmentOf(draft.target);
  const whole = {
    ...draft,
    ...(place === undefined ? {} : { environment: place }),
    action: action.name,
    input,
    effect: action.effect,
  };
  // A round trip drops what JSON cannot hold, so that the plan hashed is the plan stored.
  const settled = JSON.parse(JSON.stringify(whole)) as JsonObject;
  return { ...whole, hash: hashJson('plan', settled) };
}

/** What a plan is made with; beyond what actions see, the sources of untrusted text and what the team has named. */
export type PlanContext = LookContext & { taint: TaintSource[]; environmentOf(target: string): string | undefined };

/** Lets a plan read through other actions; remembers which of them brought untrusted text. */
export function lookContext(job: Job): PlanContext {
  const taint: TaintSource[] = [];
  const { services } = job;
  const context: PlanContext = {
    taint,
    environmentOf: (target) => services.environmentOf(target),
    requester: job.requester,
    place: { thread: job.thread, audience: job.origin.message.audience },
    run: job.run.id,
    heard: job.taint,
    now: () => services.now(),
    signal: AbortSignal.timeout(planningMs),
    async look(name: string, raw: JsonObject): Promise<Json> {
      const action = services.actions.get(name);
      if (!action) {
        const hint = missingHint(name, services.missing);
        throw new SophiaError(
          'not_configured',
          `This needs ${name}, which is not there.`,
          hint === undefined ? {} : { hint },
        );
      }
      if (action.effect !== 'read' || action.kind !== 'action')
        throw new SophiaError('internal', `a plan may only read, and ${name} is a ${action.effect}`);
      const parsed = parseInput(action, raw);
      if (parsed.state === 'wrong') throw new SophiaError('bad_input', `That does not fit ${name}: ${parsed.problem}.`);
      if (action.taints) taint.push({ source: sourceOf(action, parsed.input) });
      const plan = await planOf(action, parsed.input, context);
      return action.run({ ...plan, input: parsed.input }, { ...context, deed: 'look' });
    },
  };
  return context;
}

/** How a source of untrusted text is named on cards: `github_get_pull_request acme/web 12`. */
export function sourceOf(action: Action, input: JsonObject): string {
  const values = Object.values(input).filter((value) => typeof value === 'string' || typeof value === 'number');
  return [action.name, ...values].join(' ').slice(0, 120);
}

export function missingHint(name: string, missing: ReadonlyMap<string, string>): string | undefined {
  for (const [prefix, hint] of missing) if (name.startsWith(prefix)) return hint;
  return undefined;
}
