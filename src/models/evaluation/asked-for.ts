/** An evaluation that somebody asked for: what is open, what it can cost, and the tasks themselves within the dollars allowed. */
import type { Model, ModelClass, Turn } from '../../core/model.ts';
import type { Evaluation, ModelEvents, OpenTasks, Sitting } from '../../core/routing.ts';
import type { Catalogue } from '../catalogue.ts';
import { tokensOf } from '../fit.ts';
import type { MeasuredRouting } from '../routing.ts';
import { mark, turnOf } from './mark.ts';
import { evaluatedClasses, modelsAClass, openTasks } from './open.ts';
import type { Task } from './task.ts';

export type AskedForOptions = {
  ask: Pick<Model, 'answer' | 'atMost'>;
  routing: Pick<MeasuredRouting, 'learned' | 'router' | 'breakers' | 'ready' | 'models'>;
  catalogue: Pick<Catalogue, 'get'>;
  events: ModelEvents;
  now: () => Date;
};

/** So many at once, so that a slow model does not keep people waiting for an hour. */
const atOnce = 4;

export function createEvaluation({ ask, routing, catalogue, events, now }: AskedForOptions): Evaluation {
  /** By the model's own list price, where there is one. */
  function mostUsd(turn: Turn, model: string): number {
    const listed = catalogue.get(model);
    if (!listed) return ask.atMost(turn);
    return ((tokensOf(turn) - turn.maxTokens) * listed.prompt + turn.maxTokens * listed.completion) / 1e6;
  }

  /** The first of them whose highest price fits together. */
  function affordable(some: readonly Task[], model: string, usd: number): Task[] {
    let left = usd + 1e-9;
    const fitting = some.map((task) => {
      left -= mostUsd(turnOf(task, model), model);
      return left >= 0;
    });
    return some.filter((_, index) => fitting[index]);
  }

  const tasksFor = (name: Task['class'], model: string, most: number) =>
    openTasks(routing.learned, name, model).slice(0, most);

  return {
    async open({ kind, model, tasks }) {
      await routing.ready();
      const pairs = evaluatedClasses
        .filter((name) => kind === null || name === kind)
        .flatMap((name) => {
          const ranked = routing.router.ranked(name).map((one) => one.model);
          // One that is in no class yet is looked at in all of them: that is how one decides.
          if (model !== null)
            return ranked.includes(model) || !routing.models().includes(model) ? [{ name, model }] : [];
          return ranked.slice(0, modelsAClass).map((one) => ({ name, model: one }));
        });
      return pairs.flatMap(({ name, model: one }): OpenTasks[] => {
        const open = tasksFor(name, one, tasks);
        if (open.length === 0) return [];
        const usd = open.reduce((sum, task) => sum + mostUsd(turnOf(task, one), one), 0);
        return [{ class: name, model: one, tasks: open.length, usd }];
      });
    },

    async sit({ class: name, model, tasks, usd }, signal) {
      await routing.ready();
      const sitting: Sitting = { asked: 0, good: 0, usd: 0, stopped: null };
      const open = isEvaluated(name) ? tasksFor(name, model, tasks) : [];
      while (open.length > 0 && sitting.stopped === null) {
        const some = affordable(open.slice(0, atOnce), model, usd - sitting.usd);
        if (some.length === 0) sitting.stopped = `the next could cost more than is left of $${usd}`;
        if (signal.aborted) sitting.stopped = 'its time was over';
        if (sitting.stopped !== null) break;
        open.splice(0, some.length);
        for (const one of await Promise.all(
          some.map((task) => mark({ ask, events }, task, model, now().toISOString())),
        )) {
          sitting.usd += one.usd;
          if (one.state === 'failed') sitting.stopped = `it could not be reached: ${one.reason}`;
          else {
            sitting.asked++;
            sitting.good += one.good ? 1 : 0;
          }
        }
      }
      return sitting;
    },
  };
}

function isEvaluated(name: ModelClass): name is Task['class'] {
  return name !== 'fallback';
}
