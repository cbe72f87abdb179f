/** Which tasks a model has not been marked on yet. */
import type { Learned } from '../learned.ts';
import type { Task } from './task.ts';
import { tasksOf } from './tasks.ts';

export const evaluatedClasses: Task['class'][] = ['tools', 'speed', 'coding', 'reasoning', 'analysis'];
/** Only those that stand a chance of being asked are worth the money. */
export const modelsAClass = 4;

/** After an alarm all of them, until the model has been looked at anew. */
export function openTasks(learned: Pick<Learned, 'of' | 'graded'>, name: Task['class'], model: string): Task[] {
  const { alarm, evaluatedSinceAlarm } = learned.of(name, model);
  const marked = alarm && evaluatedSinceAlarm === 0 ? new Set<string>() : learned.graded(name, model);
  return tasksOf(name).filter(({ id }) => !marked.has(id));
}
