/** Says what to do when somebody names an action that is not there. */
import { closest } from 'fastest-levenshtein';
import type { Services } from '../core/job.ts';
import { missingHint } from './plan.ts';

export function unknownAction(
  name: string,
  services: Pick<Services, 'actions' | 'missing'>,
): { reason: string; hint: string } {
  const hint = missingHint(name, services.missing);
  if (hint !== undefined) return { reason: `\`${name}\` is off because its connector is not set up.`, hint };
  const near = closest(name, [...services.actions.keys()]);
  return {
    reason: `I have no action called \`${name}\`.`,
    hint: near ? `The nearest is \`${near}\`.` : 'Try `/sophia help`.',
  };
}
