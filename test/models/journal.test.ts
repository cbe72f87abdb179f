/** models/journal and its store: answers are kept with why they were chosen, and a judgement finds its answer. */
import { describe, expect, test } from 'vitest';
import type { Answer, Turn } from '../../src/core/model.ts';
import type { Choice } from '../../src/core/routing.ts';
import { createJournal } from '../../src/models/journal.ts';
import { createLearned } from '../../src/models/learned.ts';
import { aDay, onEachDatabase } from '../store/on-each-database.ts';

const turn: Turn = {
  class: 'coding',
  system: '',
  messages: [],
  tools: [],
  maxTokens: 10,
  session: 'slack:T1:C1:1.2',
  run: 'run-1',
};
const choice: Choice = {
  class: 'coding',
  reason: 'best measured',
  candidates: [{ model: 'good/coder', quality: 0.9, usd: 0.001, seconds: 1, score: 0.88 }],
};
const answer: Extract<Answer, { state: 'answered' }> = {
  state: 'answered',
  text: 'done',
  calls: [],
  model: 'good/coder',
  usd: 0.002,
  inputTokens: 1,
  outputTokens: 1,
  milliseconds: 1234.5,
  fallbacks: [{ model: 'other/coder', reason: 'did not answer in time' }],
};

onEachDatabase((bench) => {
  const journal = () => createJournal(bench.store.modelEvents, () => aDay);
  const kinds = async () => (await bench.replica.modelEvents.after(0, 100)).map(({ kind, good }) => `${kind} ${good}`);

  describe('the journal of models', () => {
    test('keeps an answer with why its model was asked, for its thread and its run, on every replica', async () => {
      await journal().answered(turn, 'good/coder', choice, answer);
      const expected = {
        ...choice,
        at: aDay.toISOString(),
        model: 'good/coder',
        usd: 0.002,
        milliseconds: 1235,
        fallbacks: answer.fallbacks,
      };
      const replica = createJournal(bench.replica.modelEvents, () => aDay);
      expect(await replica.why({ thread: turn.session })).toEqual(expected);
      expect(await replica.why({ run: 'run-1' })).toEqual(expected);
      expect(await replica.why({ run: 'run-2' })).toBeNull();
    });

    test('a judgement counts for the last answer of its run, once a person; another word takes the place of the first', async () => {
      await journal().answered(turn, 'good/coder', choice, answer);
      const judge = (good: boolean, person = 'slack:T1:U1') =>
        journal().learn({ run: 'run-1', kind: 'thumbs', good, person });
      await judge(true);
      await judge(true);
      await judge(true, 'slack:T1:U2');
      await judge(false);
      expect(await kinds()).toEqual(['answer null', 'thumbs true', 'thumbs true', 'thumbs false']);
      const [last] = await bench.store.modelEvents.latest({ kind: 'thumbs', person: 'slack:T1:U1' }, 1);
      expect(last).toMatchObject({
        class: 'coding',
        model: 'good/coder',
        run: 'run-1',
        good: false,
        detail: { was: true },
      });
    });

    test('nothing is learned of a run in which no model answered', async () => {
      await journal().learn({ run: 'run-9', kind: 'approval', good: false });
      await journal().learn({ run: 'run-9', kind: 'ci', good: false, deed: 'run-9/1' });
      await journal().expect({ run: 'run-9', deed: 'run-9/1', look: 'github_get_run', input: {} });
      expect(await kinds()).toEqual([]);
    });

    test('what tests make of a deed is the mark of whoever’s answer led to it, once, in the place of its approval', async () => {
      const look = { look: 'github_list_checks', input: { repo: 'acme/web', ref: 'abc' } };
      await journal().answered(turn, 'good/coder', choice, answer);
      await journal().learn({ run: 'run-1', kind: 'approval', good: true });
      for (const _ of ['done', 'and replayed']) await journal().expect({ run: 'run-1', deed: 'run-1/1.1', ...look });
      // Another model goes on in the same run; it did not ask for that deed.
      await journal().answered(turn, 'other/coder', choice, answer);
      const since = '2000-01-01T00:00:00.000Z';
      expect(await journal().awaited(since)).toEqual([{ run: 'run-1', deed: 'run-1/1.1', ...look }]);
      expect(await journal().awaited('2100-01-01T00:00:00.000Z')).toEqual([]);

      const replica = createJournal(bench.replica.modelEvents, () => aDay);
      for (const one of [journal(), replica])
        await one.learn({ run: 'run-1', kind: 'ci', good: false, deed: 'run-1/1.1' });
      await journal().learn({ run: 'run-1', kind: 'ci', good: true, deed: 'run-1/2.1' });
      const seen = await bench.store.modelEvents.latest({ kind: 'ci' }, 10);
      expect(seen.map(({ model, good, detail }) => ({ model, good, detail }))).toEqual([
        { model: 'other/coder', good: true, detail: { deed: 'run-1/2.1' } },
        { model: 'good/coder', good: false, detail: { deed: 'run-1/1.1', was: true } },
      ]);
      expect(await journal().awaited(since)).toEqual([]);
      const learned = createLearned(bench.store.modelEvents, () => since);
      await learned.catchUp();
      expect(learned.of('coding', 'good/coder')).toMatchObject({ graded: 1, good: 0 });
    });

    test('an event comes once, and old ones go, but for what people chose', async () => {
      const { modelEvents } = bench.store;
      const event = {
        at: '2025-01-01T00:00:00.000Z',
        kind: 'failure',
        class: 'speed',
        model: 'a/b',
        run: null,
        thread: null,
        person: null,
        good: null,
        usd: 0,
        milliseconds: null,
        detail: null,
      } as const;
      expect(await modelEvents.append('one', event)).toBe(true);
      expect(await modelEvents.append('one', event)).toBe(false);
      await modelEvents.append('two', { ...event, kind: 'preference', person: 'slack:T1:U1' });
      await modelEvents.append('three', { ...event, at: aDay.toISOString() });
      const rest = await modelEvents.after(await modelEvents.before(aDay.toISOString()), 10);
      expect(rest.map(({ at }) => at)).toEqual([aDay.toISOString()]);
      await modelEvents.purge('2026-01-01T00:00:00.000Z');
      expect(await kinds()).toEqual(['preference null', 'failure null']);
    });
  });
});
