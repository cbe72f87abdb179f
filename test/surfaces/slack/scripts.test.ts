/** A letter of another alphabet inside a word is shown by its number; words of one alphabet are left alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { render } from '../../../src/surfaces/slack/render/index.ts';
import { visible } from '../../../src/surfaces/slack/render/literal.ts';
import { sampleApproval } from './samples.ts';

const letters = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
const latin = [...letters(0x61, 0x7a), ...letters(0x41, 0x5a), 'é', 'ß', 'ł'];
const alphabets = {
  Cyrillic: letters(0x430, 0x44f),
  Greek: letters(0x3b1, 0x3c9),
  Armenian: letters(0x561, 0x586),
  Cherokee: letters(0x13a0, 0x13f4),
};
const word = (from: string[], least = 1) =>
  fc.array(fc.constantFrom(...from), { minLength: least, maxLength: 12 }).map((all) => all.join(''));
const restored = (shown: string) =>
  shown.replace(/⟨U\+([0-9A-F]+)⟩/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)));

test.each([
  ['p\u0430ypal', 'p⟨U+0430⟩ypal'],
  ['acme-w\u0435b', 'acme-w⟨U+0435⟩b'],
  ['\u0440\u0430ypal.com', '⟨U+0440⟩⟨U+0430⟩ypal.com'],
  ['registry.fly.io/\u0430cme-web:v2', 'registry.fly.io/⟨U+0430⟩cme-web:v2'],
  ['п\u0061роль', 'п⟨U+0061⟩роль'],
  ['\u0391dmin', '⟨U+0391⟩dmin'],
  ['m\u03B1\u0456n', 'm⟨U+03B1⟩⟨U+0456⟩n'],
  ['ver2\u0430', 'ver2⟨U+0430⟩'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

describe('left alone', () => {
  test.each([
    'обновить сервис web-сервис',
    'Ελληνικά και English',
    'Łukasz Żółć naïve Straße',
    'Tシャツを3枚',
    'ใช้APIของเรา',
    '한국어web',
    'x² + 5 µs ½ №1',
    '👩‍💻 ok 1️⃣',
    'feature/ветка_main',
    '',
  ])('%j', (text) => {
    expect(visible(text)).toBe(text);
  });
});

test('one letter of another alphabet in a Latin word is found wherever it stands, and nothing else is changed', () => {
  fc.assert(
    fc.property(
      word(latin, 2),
      fc.constantFrom(...Object.values(alphabets)).chain((alphabet) => fc.constantFrom(...alphabet)),
      fc.nat(12),
      (plain, stranger, at) => {
        const where = at % (plain.length + 1);
        const mixed = plain.slice(0, where) + stranger + plain.slice(where);
        const code = `⟨U+${(stranger.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
        expect(visible(mixed)).toBe(plain.slice(0, where) + code + plain.slice(where));
      },
    ),
  );
});

test('a word of one alphabet is never marked, and what was marked is not marked again', () => {
  const one = fc.constantFrom(latin, ...Object.values(alphabets)).chain((alphabet) => word(alphabet));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), fc.constantFrom(' ', '-', '.', '_', '/'), (words, between) => {
      const text = words.join(between);
      expect(visible(text)).toBe(text);
    }),
  );
  const any = word([...latin, ...Object.values(alphabets).flat(), ' ', '-']);
  fc.assert(
    fc.property(any, (text) => {
      expect(visible(visible(text))).toBe(visible(text));
      expect(restored(visible(text))).toBe(text);
    }),
  );
});

test('a plan that names a look-alike of an app shows it on the card', () => {
  const approval = sampleApproval(
    {},
    { target: 'fly:\u0430cme-web', details: [{ label: 'App', value: 'acme-w\u0435b' }] },
  );
  const [card] = render({ kind: 'card', approval }, (text) => text).messages;
  const drawn = JSON.stringify(card);
  expect(drawn).toContain('fly:⟨U+0430⟩cme-web');
  expect(drawn).toContain('acme-w⟨U+0435⟩b');
  expect(drawn).not.toMatch(/[\u0430\u0435]/);
});
