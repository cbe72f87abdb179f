/** test/eval: the committed weights are those the script makes, and data that is not there is said so. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOutcomes } from './data.ts';
import { trainedWeights } from './train.ts';

test('the classifier in use is the one that the training sentences make', () => {
  const committed = readFileSync(new URL('../../../src/models/weights.json', import.meta.url), 'utf8');
  expect(JSON.parse(trainedWeights())).toEqual(JSON.parse(committed));
});

test('a folder without recorded outcomes is named', () => {
  expect(() => readOutcomes('/nowhere')).toThrow('There is no /nowhere/queries.csv.');
});
