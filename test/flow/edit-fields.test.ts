/** What an editor did not touch stays as it was, to the byte, and what they changed is shown where it differs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/core/action.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { changesOf, fieldsOf, readFields } from '../../src/flow/edit-fields.ts';

const action = defineAction({
  name: 'note_write_text',
  description: 'writes a note',
  effect: 'write',
  input: z.strictObject({
    text: z.string(),
    count: z.number().optional(),
    more: z.string().optional(),
    extra: z.json().optional(),
  }),
  output: z.object({}),
  plan: async () => ({ target: 'note:1', summary: 'x', details: [], preconditions: [] }),
  run: async () => ({}),
});
const asFilled = (input: JsonObject) =>
  Object.fromEntries(fieldsOf(action, input).map(({ name, value }) => [name, value]));
const read = (input: JsonObject, changed: Record<string, string>) =>
  readFields(fieldsOf(action, input), input, { ...asFilled(input), ...changed });

const wild = fc.string({ unit: 'binary', maxLength: 60 });
const input = fc
  .record(
    {
      text: wild,
      count: fc.double({ noNaN: true, noDefaultInfinity: true }),
      more: wild,
      extra: fc.json().map((text) => JSON.parse(text)),
    },
    { requiredKeys: ['text'] },
  )
  .map((one) => JSON.parse(JSON.stringify(one)) as JsonObject);

test('a form sent back as it was is the same input, whatever it holds', () => {
  fc.assert(
    fc.property(input, (before) => {
      expect(read(before, {})).toEqual({ state: 'read', input: before });
    }),
  );
});

test('blanks and line ends of untouched text stay; a window may hand line ends back in its own way', () => {
  const before = { text: '  two lines\r\nand a tab\t ', count: 3 };
  expect(read(before, { count: '4' })).toEqual({ state: 'read', input: { ...before, count: 4 } });
  expect(read(before, { text: '  two lines\nand a tab\t ' })).toEqual({ state: 'read', input: before });
});

test('blanks typed by accident go, those beside blanks that were there stay', () => {
  expect(read({ text: 'main' }, { text: 'v2 \n' })).toEqual({ state: 'read', input: { text: 'v2' } });
  expect(read({ text: ' main' }, { text: ' v2' })).toEqual({ state: 'read', input: { text: ' v2' } });
});

test('an optional argument that is emptied is left out, an empty one that was there stays', () => {
  expect(read({ text: 'a', more: 'b' }, { more: ' ' })).toEqual({ state: 'read', input: { text: 'a' } });
  expect(read({ text: 'a', more: '' }, { text: 'c' })).toEqual({ state: 'read', input: { text: 'c', more: '' } });
});

test('long values are shown where they differ', () => {
  const same = 'x'.repeat(300);
  const said = changesOf({ text: `${same}old${same}` }, { text: `${same}new${same}` });
  expect(said).toBe(`text: …${'x'.repeat(20)}old${'x'.repeat(57)}… → …${'x'.repeat(20)}new${'x'.repeat(57)}…`);
  expect(changesOf({ text: same }, { text: `${same}!` })).toBe(`text: …${'x'.repeat(20)} → …${'x'.repeat(20)}!`);
  expect(changesOf({ text: `${same}!` }, { text: same })).toBe(`text: …${'x'.repeat(20)}! → …${'x'.repeat(20)}`);
});

test('two different values never look the same in the line that tells the change', () => {
  const near = fc.tuple(wild, fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), wild, wild);
  fc.assert(
    fc.property(near, ([start, middle, one, other]) => {
      fc.pre(one.isWellFormed() && other.isWellFormed() && start.isWellFormed() && middle.isWellFormed());
      const [before, after] = [start + middle + one, start + middle + other];
      fc.pre(before !== after);
      const [left, right] = changesOf({ text: before }, { text: after }).slice('text: '.length).split(' → ');
      fc.pre(!before.includes(' → ') && !after.includes(' → '));
      expect(left).not.toBe(right);
    }),
  );
});

test('blanks at the ends of a value are seen', () => {
  expect(changesOf({ text: 'a' }, { text: 'a ' })).toBe('text: a → "a "');
  expect(changesOf({}, { text: '' })).toBe('text: nothing → ""');
});
