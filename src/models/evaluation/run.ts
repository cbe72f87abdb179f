/** Has models work through the evaluation set within a budget: those not measured yet, and those that raised an alarm. */
import type { Budgets, Caps } from '../../core/budget.ts';
import type { Log } from '../../core/connector.ts';
import type { Model, Turn } from '../../core/model.ts';
import type { ModelEvents } from '../../core/routing.ts';
import type { MeasuredRouting } from '../routing.ts';
import type { Task } from './task.ts';
import { evaluationVersion, tasksOf } from './tasks.ts';

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

const classes: Task['class'][] = ['tools', 'speed', 'coding', 'reasoning', 'analysis'];
/** Only those that stand a chance of being asked are worth the money. */
const modelsAClass = 4;
/** One sitting, so that the newest alarm never waits long behind the rest. */
const tasksASitting = 40;
const everyMs = 15 * 60_000;
const maxTokens = 1_500;
const system = 'You are being tested. Follow the instructions exactly; call a tool only if one fits what is asked.';

export type Sitting = { asked: number; good: number; usd: number; stopped: string | null };

export async function evaluate(options: EvaluationOptions): Promise<Sitting> {
  const { ask, routing, events, budgets, limits, monthUsd, log, now } = options;
  const sitting: Sitting = { asked: 0, good: 0, usd: 0, stopped: null };
  await routing.ready();
  const due = dueTasks(routing);
  for (const { task, model } of due.slice(0, tasksASitting)) {
    const at = now().toISOString();
    const turn: Turn = {
      class: task.class,
      system,
      messages: [{ role: 'user', text: task.question }],
      tools: task.tools,
      maxTokens,
      session: `evaluation:${evaluationVersion}:${model}`.slice(0, 256),
      wanted: model,
    };
    const most = ask.atMost(turn);
    if (routing.learned.evaluationUsd(at.slice(0, 7)) + sitting.usd + most > monthUsd)
      return { ...sitting, stopped: `the ${monthUsd} dollars of this month are used up` };
    // An alarm makes old marks void: the day in the key lets the same task be marked anew.
    const key = `evaluation:${evaluationVersion}:${model}:${task.id}:${at.slice(0, 10)}`;
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
    const answer = await ask.answer(turn);
    await budgets.settle(key, answer.usd);
    sitting.usd += answer.usd;
    // A model that cannot be reached is not a bad one.
    if (answer.state === 'failed') {
      log.warn({ model, reason: answer.reason }, 'A model could not be evaluated.');
      return { ...sitting, stopped: `${model} could not be reached` };
    }
    const good = task.holds(answer);
    sitting.asked++;
    sitting.good += good ? 1 : 0;
    await events.append(key, {
      ...{ at, kind: 'evaluation', class: task.class, model, run: null, thread: null, person: null, good },
      ...{ usd: answer.usd, milliseconds: answer.milliseconds, detail: { task: task.id, version: evaluationVersion } },
    });
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
  const all = classes.flatMap((name) =>
    router
      .ranked(name)
      .slice(0, modelsAClass)
      .filter(({ model }) => breakers.mayAsk(model))
      .flatMap(({ model }) => {
        const { alarm, evaluatedSinceAlarm } = learned.of(name, model);
        const isVoid = alarm && evaluatedSinceAlarm === 0;
        const marked = isVoid ? new Set<string>() : learned.graded(name, model);
        const open = tasksOf(name).filter(({ id }) => !marked.has(id));
        return open.map((task, place) => ({ task, model, place: (alarm ? -1_000 : marked.size) + place }));
      }),
  );
  return all.toSorted((one, other) => one.place - other.place);
}
