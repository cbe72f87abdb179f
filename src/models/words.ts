/** What the asker is told of an answer, or of why there is none. */
import type { Answer, ModelClass } from '../core/model.ts';
import type { Success } from './result.ts';

export type Answered = Extract<Answer, { state: 'answered' }>;
export type Tried = { model: string; reason: string };
export type Failed = Tried & { hint: string | undefined };

export function answered(
  result: Success,
  asked: string,
  facts: { usd: number; milliseconds: number; fallbacks: Tried[] },
): Answered {
  return {
    state: 'answered',
    text: result.text,
    calls: result.calls,
    model: result.model,
    ...facts,
    inputTokens: result.inputTokens,
    outputTokens: result.outputTokens,
    ...(result.costKnown ? {} : { costUnknown: true as const }),
    ...(result.cut ? { cut: true as const } : {}),
    ...(result.reasoning.length > 0 ? { carry: { model: asked, reasoning: result.reasoning } } : {}),
  };
}

export function stopped(usd: number, failed: Failed[]): Answer {
  return { state: 'failed', reason: 'I was stopped before a model answered.', usd, fallbacks: named(failed) };
}

export function nobody(wanted: ModelClass): Answer {
  const variable = `SOPHIA_MODEL_${wanted.toUpperCase()}`;
  return {
    state: 'failed',
    reason: `No model is named for ${wanted} work.`,
    hint: `Set ${variable} or SOPHIA_MODEL_FALLBACK to a model this server has.`,
    usd: 0,
    fallbacks: [],
  };
}

/** `said`: those worth naming. One thing to do, if they agree on it. */
export function gaveUp(said: Failed[], usd: number, failed: Failed[]): Answer {
  const hints = new Set(said.map(({ hint }) => hint));
  const hint = (hints.size === 1 && said[0]?.hint) || 'Try again in a minute.';
  const words = said.map(({ model, reason }) => `${model} ${reason}`).join('; ');
  return { state: 'failed', reason: `No model answered: ${words}.`, hint, usd, fallbacks: named(failed) };
}

export function named(failed: Failed[]): Tried[] {
  return failed.map(({ model, reason }) => ({ model, reason }));
}
