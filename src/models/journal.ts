/** Writes down what models answered and what people said of it: all that is learned is read from here. */
import { z } from 'zod';
import type { Json } from '../core/json.ts';
import type { Answer, Turn } from '../core/model.ts';
import type { Awaited, Choice, Chosen, ModelEvent, ModelEvents, Routing } from '../core/routing.ts';

export type Journal = Pick<Routing, 'learn' | 'expect' | 'awaited' | 'why' | 'prefer'> & {
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

const deedOf = z.looseObject({ deed: z.string() });
const awaitedOf = z.object({ deed: z.string(), look: z.string(), input: z.record(z.string(), z.json()) });
/** More deeds of models than this are not waited for at once. */
const mostAwaited = 100;

const replaced = z.looseObject({ was: z.boolean() });

const nothing = { class: null, model: null, run: null, thread: null, person: null, good: null, usd: 0 };
const blank: Omit<ModelEvent, 'number' | 'at' | 'kind'> = { ...nothing, milliseconds: null, detail: null };

export function createJournal(events: ModelEvents, now: () => Date): Journal {
  const at = () => now().toISOString();
  const happened = async (
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
  /** An event that concerns the answer of another. */
  const about = ({ class: name, model, run, thread }: ModelEvent) => ({
    ...blank,
    ...{ at: at(), class: name, model, run, thread },
  });

  /** What its tests or its health said of a deed, once: the mark of whoever's answer led to it. */
  async function judged(run: string, deed: string, good: boolean): Promise<void> {
    const expected = (await events.latest({ kind: 'deed', run }, mostAwaited)).find((one) => isAbout(one, deed));
    const answer = expected ?? (await events.latest({ kind: 'answer', run }, 1))[0];
    if (!answer) return;
    // People approved what was then seen: one deed is one mark, and the machines' is the better founded one.
    const [approved] = await events.latest({ kind: 'approval', run }, 1);
    const counted = await events.latest({ kind: 'ci', run }, mostAwaited);
    const replaces =
      approved?.good === true &&
      approved.model === answer.model &&
      approved.class === answer.class &&
      !counted.some(({ detail }) => replaced.safeParse(detail).success);
    await events.append(`ci:${deed}`, {
      ...about(answer),
      kind: 'ci',
      good,
      detail: { deed, ...(replaces ? { was: true } : {}) },
    });
  }

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

    failed: (turn, asked, reason) => happened('failure', turn, asked, { good: null, detail: { reason } }),
    flagged: (turn, asked, problem) => happened('check', turn, asked, { good: false, detail: { problem } }),

    async learn({ run, kind, good, person, note, deed }) {
      if (deed !== undefined) return judged(run, deed, good);
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

    async expect({ run, deed, look, input }) {
      // Deeds are done before the model is asked again: the last answer is the one that led here.
      const [answer] = await events.latest({ kind: 'answer', run }, 1);
      if (!answer) return;
      await events.append(`deed:${deed}`, {
        ...about(answer),
        kind: 'deed',
        good: null,
        detail: { deed, look, input },
      });
    },

    async awaited(since) {
      const begun = await events.latest({ kind: 'deed' }, mostAwaited);
      const open: Awaited[] = [];
      for (const { at: when, run, detail } of begun) {
        const parsed = awaitedOf.safeParse(detail);
        if (when < since || run === null || !parsed.success) continue;
        const seen = await events.latest({ kind: 'ci', run }, mostAwaited);
        if (!seen.some((one) => isAbout(one, parsed.data.deed))) open.push({ run, ...parsed.data });
      }
      return open;
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

function isAbout({ detail }: ModelEvent, deed: string): boolean {
  const parsed = deedOf.safeParse(detail);
  return parsed.success && parsed.data.deed === deed;
}

function chosenOf({ at, model, usd, milliseconds, detail, class: named }: ModelEvent): Chosen | null {
  const parsed = kept.safeParse(detail);
  if (!parsed.success || model === null || named === null) return null;
  const { answeredBy, ...choice } = parsed.data as unknown as Omit<Chosen, 'at' | 'model' | 'usd' | 'class'> & {
    answeredBy: string;
  };
  return { ...choice, class: named, at, model: answeredBy, usd, milliseconds: milliseconds ?? 0 };
}
