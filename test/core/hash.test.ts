/** core/hash: RFC 8785 as published, one text per value, one value per text, and a domain of its own for each use. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, hashJson } from '../../src/core/hash.ts';
import type { Json } from '../../src/core/json.ts';

/** Any JSON with well-formed strings; `-0` is written as 0, so it is left out where exactness is asked. */
const json = fc
  .jsonValue({ stringUnit: 'grapheme', maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

describe('RFC 8785', () => {
  test('the example of section 3.2.2 comes out as published', () => {
    const input = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    ) as Json;
    expect(canonicalJson(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('keys are sorted by UTF-16 code units, as in section 3.2.3', () => {
    const input = {
      '€': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      ö: 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson(input)))).toHaveLength(7);
    // Read from the text: an object would put the key "1" first whatever the text says.
    expect([...canonicalJson(input).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  test.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-5e-324, '-5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [333333333.3333332, '333333333.3333332'],
    [-0.0000033333333333333333, '-0.0000033333333333333333'],
  ])('the number %d is written %s, as in appendix B', (value, text) => expect(canonicalJson(value)).toBe(text));

  test.each([
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate as a key', { '\udead': 1 }],
    ['a function', (() => 1) as unknown as Json],
    ['a bigint', 1n as unknown as Json],
    ['undefined', undefined as unknown as Json],
  ])('%s has no canonical form and is refused', (_, value) => {
    expect(() => canonicalJson(value as Json)).toThrow(TypeError);
    expect(() => canonicalJson([value as Json])).toThrow(TypeError);
  });

  test('a member that is undefined is as good as absent, as in JSON.stringify', () => {
    expect(canonicalJson({ a: 1, b: undefined as unknown as Json })).toBe('{"a":1}');
  });

  test('only plain JSON is hashed: a date or a map would lose its content silently', () => {
    for (const value of [new Date(0), new Map([['a', 1]]), new Set([1]), /x/])
      expect(() => canonicalJson(value as unknown as Json)).toThrow(TypeError);
  });
});

describe('one text per value, one value per text', () => {
  test('the text parses back to the same value', () => {
    fc.assert(fc.property(json, (value) => void expect(JSON.parse(canonicalJson(value))).toEqual(value)));
  });

  test('the order in which keys were written does not matter, at any depth', () => {
    fc.assert(fc.property(json, (value) => void expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))));
  });

  test('two values share a text only when they are equal', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(canonicalJson(a) === canonicalJson(b)).toBe(equal(a, b));
      }),
      { numRuns: 500 },
    );
  });

  test('moving a boundary between neighbours always changes the hash', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (a, b) => {
        const joined = a + b;
        fc.pre(joined.isWellFormed() && a.isWellFormed() && b.isWellFormed());
        expect(hashJson('plan', [a, b])).not.toBe(hashJson('plan', [joined, '']));
        expect(hashJson('plan', { a, b })).not.toBe(hashJson('plan', { a: joined, b: '' }));
      }),
    );
  });

  test('any changed leaf changes the hash', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.integer(), { minKeys: 1 }), (record) => {
        const key = Object.keys(record)[0] ?? '';
        const changed = { ...record, [key]: (record[key] ?? 0) + 1 };
        expect(hashJson('plan', changed)).not.toBe(hashJson('plan', record));
      }),
    );
  });

  test('text, number, boolean and null of the same look differ', () => {
    const lookalikes: Json[] = [1, '1', true, 'true', null, 'null', [], {}, [[]], [null], { '': null }, '', '[]', '{}'];
    expect(new Set(lookalikes.map((value) => hashJson('plan', value))).size).toBe(lookalikes.length);
  });
});

describe('the domain tag', () => {
  test('the same content in two domains never shares a hash', () => {
    fc.assert(fc.property(json, (value) => void expect(hashJson('plan', value)).not.toBe(hashJson('audit', value))));
  });

  test('no content of one domain can imitate another: the tag ends where no JSON can begin it', () => {
    // The bytes are `sophia:` tag, line end, text: a tag that held a line end could swallow the front of the text.
    for (const tag of ['plan\n', 'plan\n[1', '', 'Plan', 'plan:x']) expect(() => hashJson(tag, 1)).toThrow(TypeError);
  });

  test('the hash is SHA-256 of tag, line end and canonical text, so that anybody can check it', () => {
    const expected = createHash('sha256').update('sophia:plan\n{"a":1,"b":[2,"é"]}').digest('hex');
    expect(hashJson('plan', { b: [2, 'é'], a: 1 })).toBe(expected);
  });
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

function equal(a: Json, b: Json): boolean {
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] as Json))
    );
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  return keysA.length === keysB.length && keysA.every((key) => key in b && equal(a[key] as Json, b[key] as Json));
}
