/** Runs an action of many steps: each step goes back through the gate under the grant of the workflow's approval. */
import type { WorkflowAction, WorkflowContext } from '../core/action.ts';
import type { Job } from '../core/job.ts';
import type { Button, Reply } from '../core/reply.ts';
import type { MessageRef } from '../core/thread.ts';
import { glassBroken } from './break-glass.ts';
import { type ActionCall, type Grant, keyOf, type Perform, type Ready } from './call.ts';

/** `close`: takes the button to stop it from the progress once it has ended. */
type Ran = { end: Awaited<ReturnType<WorkflowAction['run']>>; close(): Promise<void> };

export async function runWorkflow(
  job: Job,
  call: ActionCall,
  action: WorkflowAction,
  { plan, lease }: Pick<Ready, 'plan' | 'lease'>,
  approvalId: string | null,
  perform: Perform,
): Promise<Ran> {
  const { run, services, surface, thread } = job;
  const grant: Grant = {
    key: keyOf(job, call),
    approvalId,
    steps: plan.steps ?? [],
    spent: new Map(),
    usd: 0,
    lease: plan.lease,
    standing: lease,
    environment: plan.environment ?? call.grant?.environment,
    glassBroken: glassBroken(call),
  };
  let calls = 0;
  let shown = 0;
  let sleeps = 0;
  let message: MessageRef | null = null;
  let last: Reply | null = null;

  const context: WorkflowContext = {
    requester: job.requester,
    act(name, input) {
      calls++;
      return perform(job, { ordinal: `${call.ordinal}.${calls}`, action: name, input, grant });
    },
    async progress(title, steps) {
      shown++;
      const before: MessageRef | null = message;
      last = { kind: 'progress', title, steps, runId: run.id };
      const reply: Reply = { ...last, buttons: [stopButton(run.id)] };
      message = await run.step(`${call.ordinal} progress ${shown}`, async () => {
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
  const end = await action.run(plan, context);
  return {
    end,
    async close() {
      if (message === null || last === null) return;
      await surface
        .update(message, last)
        .catch((error: unknown) =>
          services.log.warn({ run: run.id, error: String(error) }, 'progress keeps its button'),
        );
    },
  };
}

/** What was approved can be taken back where its steps are seen: none begins after it. */
function stopButton(run: string): Button {
  return {
    label: 'Stop',
    style: 'danger',
    action: 'sophia_stop_run',
    input: { run },
    confirm: 'The step under way is let finish, and no other begins. Nothing is rolled back.',
  };
}
