/** Every action of the connector, reads first. */
import type { Action } from '../../core/action.ts';
import { branchActions } from './branches.ts';
import { checkActions } from './checks.ts';
import type { GitHub } from './client.ts';
import { commentActions } from './comments.ts';
import { deploymentActions } from './deployments.ts';
import { dispatchActions } from './dispatch.ts';
import { issueActions } from './issues.ts';
import { mergeActions } from './merge.ts';
import { pullRequestActions } from './pull-requests.ts';
import { releaseActions } from './releases.ts';
import { repositoryActions } from './repositories.ts';
import { rerunActions } from './rerun.ts';
import { reviewActions } from './reviews.ts';
import { runActions } from './runs.ts';
import { triageActions } from './triage.ts';

export function actionsOf(github: GitHub): Action[] {
  return [
    ...repositoryActions(github),
    ...branchActions(github),
    ...pullRequestActions(github),
    ...checkActions(github),
    ...runActions(github),
    ...issueActions(github),
    ...mergeActions(github),
    ...commentActions(github),
    ...reviewActions(github),
    ...triageActions(github),
    ...dispatchActions(github),
    ...rerunActions(github),
    ...releaseActions(github),
    ...deploymentActions(github),
  ];
}
