/** What one person may say in one place within a minute. */
import { expect, test } from 'vitest';
import { createPairBudget, type PairBudget } from '../../../src/surfaces/slack/pair-budget.ts';

const start = 1_795_259_051;
/** `count` messages, half a second apart, from so many seconds on. */
const say = (budget: PairBudget, from: number, count: number, pair = 'C1 U1') =>
  Array.from({ length: count }, (_, index) => budget.spend(pair, (start + from + index / 2).toFixed(6)));

test('what Slack delivers again is no further message, and stands as it stood', () => {
  const budget = createPairBudget();
  for (let times = 0; times < 5; times++) expect(new Set(say(budget, 0, 12))).toEqual(new Set(['within']));
  expect(say(budget, 6, 1)).toEqual(['just over']);
  expect(say(budget, 6, 1)).toEqual(['over']);
  expect(say(budget, 1.5, 1)).toEqual(['within']);
});

test('a minute later it begins anew, and is told anew; other pairs never notice', () => {
  const budget = createPairBudget();
  say(budget, 0, 40);
  expect(say(budget, 0, 12, 'C1 U2').at(-1)).toBe('within');
  expect(say(budget, 20, 1)).toEqual(['over']);
  expect(say(budget, 81, 14)).toEqual([...Array(12).fill('within'), 'just over', 'over']);
});

test('what was said over half an hour and comes all at once, after a crash, is within', () => {
  const budget = createPairBudget();
  const verdicts = Array.from({ length: 60 }, (_, index) => budget.spend('C1 U1', (start + index * 30).toFixed(6)));
  expect(new Set(verdicts)).toEqual(new Set(['within']));
});
