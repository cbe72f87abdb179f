/** Whether what a run is about may be shown here: what was asked in a private place is not told elsewhere. */
import type { Policy } from '../core/job.ts';
import type { RunInfo } from '../core/run.ts';

export type Viewer = { person: string; audience: string };

/** Public runs show everywhere, private ones where they were asked; admins see all, but not in public. */
export function maySee(run: RunInfo | null, viewer: Viewer, policy: Policy): boolean {
  if (run === null) return false;
  const isPublic = (audience: string) => audience.endsWith(':public');
  if (isPublic(run.audience) || run.audience === viewer.audience) return true;
  return !isPublic(viewer.audience) && policy.admins().includes(viewer.person);
}

/** What a run is called here. */
export function titleOf(run: RunInfo, viewer: Viewer, policy: Policy): string {
  return maySee(run, viewer, policy) ? run.title : '(asked in a private place)';
}
