/** Runs an action of many steps: each step goes back through the gate under the grant of the workflow's approval. */
import type { WorkflowAction, WorkflowContext } from '../core/action.ts';
import type { Job } from '../core/job.ts';
import type { Plan } from '../core/plan.ts';
import type { MessageRef } from '../core/thread.ts';
import { glassBroken } from './break-glass.ts';
import { type ActionCall, type Grant, keyOf, type Perform } from './call.ts';

export async function runWorkflow(
  job: Job,
  call: ActionCall,
  action: WorkflowAction,
  plan: Plan,
  approvalId: string | null,
  perform: Perform,
): Promise<Awaited<ReturnType<WorkflowAction['run']>>> {
  const { run, services, surface, thread } = job;
  const grant: Grant = {
    key: keyOf(job, call),
    approvalId,
    steps: plan.steps ?? [],
    spent: new Map(),
    usd: 0,
    lease: plan.lease,
    environment: plan.environment ?? call.grant?.environment,
    glassBroken: glassBroken(call),
  };
  let calls = 0;
  let shown = 0;
  let sleeps = 0;
  let message: MessageRef | null = null;

  const context: WorkflowContext = {
    requester: job.requester,
    act(name, input) {
      calls++;
      return perform(job, { ordinal: `${call.ordinal}.${calls}`, action: name, input, grant });
    },
    async progress(title, steps) {
      shown++;
      const before: MessageRef | null = message;
      message = await run.step(`${call.ordinal} progress ${shown}`, async () => {
        const reply = { kind: 'progress' as const, title, steps, runId: run.id };
        try {
          if (before === null) return await surface.post(thread, reply, `${run.id}/${call.ordinal}/progress`);
          await surface.update(before, reply);
        } catch (error) {
          // The deed goes on: nobody wants a rollout that hangs because Slack is slow.
          services.log.warn({ run: run.id, error: String(error) }, 'progress could not be shown');
        }
        return before;
      });
    },
    async sleep(milliseconds) {
      sleeps++;
      await run.sleep(`${call.ordinal} sleep ${sleeps}`, milliseconds);
    },
  };
  return await action.run(plan, context);
}
