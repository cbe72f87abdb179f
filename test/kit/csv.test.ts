/** Rows as spreadsheets read them. */
import { expect, test } from 'vitest';
import { csv } from '../../src/kit/csv.ts';

test('commas, quotes and new lines stay inside their cell', () => {
  expect(csv([['a,b', 'say "no"', 'two\nlines', '']])).toBe('"a,b","say ""no""","two\nlines",\r\n');
});

test('what a spreadsheet would calculate is text; a number stays one', () => {
  expect(csv([['=1+1', '+cmd', '@x', '-2', '-2.5', '-a']])).toBe("'=1+1,'+cmd,'@x,-2,-2.5,'-a\r\n");
});
