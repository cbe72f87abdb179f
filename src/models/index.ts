/** The house's Model: asks models in turn, each once, checks what comes, and says what happened. */
import type { Log } from '../core/connector.ts';
import type { Json } from '../core/json.ts';
import type { Answer, Listener, Model, ModelClass, Turn } from '../core/model.ts';
import type { Choice } from '../core/routing.ts';
import { createAttempts } from './attempt.ts';
import { wrongWith } from './checks.ts';
import { defaultMaxPrice, defaultPatienceMs, isOpenRouter, type MaxPrice, type ModelClasses } from './classes.ts';
import type { Ask } from './openrouter.ts';
import { forEyes, type Sees } from './pictures.ts';
import { createServers, type FurtherServer, providerOf } from './providers.ts';
import type { Privacy } from './request.ts';
import type { Way } from './router.ts';
import type { MeasuredRouting } from './routing.ts';
import { type Answered, answered, type Failed, gaveUp, named, nobody, stopped } from './words.ts';

export { createCatalogue } from './catalogue.ts';
export { chooseClasses, parseMaxPrice } from './classes.ts';
export { chooseClass } from './classify.ts';
export { createEndpoints } from './endpoints.ts';
export { createEvaluation } from './evaluation/asked-for.ts';
export { keepEvaluating } from './evaluation/run.ts';
export { leaving } from './leaving.ts';
export { seesBy } from './pictures.ts';
export { type FurtherServer, localModels, parseServers } from './providers.ts';
export { createRouting } from './routing.ts';

export type ModelOptions = {
  baseUrl: string;
  /** May be empty for servers that want none. */
  apiKey: string;
  classes: ModelClasses;
  further?: readonly FurtherServer[];
  /** Dollars per million tokens; OpenRouter uses no dearer endpoint. */
  maxPrice?: MaxPrice;
  privacy?: Privacy;
  /** Which models may be shown pictures; none unless it is known. */
  sees?: Sees;
  /** How long one model may take, per class. Milliseconds. */
  patienceMs?: Partial<Record<ModelClass, number>>;
  fetch?: typeof fetch;
  /** Measured routing; without it the configured order stands. */
  routing?: Pick<MeasuredRouting, 'router' | 'breakers' | 'journal' | 'ready' | 'writing'>;
  /** A second model of the speed class is asked after this long without a word. Milliseconds. */
  hedgeMs?: number;
  /** Pauses between further rounds when all models failed in a way that passes. */
  backOffMs?: readonly number[];
  log: Log;
  now?: () => Date;
};

const mostModels = 3;
/** What the dearest of them count for one. */
const tokensOfPicture = 2_000;
/** All models of one answer together. */
const wholePatienceMs = 240_000;

export function createModel(options: ModelOptions): Model {
  const { baseUrl, classes, log, routing, maxPrice = defaultMaxPrice, now = () => new Date() } = options;
  const openRouter = isOpenRouter(baseUrl);
  const sees = options.sees ?? (() => false);
  const servers = createServers({
    baseUrl,
    apiKey: options.apiKey,
    further: options.further ?? [],
    maxPrice,
    ...(options.privacy ? { privacy: options.privacy } : {}),
    deadlineMs: wholePatienceMs,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  const ask: Ask = (model, turn, ...rest) => servers(model, forEyes(turn, sees(model)), ...rest);
  const attempts = createAttempts({
    ask,
    patienceMs: { ...defaultPatienceMs, ...options.patienceMs },
    hedgeMs: options.hedgeMs ?? null,
    ...(routing ? { breakers: routing.breakers } : {}),
    failed: (...failure) => write((journal) => journal.failed(...failure)),
    log,
    now,
  });

  async function wayOf(turn: Turn): Promise<Way> {
    if (!routing) {
      const models = [turn.wanted, ...classes[turn.class], ...classes.fallback].filter((id) => id !== undefined);
      const choice = { class: turn.class, reason: 'it is the first in the configured order', candidates: [] };
      return { models: [...new Set(models)], second: null, last: null, choice };
    }
    await routing.ready();
    return routing.router.way(turn);
  }

  /** Those who can look at pictures first, otherwise in their order. */
  function forPictures<Way extends { models: string[] }>(turn: Turn, way: Way): Way {
    if (!turn.pictures?.length) return way;
    return { ...way, models: way.models.toSorted((one, other) => Number(sees(other)) - Number(sees(one))) };
  }

  async function answer(turn: Turn, listener: Listener = {}): Promise<Answer> {
    const { signal } = listener;
    const whole = AbortSignal.any([AbortSignal.timeout(wholePatienceMs), ...(signal ? [signal] : [])]);
    const way = forPictures(turn, await wayOf(turn));
    const { choice } = way;
    const failed: Failed[] = [];
    let usd = 0;
    let kept: { answer: Answered; asked: string; problem: string } | null = null;
    const rounds = [...way.models.slice(0, mostModels), ...again(way.models), ...(way.last === null ? [] : [way.last])];
    for (let place = 0; place < rounds.length; place++) {
      const model = rounds[place] as Round;
      if (signal?.aborted) return stopped(usd, failed);
      if (typeof model !== 'string') {
        if (!(await waited(model.pauseMs, whole))) break;
        continue;
      }
      const spare = place === 0 && kept === null ? way.models[1] : undefined;
      const tried = await attempts.make(turn, { model, spare, whole, listener });
      const { result, asked, milliseconds } = tried;
      usd += tried.usd;
      if (tried.hedged) choice.hedged = tried.hedged;
      if (result.state === 'failed') {
        if (signal?.aborted) return stopped(usd, failed);
        failed.push({ model: asked, reason: result.reason, hint: result.hint });
        // An answer that does not hold the checks is better than none.
        if (kept) break;
        if (result.final || whole.aborted) return gaveUp(failed.slice(-1), usd, failed);
        continue;
      }
      const said = answered(result, asked, { usd, milliseconds, fallbacks: named(failed) });
      const problem = routing ? wrongWith(said, turn) : null;
      if (problem !== null && kept === null) {
        write((journal) => journal.flagged(turn, asked, problem));
        const second = way.second === asked ? (way.models.find((one) => one !== asked) ?? null) : way.second;
        if (second !== null && openTo(second)) {
          choice.escalated = `${asked}: ${problem}`;
          kept = { answer: said, asked, problem };
          listener.restarted?.();
          rounds.splice(place + 1, rounds.length, second);
          continue;
        }
      }
      return finish(turn, asked, choice, said);
    }
    if (kept) return finish(turn, kept.asked, choice, { ...kept.answer, usd, fallbacks: named(failed) });
    return way.models.length === 0 ? nobody(turn.class) : gaveUp(unique(failed), usd, failed);
  }

  /** Past an outage that takes all of them: the best two, in turn, after longer and longer pauses. */
  function again(models: readonly string[]): Round[] {
    return (options.backOffMs ?? []).flatMap((pauseMs, index) => {
      const model = models[index % Math.min(2, models.length)];
      return model === undefined ? [] : [{ pauseMs }, model];
    });
  }

  const openTo = (model: string) => routing?.breakers.mayAsk(model) ?? true;
  /** Nobody waits for it: the answer is there. What reads the journal waits until it is written. */
  function write(deed: (journal: MeasuredRouting['journal']) => Promise<void>): void {
    routing?.writing(
      deed(routing.journal).catch((error) => {
        log.warn({ error: String(error) }, 'What a model did could not be written down.');
      }),
    );
  }
  function finish(turn: Turn, asked: string, choice: Choice, said: Answered): Answer {
    write((journal) => journal.answered(turn, asked, choice, said));
    const blind = turn.pictures?.length && !sees(asked) ? 'this model cannot look at pictures' : undefined;
    const again = choice.escalated ? `asked again after ${choice.escalated}` : choice.hedged;
    const note = [again, blind].filter(Boolean).join('; ') || undefined;
    return { ...said, ...(note ? { note } : {}) };
  }

  return {
    answer,
    // Dearer models than this are not used, and three characters a token is few: it costs less in the end. Where
    // answers are checked, a second model may be asked too.
    atMost: ({ system, messages, tools, maxTokens, pictures = [] }) =>
      openRouter
        ? ((routing ? 2 : 1) *
            ((JSON.stringify([system, messages, tools]).length / 3 + pictures.length * tokensOfPicture) *
              maxPrice.prompt +
              maxTokens * maxPrice.completion)) /
          1e6
        : 0,
    describe: (): Json => ({
      provider: providerOf(baseUrl).name,
      baseUrl: withoutSecrets(baseUrl),
      openRouter,
      classes,
      maxPrice,
      ...(options.further?.length ? { further: options.further.map(({ name }) => name) } : {}),
    }),
  };
}

type Round = string | { pauseMs: number };

/** False when there is no time left. */
function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(!signal.aborted), milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

/** Each model once, with its last words. */
function unique(failed: Failed[]): Failed[] {
  return [...new Map(failed.map((one) => [one.model, one])).values()];
}

function withoutSecrets(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const { origin, pathname } = new URL(baseUrl);
  return origin + pathname;
}
