/** Runs a read: no lock and no ledger, since doing it twice changes nothing. */
import type { PlainAction } from '../core/action.ts';
import { toSophiaError } from '../core/error.ts';
import type { Job } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import type { ActionCall } from './call.ts';
import { lookContext, sourceOf } from './plan.ts';
import { record } from './written.ts';

/** Longest a read may take unless the action says otherwise, in milliseconds. */
const readMs = 60_000;

export async function runRead(job: Job, call: ActionCall, action: PlainAction, plan: Plan): Promise<Outcome> {
  const context = {
    ...lookContext(job),
    deed: `${job.run.id}/${call.ordinal}`,
    signal: AbortSignal.timeout(action.deadlineMs ?? readMs),
  };
  try {
    const output = action.output.parse(await action.run(plan, context)) as Json;
    const row = await record(job, 'settled', action.name, {
      facts: { state: 'done', call: call.ordinal, plan: plan.hash },
    });
    return {
      state: 'done',
      output,
      summary: plan.summary,
      reference: row.reference,
      ...(action.taints ? { taint: { source: sourceOf(action, plan.input) } } : {}),
    };
  } catch (error) {
    const problem = toSophiaError(error);
    const row = await record(job, 'settled', action.name, {
      facts: { state: 'failed', code: problem.code, call: call.ordinal },
      texts: { reason: problem.message },
    });
    job.services.log.warn(
      { reference: row.reference, action: action.name, error: String(problem.cause ?? problem) },
      'a read failed',
    );
    return {
      state: 'failed',
      reason: problem.message,
      reference: row.reference,
      ...(problem.hint ? { hint: problem.hint } : {}),
    };
  }
}
