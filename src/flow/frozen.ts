/** Why a deed may not be written now: a freeze that covers it, or freezes that cannot be read. */
import type { Action } from '../core/action.ts';
import { everything, type Freeze } from '../core/freeze.ts';
import type { Services } from '../core/job.ts';
import type { Plan } from '../core/plan.ts';

export type Stop = { reason: string; hint: string };

type Frozen = Pick<Plan, 'action' | 'target' | 'environment' | 'steps'>;

/** Null when it is free to go. Without a plan only a freeze of everything is known to cover it; unreadable state counts as frozen. */
export async function frozen(
  services: Pick<Services, 'freezes' | 'log' | 'environmentOf'>,
  action: Action | undefined,
  plan?: Frozen,
): Promise<Stop | null> {
  if (action && (action.effect === 'read' || action.worksFrozen)) return null;
  try {
    const freezes = await services.freezes.all();
    const freeze = freezes.find(({ scope }) =>
      plan ? covers(scope, plan, services.environmentOf(plan.target)) : scope === everything,
    );
    return freeze ? stopBy(freeze) : null;
  } catch (error) {
    services.log.error({ error: String(error) }, 'the freeze could not be read');
    return {
      reason: 'I cannot read whether things are frozen, so I treat them as frozen.',
      hint: 'Ask again in a minute; if it stays so, look at the database.',
    };
  }
}

function stopBy({ scope, since, reason }: Freeze): Stop {
  const all = scope === everything;
  return {
    reason: `${all ? 'Everything' : scope} is frozen since ${since.slice(0, 16).replace('T', ' ')} UTC: ${reason}`,
    hint: `When it is safe again: \`/sophia thaw${all ? '' : ` in ${scope}`}\`.`,
  };
}

/** `named`: the environment the team gave the target, whatever the plan calls it. */
export function covers(scope: string, plan: Frozen, named?: string): boolean {
  const wanted = scope.toLowerCase();
  if (wanted === everything) return true;
  if (wanted.startsWith('environment:'))
    return [plan.environment, named].some((one) => one && `environment:${one.toLowerCase()}` === wanted);
  if (wanted.startsWith('connector:'))
    return [
      plan.target.split(':')[0],
      connectorOf(plan.action),
      ...(plan.steps ?? []).map((step) => connectorOf(step.action)),
    ].some((one) => `connector:${one?.toLowerCase()}` === wanted);
  // `github:acme/web` covers `github:acme/web#12`, and `fly:acme-web` does not cover `fly:acme-web-2`.
  const target = plan.target.toLowerCase();
  return target === wanted || (target.startsWith(wanted) && '#/:@'.includes(target.charAt(wanted.length)));
}

export function connectorOf(action: string): string {
  return action.split('_')[0] ?? '';
}
