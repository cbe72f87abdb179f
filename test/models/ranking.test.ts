/** models/rank, standing, collapse, cascade: the order that what was seen of models puts them in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestStart, type Graded, pairUp } from '../../src/models/cascade.ts';
import { priorQuality } from '../../src/models/prior.ts';
import { type Entrant, perUsd, rank, type Worth } from '../../src/models/rank.ts';
import { blank, percentile, type Seen, type Standing, see } from '../../src/models/standing.ts';

const worth: Worth = { perUsd: 20, perSecond: 0.02, curiosity: 0 };
const evaluated = (good: number, of = 100, usd = 0.001): Standing => {
  const standing = blank();
  for (let index = 0; index < of; index++) see(standing, { kind: 'evaluation', good: index < good, usd });
  return standing;
};
const entrant = (model: string, standing: Standing, prior = { quality: 0.7, usd: 0.001, seconds: 1 }): Entrant => ({
  model,
  standing,
  prior,
});
const order = (entrants: Entrant[], over: Partial<Worth> = {}) =>
  rank(entrants, { ...worth, ...over }).map(({ model, out }) => (out ? `${model}: ${out}` : model));

describe('the order of models', () => {
  test('the better one first, unless its price outweighs that', () => {
    const [good, fair] = [entrant('good', evaluated(90, 100, 0.01)), entrant('fair', evaluated(80, 100, 0.001))];
    expect(order([fair, good], { perUsd: 1 })).toEqual(['good', 'fair']);
    expect(order([fair, good], { perUsd: 100 })).toEqual(['fair', 'good']);
  });

  test('late and failing models fall behind', () => {
    const [slow, failing] = [evaluated(90), evaluated(90)];
    for (let index = 0; index < 20; index++) see(slow, { kind: 'answer', usd: 0.001, milliseconds: 9_000 });
    for (let index = 0; index < 20; index++) see(failing, { kind: 'failure' });
    expect(order([entrant('slow', slow), entrant('failing', failing), entrant('sound', evaluated(88))])).toEqual([
      'sound',
      'slow',
      'failing',
    ]);
  });

  test('three are in the running; curiosity tries the one less known of them', () => {
    const many = ['a', 'b', 'c', 'd'].map((model, index) => entrant(model, evaluated(90 - index)));
    expect(order(many)).toEqual(['a', 'b', 'c', 'd: not among the best 3']);
    const thought = { quality: 0.8, usd: 0.001, seconds: 1 };
    const young = entrant('young', evaluated(17, 20), thought);
    expect(order([entrant('old', evaluated(86), thought), young], { curiosity: 0 })).toEqual(['old', 'young']);
    expect(order([entrant('old', evaluated(86), thought), young], { curiosity: 0.9 })).toEqual(['young', 'old']);
  });

  test('whatever was seen, every model is ranked once and its figures are finite', () => {
    const seen = fc.oneof(
      fc.record({
        kind: fc.constant('answer' as const),
        usd: fc.double({ min: 0, max: 1, noNaN: true }),
        milliseconds: fc.option(fc.nat(60_000)),
      }),
      fc.record({ kind: fc.constant('judgement' as const), good: fc.boolean(), was: fc.boolean() }),
      fc.record({ kind: fc.constant('check' as const), good: fc.boolean() }),
      fc.record({
        kind: fc.constant('evaluation' as const),
        good: fc.boolean(),
        usd: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ kind: fc.constant('failure' as const) }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(seen, { maxLength: 60 }), { minLength: 1, maxLength: 6 }), (all) => {
        const entrants = all.map((list: Seen[], index) => {
          const standing = blank();
          for (const one of list) see(standing, one);
          return entrant(`m${index}`, standing);
        });
        const ranked = rank(entrants, { ...worth, curiosity: 0.2 });
        expect(ranked.map(({ model }) => model).toSorted()).toEqual(entrants.map(({ model }) => model).toSorted());
        for (const one of ranked) {
          expect(Number.isFinite(one.score + one.bonus)).toBe(true);
          expect(one.quality).toBeGreaterThanOrEqual(0);
          expect(one.quality).toBeLessThanOrEqual(1);
        }
        expect(ranked[0]?.out).toBeUndefined();
      }),
    );
  });
});

describe('a collapse', () => {
  const judged = (standing: Standing, marks: boolean[]) => {
    for (const good of marks) see(standing, { kind: 'judgement', good });
    return standing;
  };
  const bad = (count: number) => Array.from({ length: count }, (_, index) => index % 4 === 3);

  test('is an alarm after a dozen or two bad marks, and the model is out while another is left', () => {
    const standing = judged(evaluated(90), bad(20));
    expect(standing.alarm).toBe(true);
    expect(order([entrant('fallen', standing), entrant('dull', evaluated(40))])).toEqual([
      'dull',
      'fallen: it has become much worse',
    ]);
    expect(order([entrant('fallen', standing)])).toEqual(['fallen']);
  });

  test('is none when marks are as usual, or a few are bad', () => {
    const usual = Array.from({ length: 2_000 }, (_, index) => index % 10 !== 0);
    expect(judged(evaluated(90), usual).alarm).toBe(false);
    expect(judged(evaluated(90), bad(5)).alarm).toBe(false);
  });

  test('also shows in checks that nobody had to make', () => {
    const standing = evaluated(90);
    for (let index = 0; index < 100; index++) see(standing, { kind: 'check', good: true });
    expect(standing.alarm).toBe(false);
    for (let index = 0; index < 24; index++) see(standing, { kind: 'check', good: index % 2 === 0 });
    expect(standing.alarm).toBe(true);
  });

  test('is over when the model has been evaluated anew, on what it is worth now', () => {
    const standing = judged(evaluated(90), bad(20));
    for (let index = 0; index < 19; index++) see(standing, { kind: 'evaluation', good: index < 12, usd: 0.001 });
    expect(standing.alarm).toBe(true);
    see(standing, { kind: 'evaluation', good: true, usd: 0.001 });
    expect(standing).toMatchObject({ alarm: false, graded: 20, good: 13 });
  });

  test('another word of the same person takes the place of the first', () => {
    const standing = evaluated(0, 0);
    see(standing, { kind: 'judgement', good: true });
    see(standing, { kind: 'judgement', good: true });
    see(standing, { kind: 'judgement', good: false, was: true });
    expect(standing).toMatchObject({ graded: 2, good: 1 });
  });
});

describe('whom to ask first when answers are checked', () => {
  /** The dear one knows all; the cheap one half of it. */
  const tasks = (sharedMistakes: boolean): Graded[] =>
    Array.from({ length: 40 }, (_, index) => {
      const hard = index % 2 === 0;
      return new Map([
        ['cheap', { good: !hard, usd: 0.0001 }],
        ['dear', { good: !hard || !sharedMistakes, usd: 0.01 }],
      ]);
    });
  const ranked = rank([entrant('cheap', evaluated(50, 100, 0.0001)), entrant('dear', evaluated(99, 100, 0.01))], worth);
  const start = (list: Graded[], rate: number) =>
    bestStart(ranked, pairUp(list), pairUp(list), { ...worth, perUsd: rate });

  test('the cheap one, with the strong one behind it, when money counts', () =>
    expect(start(tasks(false), 60)).toEqual({ first: 'cheap', second: 'dear' }));
  test('the strong one when it hardly does', () => expect(start(tasks(false), 0.1).first).toBe('dear'));
  test('without tasks in common, the best one first and the strongest other behind it', () =>
    expect(start([], 20)).toEqual({ first: ranked[0]?.model, second: ranked[1]?.model }));
});

describe('what is thought beforehand', () => {
  test('a model that is good elsewhere is thought good here, as far as the class allows', () => {
    const standings: Record<string, Standing> = {
      'easy a': evaluated(95),
      'easy b': evaluated(85),
      'hard b': evaluated(45),
    };
    const thought = priorQuality(
      ['a', 'b'],
      ['easy', 'hard'],
      (name, model) => standings[`${name} ${model}`] ?? blank(),
    );
    expect(thought('a', 'hard')).toBeCloseTo(0.5);
    expect(thought('b', 'hard')).toBeLessThan(thought('a', 'hard'));
    expect(thought('stranger', 'hard')).toBeCloseTo(0.45);
  });
  test('the price of the best is the measure of thrift', () =>
    expect(
      perUsd(0.06, [
        { usd: 0.002, weight: 3 },
        { usd: 0.004, weight: 1 },
      ]),
    ).toBeCloseTo(24));
  test('percentiles are of what was seen', () => {
    expect(percentile([], 0.5)).toBeNull();
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([1, 2, 3, 4], 0.95)).toBe(4);
  });
});
