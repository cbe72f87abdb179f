/** Writes down what models answered and what people said of it: all that is learned is read from here. */
import { z } from 'zod';
import type { Json } from '../core/json.ts';
import type { Answer, Turn } from '../core/model.ts';
import type { Choice, Chosen, ModelEvent, ModelEvents, Routing } from '../core/routing.ts';

export type Journal = Pick<Routing, 'learn' | 'why' | 'prefer'> & {
  /** `asked`: by which name, of which the model that answered is the newest, say. */
  answered(turn: Turn, asked: string, choice: Choice, answer: Extract<Answer, { state: 'answered' }>): Promise<void>;
  failed(turn: Turn, asked: string, reason: string): Promise<void>;
  /** Its answer did not hold the checks. */
  flagged(turn: Turn, asked: string, problem: string): Promise<void>;
};

const kept = z.looseObject({
  answeredBy: z.string(),
  reason: z.string(),
  candidates: z.array(z.looseObject({ model: z.string() })),
  fallbacks: z.array(z.strictObject({ model: z.string(), reason: z.string() })),
});

const nothing = { class: null, model: null, run: null, thread: null, person: null, good: null, usd: 0 };
const blank: Omit<ModelEvent, 'number' | 'at' | 'kind'> = { ...nothing, milliseconds: null, detail: null };

export function createJournal(events: ModelEvents, now: () => Date): Journal {
  const at = () => now().toISOString();
  const about = async (
    kind: 'failure' | 'check',
    turn: Turn,
    model: string,
    rest: Pick<ModelEvent, 'good' | 'detail'>,
  ) => {
    await events.append(`${kind}:${crypto.randomUUID()}`, {
      ...{ ...blank, ...rest },
      ...{ at: at(), kind, class: turn.class, model, run: turn.run ?? null, thread: turn.session },
    });
  };
  return {
    async answered(turn, asked, choice, { model, usd, milliseconds, fallbacks }) {
      const { class: _, ...detail } = choice;
      await events.append(`answer:${turn.run ?? turn.session}:${crypto.randomUUID()}`, {
        ...blank,
        at: at(),
        kind: 'answer',
        class: choice.class,
        model: asked,
        run: turn.run ?? null,
        thread: turn.session,
        usd,
        milliseconds,
        detail: { ...detail, fallbacks, answeredBy: model } as unknown as Json,
      });
    },

    failed: (turn, asked, reason) => about('failure', turn, asked, { good: null, detail: { reason } }),
    flagged: (turn, asked, problem) => about('check', turn, asked, { good: false, detail: { problem } }),

    async learn({ run, kind, good, person, note }) {
      const [answer] = await events.latest({ kind: 'answer', run }, 1);
      if (!answer) return;
      const said = await events.latest({ kind, run }, 100);
      const earlier = said.filter((one) => one.person === (person ?? null));
      if (earlier[0]?.good === good && !note) return;
      await events.append(`${kind}:${run}:${person ?? ''}:${earlier.length}`, {
        ...blank,
        at: at(),
        kind,
        class: answer.class,
        model: answer.model,
        run,
        thread: answer.thread,
        person: person ?? null,
        good,
        // What was counted before is to be taken back.
        detail:
          earlier[0] || note ? { ...(earlier[0] ? { was: earlier[0].good } : {}), ...(note ? { note } : {}) } : null,
      });
    },

    async why(of) {
      const [answer] = await events.latest({ kind: 'answer', ...of }, 1);
      return answer ? chosenOf(answer) : null;
    },

    async prefer(person, model) {
      await events.append(`preference:${person}:${crypto.randomUUID()}`, {
        ...blank,
        at: at(),
        kind: 'preference',
        person,
        model,
      });
    },
  };
}

function chosenOf({ at, model, usd, milliseconds, detail, class: named }: ModelEvent): Chosen | null {
  const parsed = kept.safeParse(detail);
  if (!parsed.success || model === null || named === null) return null;
  const { answeredBy, ...choice } = parsed.data as unknown as Omit<Chosen, 'at' | 'model' | 'usd' | 'class'> & {
    answeredBy: string;
  };
  return { ...choice, class: named, at, model: answeredBy, usd, milliseconds: milliseconds ?? 0 };
}
