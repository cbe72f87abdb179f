/** Shapes: strict about every argument, total on every input. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { fitsShape, readStars, type Shape, shapeOf, showPattern, stepLimits } from '../../src/core/shape.ts';

const value = fc
  .jsonValue({ maxDepth: 2 })
  .filter((one) => !JSON.stringify(one).includes('\\ud')) as fc.Arbitrary<never>;
const input = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
  value,
) as fc.Arbitrary<JsonObject>;

test('a deed fits its own shape, and no other argument may be added or left out', () => {
  fc.assert(
    fc.property(input, value, (deed, extra) => {
      const shape = shapeOf('deploy', deed);
      expect(fitsShape(shape, 'deploy', structuredClone(deed))).toBe(true);
      expect(fitsShape(shape, 'merge', deed)).toBe(false);
      expect(fitsShape(shape, 'deploy', { ...deed, 'one more': extra })).toBe('one more' in deed);
      const [first] = Object.keys(deed);
      if (first === undefined) return;
      const { [first]: _, ...less } = deed;
      expect(fitsShape(shape, 'deploy', less)).toBe(false);
    }),
  );
});

test('what varies may be anything, what does not vary only itself', () => {
  fc.assert(
    fc.property(value, value, (before, after) => {
      const shape = shapeOf('deploy', { service: 'web', ref: before }, { ref: { any: true } });
      expect(fitsShape(shape, 'deploy', { service: 'web', ref: after })).toBe(true);
      expect(fitsShape(shape, 'deploy', { service: 'api', ref: after })).toBe(false);
      expect(fitsShape(shape, 'deploy', { service: 'web' })).toBe(false);
    }),
  );
});

test('a prefix fits text that begins so, by code unit, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (prefix, rest) => {
      const shape: Shape = { action: 'a', arguments: { ref: { prefix } } };
      expect(fitsShape(shape, 'a', { ref: prefix + rest })).toBe(true);
      expect(fitsShape(shape, 'a', { ref: rest })).toBe(rest.startsWith(prefix));
    }),
  );
  expect(fitsShape({ action: 'a', arguments: { n: { prefix: '1' } } }, 'a', { n: 12 })).toBe(false);
  expect(fitsShape({ action: 'a', arguments: { n: { prefix: '' } } }, 'a', { n: 'x' })).toBe(false);
});

test('what has no canonical form, or hides in a prototype, fits nothing', () => {
  const shape: Shape = { action: 'a', arguments: { x: { any: true } } };
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', new Date(0) as never])
    expect(fitsShape(shape, 'a', { x: odd })).toBe(false);
  expect(fitsShape(shape, 'a', { constructor: 'x' })).toBe(false);
  expect(fitsShape({ action: 'a', arguments: {} }, 'a', {})).toBe(true);
  expect(fitsShape({ action: 'a', arguments: { x: { is: 1 } } }, 'a', { x: '1' })).toBe(false);
  expect(fitsShape({ action: 'a', arguments: { x: { is: { b: 1, a: 2 } } } }, 'a', { x: { a: 2, b: 1 } })).toBe(true);
});

test('stars are read where they stand at the end, and shown so that they can be told from literal ones', () => {
  expect(readStars('main')).toBeUndefined();
  expect(readStars('*')).toEqual({ any: true });
  expect(readStars('feature/*')).toEqual({ prefix: 'feature/' });
  for (const wrong of ['*x', 'a*b', '**', 'a**']) expect(readStars(wrong)).toBeNull();
  expect(showPattern({ prefix: 'feature/' })).toBe('feature/*');
  expect(showPattern({ is: '*' })).toBe('"*"');
  expect(showPattern({ is: 12 })).toBe('12');
  expect(fitsShape(shapeOf('a', { ref: '*' }), 'a', { ref: 'main' })).toBe(false);
});

test('the card says what is left open', () => {
  expect(stepLimits({})).toBe('');
  expect(stepLimits({ vary: { amount: { any: true } }, times: 3 })).toBe('up to 3 times, any amount');
  expect(stepLimits({ vary: { ref: { prefix: 'feature/' } } })).toBe('ref feature/*');
});
