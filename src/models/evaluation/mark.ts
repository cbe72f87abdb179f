/** One task given to one model, and what came of it written down. */
import type { Model, Turn } from '../../core/model.ts';
import type { ModelEvents } from '../../core/routing.ts';
import type { Task } from './task.ts';
import { evaluationVersion } from './tasks.ts';

const maxTokens = 1_500;
const system = 'You are being tested. Follow the instructions exactly; call a tool only if one fits what is asked.';

export type Marked = { state: 'marked'; good: boolean; usd: number } | { state: 'failed'; reason: string; usd: number };

/** An alarm makes old marks void: the day in the key lets the same task be marked anew. */
export function markKey(task: Task, model: string, at: string): string {
  return `evaluation:${evaluationVersion}:${model}:${task.id}:${at.slice(0, 10)}`;
}

export function turnOf(task: Task, model: string): Turn {
  return {
    class: task.class,
    system,
    messages: [{ role: 'user', text: task.question }],
    tools: task.tools,
    maxTokens,
    session: `evaluation:${evaluationVersion}:${model}`.slice(0, 256),
    wanted: model,
  };
}

export async function mark(
  { ask, events }: { ask: Pick<Model, 'answer'>; events: ModelEvents },
  task: Task,
  model: string,
  at: string,
): Promise<Marked> {
  const answer = await ask.answer(turnOf(task, model));
  // A model that cannot be reached is not a bad one.
  if (answer.state === 'failed') return { state: 'failed', reason: answer.reason, usd: answer.usd };
  const good = task.holds(answer);
  await events.append(markKey(task, model, at), {
    ...{ at, kind: 'evaluation', class: task.class, model, run: null, thread: null, person: null, good },
    ...{ usd: answer.usd, milliseconds: answer.milliseconds, detail: { task: task.id, version: evaluationVersion } },
  });
  return { state: 'marked', good, usd: answer.usd };
}
