/** Every action of the connector, reads first. */
import type { Action } from '../../core/action.ts';
import { checkActions } from './checks.ts';
import type { GitHub } from './client.ts';
import { commentActions } from './comments.ts';
import { issueActions } from './issues.ts';
import { mergeActions } from './merge.ts';
import { pullRequestActions } from './pull-requests.ts';
import { repositoryActions } from './repositories.ts';
import { reviewActions } from './reviews.ts';
import { triageActions } from './triage.ts';

export function actionsOf(github: GitHub): Action[] {
  return [
    ...repositoryActions(github),
    ...pullRequestActions(github),
    ...checkActions(github),
    ...issueActions(github),
    ...mergeActions(github),
    ...commentActions(github),
    ...reviewActions(github),
    ...triageActions(github),
  ];
}
