/** Has models work through the evaluation set within a budget: those not measured yet, and those that raised an alarm. */
import type { Budgets, Caps } from '../../core/budget.ts';
import type { Log } from '../../core/connector.ts';
import type { Model } from '../../core/model.ts';
import type { ModelEvents, Sitting } from '../../core/routing.ts';
import type { MeasuredRouting } from '../routing.ts';
import { mark, markKey, turnOf } from './mark.ts';
import { evaluatedClasses, modelsAClass, openTasks } from './open.ts';
import type { Task } from './task.ts';
import { tasksOf } from './tasks.ts';

export type EvaluationOptions = {
  /** Asks exactly the model that is named, without learning from it as from a live answer. */
  ask: Pick<Model, 'answer' | 'atMost'>;
  routing: Pick<MeasuredRouting, 'learned' | 'router' | 'breakers' | 'ready'>;
  events: ModelEvents;
  budgets: Pick<Budgets, 'reserve' | 'settle'>;
  limits: Caps;
  /** Dollars a calendar month (UTC); nothing is asked beyond. */
  monthUsd: number;
  log: Log;
  now: () => Date;
};

/** One sitting, so that the newest alarm never waits long behind the rest. */
const tasksASitting = 40;
const everyMs = 15 * 60_000;

export async function evaluate(options: EvaluationOptions): Promise<Sitting> {
  const { ask, routing, events, budgets, limits, monthUsd, log, now } = options;
  const sitting: Sitting = { asked: 0, good: 0, usd: 0, stopped: null };
  await routing.ready();
  const due = dueTasks(routing);
  for (const { task, model } of due.slice(0, tasksASitting)) {
    const at = now().toISOString();
    const most = ask.atMost(turnOf(task, model));
    if (routing.learned.evaluationUsd(at.slice(0, 7)) + sitting.usd + most > monthUsd)
      return { ...sitting, stopped: `the ${monthUsd} dollars of this month are used up` };
    const key = markKey(task, model, at);
    const spend = {
      runId: `evaluation ${at.slice(0, 10)}`,
      person: 'sophia',
      channel: 'sophia',
      usd: most,
      what: 'evaluation',
      at,
    };
    const room = await budgets.reserve(key, spend, { ...limits, runUsd: monthUsd });
    if (room.state === 'over') return { ...sitting, stopped: `the budget of the ${room.cap} is used up` };
    const marked = await mark({ ask, events }, task, model, at);
    await budgets.settle(key, marked.usd);
    sitting.usd += marked.usd;
    if (marked.state === 'failed') {
      log.warn({ model, reason: marked.reason }, 'A model could not be evaluated.');
      return { ...sitting, stopped: `${model} could not be reached` };
    }
    sitting.asked++;
    sitting.good += marked.good ? 1 : 0;
  }
  return sitting;
}

/** Every so often one of the replicas sits down to it; returns what ends that. */
export function keepEvaluating(options: EvaluationOptions): () => void {
  const { events, log, now } = options;
  const sit = async () => {
    const at = now();
    // Whoever writes this row first does this quarter of an hour's sitting.
    const slot = `evaluating:${Math.floor(at.getTime() / everyMs)}`;
    const facts = { class: null, model: null, run: null, thread: null, person: null, good: null, usd: 0 };
    const mine = await events.append(slot, {
      ...{ ...facts, at: at.toISOString(), kind: 'evaluation', milliseconds: null, detail: null },
    });
    if (!mine) return;
    const sitting = await evaluate(options);
    if (sitting.asked > 0) log.info({ ...sitting }, 'Models were evaluated.');
  };
  const sitting = setInterval(() => {
    sit().catch((error) => log.warn({ error: String(error) }, 'Models could not be evaluated.'));
  }, everyMs);
  return () => clearInterval(sitting);
}

/** Alarms first; then a few tasks of everything, rather than everything of one. */
function dueTasks({ learned, router, breakers }: EvaluationOptions['routing']): { task: Task; model: string }[] {
  const all = evaluatedClasses.flatMap((name) =>
    router
      .ranked(name)
      .slice(0, modelsAClass)
      .filter(({ model }) => breakers.mayAsk(model))
      .flatMap(({ model }) => {
        const open = openTasks(learned, name, model);
        const first = learned.of(name, model).alarm ? -1_000 : tasksOf(name).length - open.length;
        return open.map((task, place) => ({ task, model, place: first + place }));
      }),
  );
  return all.toSorted((one, other) => one.place - other.place);
}
