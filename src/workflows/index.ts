/** The workflows, made from the names of the team's services. */
import type { WorkflowAction } from '../core/action.ts';
import { deploy } from './deploy.ts';
import { merge } from './merge.ts';
import { resize } from './resize.ts';
import { rollback } from './rollback.ts';
import type { ServiceBook } from './services.ts';

export { environments, findPlace, parseServices, scopes, workflowTarget } from './services.ts';

export function workflows(book: ServiceBook): WorkflowAction[] {
  return [deploy(book), rollback(book), merge(), resize()];
}
