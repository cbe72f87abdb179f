/** Changes machines one after the other, their image or their size, looks at the health of each, and puts all back when one is ill. */
import { z } from 'zod';
import type { WorkflowContext, WorkflowEnd } from '../core/action.ts';
import type { JsonObject } from '../core/json.ts';
import type { Outcome } from '../core/outcome.ts';
import type { PlannedStep } from '../core/plan.ts';
import type { ProgressStep } from '../core/reply.ts';
import { shortImage } from '../kit/image.ts';

export const move = z.object({
  machine: z.string(),
  region: z.string(),
  /** Version the machine must have when its turn comes. */
  instance_id: z.string(),
  from: z.string(),
  to: z.string(),
  /** Not running: it is changed as it lies, and nothing is asked of its health. */
  asleep: z.boolean().exactOptional(),
});
export type Move = z.infer<typeof move>;

/** What is changed on each machine, and the words for it. */
export type Change = {
  action: string;
  input(app: string, one: Move, to: string, instance: string | null): JsonObject;
  shown(what: string): string;
  /** As in “2 of 3 machines run the new image”. */
  have: string;
  again: string;
  /** What to do about a machine that did not become healthy. */
  mend: string;
};

export const imageChange: Change = {
  action: 'fly_update_machine',
  input: (app, { machine }, image, expected_instance) => ({ app, machine, image, expected_instance }),
  shown: shortImage,
  have: 'run the new image',
  again: 'Deploy again to finish, or roll back to return.',
  mend: 'Fix the release, then deploy again.',
};

export const rolled = z.object({
  app: z.string(),
  image: z.string(),
  machines: z.array(z.string()),
  rolled_back: z.array(z.string()),
  /** What the health checks made of it; null when none was asked. */
  health: z.enum(['good', 'bad']).nullable(),
});
export type Rolled = z.infer<typeof rolled>;

/** Seconds a machine is given to become healthy. */
const healthSeconds = 180;

/** The steps an approval of this rollout grants: each machine forward, and each back if one does not become healthy. */
export function rollingSteps(app: string, moves: Move[], change = imageChange): PlannedStep[] {
  const { action, shown } = change;
  return [
    ...moves.map((one) => ({
      action,
      input: forward(change, app, one),
      summary: `${one.region} ${one.machine}: ${shown(one.from)} → ${shown(one.to)}`,
    })),
    ...moves.map((one) => ({
      action,
      input: back(change, app, one),
      summary: `${one.region} ${one.machine}: back to ${shown(one.from)}`,
      when: 'a machine does not become healthy',
    })),
  ];
}

const forward = (change: Change, app: string, one: Move) => change.input(app, one, one.to, one.instance_id);
const back = (change: Change, app: string, one: Move) => change.input(app, one, one.from, null);

const verdict = z.object({ healthy: z.boolean(), reason: z.string() });
const updated = z.object({ instance_id: z.string() });

export async function roll(
  context: WorkflowContext,
  title: string,
  app: string,
  moves: Move[],
  change = imageChange,
): Promise<WorkflowEnd<Rolled>> {
  const steps: ProgressStep[] = moves.map((one) => ({ title: `${one.region} ${one.machine}`, state: 'waiting' }));
  const show = () => context.progress(title, steps);
  const result: Rolled = { app, image: moves[0]?.to ?? '', machines: [], rolled_back: [], health: null };
  const set = (index: number, state: ProgressStep['state'], detail: string) => {
    const step = steps[index];
    if (step) steps[index] = { title: step.title, state, detail };
  };

  for (const [index, one] of moves.entries()) {
    set(index, 'running', 'updating');
    await show();
    const changed = await context.act(change.action, forward(change, app, one));
    if (changed.state !== 'done') {
      set(index, 'failed', said(changed));
      await show();
      // Nobody knows what this machine runs, or somebody stopped it: going on or back by itself could make it worse.
      if (changed.state === 'unknown' || changed.state === 'refused')
        return halted(change, result, moves, one, changed);
      return putBack(context, {
        change,
        app,
        moves: moves.slice(0, index),
        steps,
        show,
        set,
        result,
        reason: `${one.region} ${one.machine} could not be updated: ${said(changed)}`,
      });
    }
    result.machines.push(one.machine);
    if (one.asleep) {
      set(index, 'done', 'changed; not running');
      await show();
      continue;
    }
    set(index, 'running', 'started; waiting for its health checks');
    await show();
    const instance = updated.parse(changed.output).instance_id;
    const health = await context.act('fly_wait_healthy', {
      app,
      machine: one.machine,
      instance_id: instance,
      timeout_seconds: healthSeconds,
    });
    // A stop or a freeze: a person wants nothing more to happen, so not a roll-back either.
    if (health.state === 'refused') {
      set(index, 'failed', said(health));
      await show();
      return halted(change, result, moves, one, health);
    }
    const well = health.state === 'done' ? verdict.parse(health.output) : { healthy: false, reason: said(health) };
    set(index, well.healthy ? 'done' : 'failed', well.reason);
    await show();
    if (!well.healthy && health.state === 'done') result.health = 'bad';
    if (!well.healthy)
      return putBack(context, {
        change,
        app,
        moves: moves.slice(0, index + 1),
        steps,
        show,
        set,
        result,
        reason: `${one.region} ${one.machine} is not healthy: ${well.reason}`,
      });
  }
  if (moves.some((one) => !one.asleep)) result.health = 'good';
  return {
    state: 'done',
    output: result,
    summary: `${title}: ${moves.length} machine${moves.length === 1 ? '' : 's'} updated, ${moves.some((one) => one.asleep) ? 'all that run' : 'all'} healthy.`,
  };
}

type Back = {
  change: Change;
  app: string;
  moves: Move[];
  steps: ProgressStep[];
  show(): Promise<void>;
  set(index: number, state: ProgressStep['state'], detail: string): void;
  result: Rolled;
  reason: string;
};

/** The newest change is undone first. */
async function putBack(context: WorkflowContext, work: Back): Promise<WorkflowEnd<Rolled>> {
  const { change, app, moves, steps, show, set, result } = work;
  for (const [index, step] of steps.entries()) if (step.state === 'waiting') set(index, 'skipped', 'not touched');
  const stuck: string[] = [];
  for (const [index, one] of [...moves.entries()].reverse()) {
    set(index, 'running', 'rolling back');
    await show();
    const undone = await context.act(change.action, back(change, app, one));
    if (undone.state === 'done' && one.asleep) {
      result.rolled_back.push(one.machine);
      set(index, 'failed', 'rolled back; not running');
      await show();
      continue;
    }
    const health =
      undone.state === 'done'
        ? await context.act('fly_wait_healthy', { app, machine: one.machine, timeout_seconds: healthSeconds })
        : undone;
    const well = health.state === 'done' && verdict.parse(health.output).healthy;
    if (well) result.rolled_back.push(one.machine);
    else
      stuck.push(
        `${one.region} ${one.machine} (${health.state === 'done' ? verdict.parse(health.output).reason : said(health)})`,
      );
    set(index, 'failed', well ? 'rolled back, healthy' : 'rolling back did not work');
    await show();
  }
  if (stuck.length > 0)
    return {
      state: 'failed',
      reason: `${sentence(work.reason)} Rolling back did not work on ${stuck.join(', ')}.`,
      hint: `Look now: \`/sophia status ${app}\`.`,
      output: result,
    };
  const outcome =
    moves.length === 0
      ? 'Nothing was changed.'
      : `I rolled back ${moves.length === 1 ? 'that machine' : `${moves.length} machines`}; all run what they ran before.`;
  return {
    state: 'failed',
    reason: `${sentence(work.reason)} ${outcome}`,
    hint: change.mend,
    output: result,
  };
}

/** What a service said of itself may end without a full stop. */
function sentence(words: string): string {
  return /[.!?]$/.test(words.trim()) ? words.trim() : `${words.trim()}.`;
}

function halted(
  change: Change,
  result: Rolled,
  moves: Move[],
  one: Move,
  why: Exclude<Outcome, { state: 'done' }>,
): WorkflowEnd<Rolled> {
  const done = result.machines.length;
  return {
    state: 'failed',
    reason: `I stopped at ${one.region} ${one.machine}: ${said(why)} ${done} of ${moves.length} machines ${change.have}.`,
    hint: done > 0 ? change.again : 'Ask again when the cause is gone.',
    output: result,
  };
}

function said(outcome: Outcome): string {
  return outcome.state === 'done' ? outcome.summary : outcome.reason;
}
