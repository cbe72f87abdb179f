/** One try: a model is asked, a second one too if the class is in a hurry, and what happened is written down. */
import type { Log } from '../core/connector.ts';
import type { Listener, ModelClass, Turn } from '../core/model.ts';
import type { Breakers } from './breakers.ts';
import type { Failure } from './failure.ts';
import { hedge } from './hedge.ts';
import type { Ask } from './openrouter.ts';
import type { Success } from './result.ts';

export type Attempt = {
  result: Success | Failure;
  asked: string;
  usd: number;
  milliseconds: number;
  /** Why the second was asked, when it was. */
  hedged?: string;
};

export type AttemptOptions = {
  ask: Ask;
  patienceMs: Record<ModelClass, number>;
  /** Null: never two at once. */
  hedgeMs: number | null;
  breakers?: Breakers;
  /** Told of what counts against a model. */
  failed(turn: Turn, model: string, reason: string): void;
  log: Log;
  now: () => Date;
};

/** Of the speed class's answers, at most so many are asked for twice: more, and the first model is simply slow. */
const mostHedged = 0.3;
const hedgeMemory = 50;

export function createAttempts({ ask, patienceMs, hedgeMs, breakers, failed, log, now }: AttemptOptions) {
  let hedges: boolean[] = [];
  const mayHedge = () => hedges.filter(Boolean).length < Math.max(3, hedgeMemory * mostHedged);

  async function once(turn: Turn, model: string, signal: AbortSignal, hear?: (words: string) => void) {
    const began = now().getTime();
    breakers?.asking(model);
    const { cause, ...result } = await ask(model, turn, signal, hear);
    return { result, cause, model, milliseconds: now().getTime() - began };
  }

  async function note(turn: Turn, { result, cause, model, milliseconds }: Awaited<ReturnType<typeof once>>) {
    if (result.state === 'answered') {
      log.debug({ model: result.model, asked: model, milliseconds, usd: result.usd }, 'A model answered.');
      await breakers?.ended(model, 'answered');
      return;
    }
    log.warn({ model, class: turn.class, reason: result.reason, milliseconds, err: cause }, 'A model failed.');
    if (result.blame === 'none') return;
    await breakers?.ended(model, result.blame === 'gone' ? 'gone' : 'failed');
    failed(turn, model, result.reason);
  }

  return {
    /** `spare`: whom to ask if the first is slow; only the speed class does. */
    async make(
      turn: Turn,
      asked: { model: string; spare: string | undefined; whole: AbortSignal; listener: Listener },
    ): Promise<Attempt> {
      const { model, spare, whole, listener } = asked;
      const patience = AbortSignal.any([AbortSignal.timeout(patienceMs[turn.class]), whole]);
      let spoke = false;
      const hear = (words: string) => {
        spoke = true;
        listener.heard?.(words);
      };
      if (turn.class !== 'speed' || hedgeMs === null || spare === undefined) {
        const tried = await once(turn, model, patience, listener.heard && hear);
        if (!listener.signal?.aborted) await note(turn, tried);
        if (tried.result.state === 'failed' && spoke) listener.restarted?.();
        return { ...tried, asked: model, usd: tried.result.usd };
      }
      const both = [model, spare] as const;
      const raced = await hedge(
        // Words are always asked for piece by piece here: the first of them decides.
        (index, signal, heard) => once(turn, both[index], signal, heard),
        ({ result }) => result.state === 'answered',
        { afterMs: hedgeMs, hear, signal: patience, mayBegin: mayHedge },
      );
      hedges = [...hedges, raced.both].slice(-hedgeMemory);
      if (!listener.signal?.aborted) await note(turn, raced.result);
      if (raced.other) await note(turn, raced.other);
      if (raced.result.result.state === 'failed' && spoke) listener.restarted?.();
      return {
        ...raced.result,
        asked: raced.result.model,
        usd: raced.result.result.usd + (raced.other?.result.usd ?? 0),
        ...(raced.both ? { hedged: `${model} had said nothing after ${hedgeMs} ms, so ${spare} was asked too` } : {}),
      };
    },
  };
}
