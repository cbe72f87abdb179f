/** The house's Model: asks the class's models in turn, at most three, each once, and says what happened. */
import type { Log } from '../core/connector.ts';
import type { Json } from '../core/json.ts';
import type { Answer, Listener, Model, ModelClass, Turn } from '../core/model.ts';
import { defaultMaxPrice, defaultPatienceMs, isOpenRouter, type MaxPrice, type ModelClasses } from './classes.ts';
import type { Provider } from './failure.ts';
import type { Journal } from './journal.ts';
import { createOpenRouter } from './openrouter.ts';
import type { Success } from './result.ts';

export { chooseClasses, type MaxPrice, type ModelClasses } from './classes.ts';
export { chooseClass } from './classify.ts';
export { createJournal, type Journal } from './journal.ts';

export type ModelOptions = {
  baseUrl: string;
  /** May be empty for servers that want none. */
  apiKey: string;
  classes: ModelClasses;
  /** Dollars per million tokens; OpenRouter uses no dearer endpoint. */
  maxPrice?: MaxPrice;
  /** How long one model may take, per class. Milliseconds. */
  patienceMs?: Partial<Record<ModelClass, number>>;
  fetch?: typeof fetch;
  /** Where answers are written down, to be learned from. */
  journal?: Pick<Journal, 'answered'>;
  log: Log;
  now?: () => Date;
};

const mostModels = 3;
/** All models of one answer together. */
const wholePatienceMs = 240_000;

type Tried = { model: string; reason: string };
type Failed = Tried & { hint: string | undefined };

export function createModel(options: ModelOptions): Model {
  const { baseUrl, apiKey, classes, log, maxPrice = defaultMaxPrice, now = () => new Date() } = options;
  const openRouter = isOpenRouter(baseUrl);
  const provider: Provider = { name: openRouter ? 'OpenRouter' : hostOf(baseUrl), openRouter };
  const patienceMs = { ...defaultPatienceMs, ...options.patienceMs };
  const ask = createOpenRouter({
    baseUrl,
    apiKey,
    provider,
    openRouter,
    maxPrice,
    deadlineMs: wholePatienceMs,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });

  async function answer(turn: Turn, listener: Listener = {}): Promise<Answer> {
    const { signal, heard, restarted } = listener;
    const candidates = [...new Set([...classes[turn.class], ...classes.fallback])].slice(0, mostModels);
    const whole = AbortSignal.any([AbortSignal.timeout(wholePatienceMs), ...(signal ? [signal] : [])]);
    const failed: Failed[] = [];
    let usd = 0;
    for (const model of candidates) {
      if (signal?.aborted) return stopped(usd, named(failed));
      const began = now().getTime();
      const patience = AbortSignal.any([AbortSignal.timeout(patienceMs[turn.class]), whole]);
      let spoke = false;
      const hear =
        heard &&
        ((words: string) => {
          spoke = true;
          heard(words);
        });
      const { cause, ...result } = await ask(model, turn, patience, hear);
      const milliseconds = now().getTime() - began;
      usd += result.usd;
      if (result.state === 'answered') {
        log.debug({ model: result.model, asked: model, milliseconds, usd: result.usd }, 'A model answered.');
        const said = answered(result, model, { usd, milliseconds, fallbacks: named(failed) });
        await options.journal
          ?.answered(turn, { class: turn.class, reason: 'first in the configured order', candidates: [] }, said)
          .catch((error) => log.warn({ error: String(error) }, 'An answer could not be written down.'));
        return said;
      }
      if (spoke) restarted?.();
      if (signal?.aborted) return stopped(usd, named(failed));
      failed.push({ model, reason: result.reason, hint: result.hint });
      log.warn({ model, class: turn.class, reason: result.reason, milliseconds, err: cause }, 'A model failed.');
      if (result.final || whole.aborted) return gaveUp(failed.slice(-1), usd, named(failed));
    }
    return candidates.length === 0 ? nobody(turn.class) : gaveUp(failed, usd, named(failed));
  }

  return {
    answer,
    // Dearer models than this are not used, and three characters a token is few: it costs less in the end.
    atMost: ({ system, messages, tools, maxTokens }) =>
      openRouter
        ? ((JSON.stringify([system, messages, tools]).length / 3) * maxPrice.prompt + maxTokens * maxPrice.completion) /
          1e6
        : 0,
    describe: (): Json => ({
      provider: provider.name,
      baseUrl: withoutSecrets(baseUrl),
      openRouter,
      classes,
      maxPrice,
    }),
  };
}

function answered(
  result: Success,
  asked: string,
  facts: { usd: number; milliseconds: number; fallbacks: Tried[] },
): Extract<Answer, { state: 'answered' }> {
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

function stopped(usd: number, fallbacks: Tried[]): Answer {
  return { state: 'failed', reason: 'I was stopped before a model answered.', usd, fallbacks };
}

function nobody(wanted: ModelClass): Answer {
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
function gaveUp(said: Failed[], usd: number, fallbacks: Tried[]): Answer {
  const hints = new Set(said.map(({ hint }) => hint));
  const hint = (hints.size === 1 && said[0]?.hint) || 'Try again in a minute.';
  const words = said.map(({ model, reason }) => `${model} ${reason}`).join('; ');
  return { state: 'failed', reason: `No model answered: ${words}.`, hint, usd, fallbacks };
}

function named(failed: Failed[]): Tried[] {
  return failed.map(({ model, reason }) => ({ model, reason }));
}

function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'the model server';
}

function withoutSecrets(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname;
}
