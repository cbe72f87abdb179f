/** After a deed that people approved: the offer to be asked once for an hour of the like, against approval fatigue. */
import type { Action } from '../core/action.ts';
import type { Job } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import type { Reply } from '../core/reply.ts';

export async function offerLease(
  job: Job,
  action: Action | undefined,
  input: JsonObject,
  reply: Reply,
): Promise<Reply> {
  if (reply.kind !== 'outcome' || reply.outcome.state !== 'done' || !action?.varies) return reply;
  const entry = await job.services.ledger.get(`${job.run.id}/1`);
  if (!entry?.approvalId) return reply;
  const ask = { duration: '1h', action: action.name, input, vary: action.varies.filter((name) => name in input) };
  const button = { label: 'Allow the like for 1 h', action: 'sophia_grant_lease', input: ask };
  return { ...reply, buttons: [...(reply.buttons ?? []), button] };
}
