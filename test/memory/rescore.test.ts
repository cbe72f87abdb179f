/** The re-scorer: the talk around a row, who said it, when, and what was asked. */
import { describe, expect, test } from 'vitest';
import { cluesOf } from '../../src/memory/clues.ts';
import { pack } from '../../src/memory/pack.ts';
import { rescore, type Scorable, weights } from '../../src/memory/rescore.ts';
import { wordsOf } from '../../src/memory/words.ts';

const now = new Date('2026-03-04T10:00:00.000Z');

function row(id: string, text: string, over: Partial<Scorable> = {}): Scorable {
  return { id, text, words: wordsOf(text), at: '2026-03-02T09:00:00.000Z', speaker: null, talks: [], ...over };
}

function order(rows: Scorable[], text: string, sizes = new Map<string, number>()): string[] {
  const scores = rescore(rows, { text, now, sizes });
  return rows
    .map(({ id }, index) => ({ id, score: scores[index] ?? 0 }))
    .sort((one, other) => other.score - one.score)
    .map((one) => one.id);
}

test('an answer without a word of the question is found by the question before it', () => {
  const rows = [
    row('question', 'Which port does the staging database use?', { talks: [{ talk: 't', place: 0 }] }),
    row('answer', '5433, behind the tunnel.', { talks: [{ talk: 't', place: 1 }] }),
    row('chatter', 'Lunch at noon, anybody?', { talks: [{ talk: 'u', place: 0 }] }),
  ];
  const found = order(rows, 'staging database port');
  expect(found.slice(0, 2).sort()).toEqual(['answer', 'question']);
});

test('rows that do not stand side by side give one another nothing', () => {
  const rows = [
    row('question', 'Which port does the staging database use?', { talks: [{ talk: 't', place: 0 }] }),
    row('far', 'Lunch at noon.', { talks: [{ talk: 't', place: 9 }] }),
  ];
  const [, far] = rescore(
    rows,
    { text: 'staging database port', now, sizes: new Map() },
    { ...weights, talk: 0, thread: 0 },
  );
  expect(far).toBe(0);
});

test('a talk that is about it lifts its rows over a stray mention', () => {
  const about = ['billing outage begins', 'billing is down', 'outage of billing over'].map((text, place) =>
    row(`about ${place}`, text, { talks: [{ talk: 'about', place: place * 10 }] }),
  );
  const stray = row('stray', 'billing is down', { talks: [{ talk: 'stray', place: 0 }] });
  const sizes = new Map([
    ['about', 3],
    ['stray', 40],
  ]);
  const found = order([stray, ...about], 'billing down', sizes);
  expect(found.indexOf('about 1')).toBeLessThan(found.indexOf('stray'));
});

test('who is named said it', () => {
  const rows = [
    row('bob', 'the cache is full', { speaker: 'Bob' }),
    row('ann', 'the cache is full', { speaker: 'Ann' }),
  ];
  expect(order(rows, 'what did Ann say about the cache')[0]).toBe('ann');
});

test('a question is seldom the answer, and a time answers “when”', () => {
  expect(order([row('q', 'Is the cache full?'), row('a', 'The cache is full.')], 'cache full')[0]).toBe('a');
  expect(
    order(
      [row('no', 'the deploy went out'), row('yes', 'the deploy went out yesterday')],
      'when did the deploy go out',
    )[0],
  ).toBe('yes');
});

test.each([
  ['what broke on 2 March 2026', '2026-03-02', '2026-03-03'],
  ['what broke on March 2nd', '2026-03-02', '2026-03-03'],
  ['what broke in February 2026', '2026-02-01', '2026-03-01'],
  ['what broke in December', '2025-12-01', '2026-01-01'],
  ['what broke on 2026-02-27', '2026-02-27', '2026-02-28'],
  ['what broke yesterday', '2026-03-03', '2026-03-04'],
  ['what broke last week', '2026-02-23', '2026-03-02'],
  ['what broke in 2025', '2025-01-01', '2026-01-01'],
])('%j names the days from %s to %s', (question, from, to) => {
  expect(cluesOf(question, now).spans).toEqual([{ from, to }]);
});

test.each(['may I deploy', 'what broke', '99 problems', '45 march 99999'])(
  '%j names no day that breaks',
  (question) => {
    expect(() => cluesOf(question, now)).not.toThrow();
  },
);

describe('packing', () => {
  const one = (text: string, score: number, thread: string | null = null) => ({ text, score, thread, talk: null });

  test('whole rows, best first; one that does not fit makes room for a smaller one', () => {
    const rows = [one('a'.repeat(40), 3), one('b'.repeat(400), 2), one('c'.repeat(20), 1)];
    expect(pack(rows, 15).map((row) => row.text[0])).toEqual(['a', 'c']);
    expect(pack(rows, 0)).toEqual([]);
  });

  test('no single talk crowds out another that is nearly as good', () => {
    const rows = [...Array.from({ length: 20 }, (_, index) => one(`same ${index}`, 1, 't')), one('other', 0.9, 'u')];
    expect(pack(rows, 1_000).findIndex((row) => row.text === 'other')).toBeLessThan(10);
  });
});
