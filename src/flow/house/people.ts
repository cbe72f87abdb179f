/** Finds the surface of a person by their id: `slack:T1:U1` is at home on slack. */
import type { Services } from '../../core/job.ts';
import type { Surface } from '../../core/surface.ts';

export function surfaceOf(services: Services, person: string): Surface {
  return services.surface(person.split(':')[0] ?? '');
}

export function mentionOf(services: Services, person: string): string {
  return surfaceOf(services, person).mention(person);
}
