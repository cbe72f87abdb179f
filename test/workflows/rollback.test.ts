/** Rollback: which image a machine goes back to. */
import { expect, test } from 'vitest';
import { imageBefore } from '../../src/workflows/rollback.ts';

test('it is the one that ran before the one that runs now', () => {
  expect(imageBefore(['b', 'b', 'a'])).toBe('a');
  expect(imageBefore(['c', 'c', 'b', 'a'])).toBe('b');
});

test('an image that was taken back itself is passed over', () => {
  expect(imageBefore(['b', 'bad', 'b', 'a'])).toBe('a');
  expect(imageBefore(['a', 'a', 'bad', 'a'])).toBeUndefined();
});

test('a machine that only ever ran one image has nothing to go back to', () => {
  expect(imageBefore(['a'])).toBeUndefined();
  expect(imageBefore(['a', 'a', 'a', ''])).toBeUndefined();
});
