/** kit/redact: no live secret survives, in any of the forms in which it travels, and other text is left alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedact } from '../../src/kit/redact.ts';

const secret = fc.stringMatching(/^[A-Za-z0-9_+/="\\. %-]{12,40}$/).filter((value) => value.trim().length >= 12);
const around = fc.string({ unit: 'grapheme', maxLength: 30 });

test('no secret is left in text that holds any number of them', () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 5 }), fc.array(around), (secrets, words) => {
      const text = words.flatMap((word, index) => [word, secrets[index % secrets.length] ?? '']).join('');
      const clean = createRedact(secrets)(text);
      for (const value of secrets) expect(clean).not.toContain(value.trim());
    }),
  );
});

test('the escaped, URL-encoded and base64 forms are found too', () => {
  const forms: ((value: string) => string)[] = [
    (value) => JSON.stringify({ key: value }),
    (value) => `https://x.test/?key=${encodeURIComponent(value)}`,
    (value) => Buffer.from(value).toString('base64'),
    (value) => Buffer.from(value).toString('base64url'),
  ];
  fc.assert(
    fc.property(secret, around, fc.constantFrom(...forms), (value, before, form) => {
      const travelled = form(value.trim());
      const clean = createRedact([value])(`${before}${travelled}`);
      expect(clean).toContain('[redacted]');
      expect(clean).not.toContain(travelled);
    }),
  );
});

test('a secret inside a basic-auth header is found at every alignment', () => {
  const token = 'ghp_0123456789abcdefABCDEF';
  for (const user of ['', 'x', 'xy', 'xyz']) {
    const header = Buffer.from(`${user}:${token}:more`).toString('base64');
    expect(createRedact([token])(header)).toContain('[redacted]');
  }
});

test('a secret that contains another leaves nothing of either behind', () => {
  const redact = createRedact(['abcdef', 'abcdef-ghijkl']);
  expect(redact('one abcdef-ghijkl two abcdef three')).toBe('one [redacted] two [redacted] three');
});

test('a private key is found line by line, and its public marker lines are left', () => {
  const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ';
  const key = `-----BEGIN PRIVATE KEY-----\n${line}\nAbCd\n-----END PRIVATE KEY-----\n`;
  const redact = createRedact([key]);
  expect(redact(`at line 2: ${line}`)).toBe('at line 2: [redacted]');
  expect(redact(key)).toBe('[redacted]\n');
  expect(redact('-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
});

test('text without secrets is untouched', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!text.includes('hunter2-hunter2'));
      expect(createRedact(['hunter2-hunter2'])(text)).toBe(text);
    }),
  );
});

test('unset, empty and very short values are no secrets: nothing would be readable any more', () => {
  const redact = createRedact([undefined, '', '   ', 'a', 'main']);
  expect(redact('a plain sentence on main')).toBe('a plain sentence on main');
});

test('characters with a meaning in patterns, replacement signs and broken text are taken literally', () => {
  const redact = createRedact(['s.cr(t)*[x]$&', 'lone\ud800surrogate']);
  expect(redact('s.cr(t)*[x]$& sXcr(t)*')).toBe('[redacted] sXcr(t)*');
  expect(redact('lone\ud800surrogate')).toBe('[redacted]');
});

test('redacting twice changes nothing more', () => {
  const redact = createRedact(['redacted-value', 'redact']);
  const once = redact('a redacted-value here');
  expect(once).toBe('a [redacted] here');
});
