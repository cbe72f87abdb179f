/** What one person may say in one place within a minute. */
import { expect, test } from 'vitest';
import { createPairBudget } from '../../../src/surfaces/slack/pair-budget.ts';

function opened() {
  let at = 0;
  const budget = createPairBudget(() => new Date(at));
  return { budget, pass: (seconds: number) => (at += seconds * 1000) };
}
const say = (budget: ReturnType<typeof createPairBudget>, from: number, count: number, pair = 'C1 U1') =>
  Array.from({ length: count }, (_, index) => budget.spend(pair, String(from + index)));

test('what Slack delivers again is no further message, and stands as it stood', () => {
  const { budget } = opened();
  for (let times = 0; times < 5; times++) expect(new Set(say(budget, 0, 12))).toEqual(new Set(['within']));
  expect(say(budget, 12, 1)).toEqual(['just over']);
  expect(say(budget, 12, 1)).toEqual(['over']);
  expect(say(budget, 3, 1)).toEqual(['within']);
});

test('a minute later it begins anew, and is told anew; other pairs never notice', () => {
  const { budget, pass } = opened();
  say(budget, 0, 40);
  expect(say(budget, 0, 12, 'C1 U2').at(-1)).toBe('within');
  expect(say(budget, 40, 1)).toEqual(['over']);
  pass(61);
  expect(say(budget, 41, 14)).toEqual([...Array(12).fill('within'), 'just over', 'over']);
});
