/** Words: what people type finds what was written, in whatever form, and no query syntax survives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queryWords, wordsOf } from '../../src/memory/words.ts';

const meets = (query: string, text: string) => {
  const there = new Set(wordsOf(text));
  return queryWords(query).some((word) => there.has(word));
};

test.each([
  ['deploying', 'we deployed web'],
  ['services', 'the service is down'],
  ['went', 'she goes there'],
  ['CAFE', 'Café'],
  ['parse request', 'parseHTTPRequest2()'],
  ['parseHTTPRequest2', 'see parseHTTPRequest2'],
  ['deploy image', 'fly_deploy_image'],
  ['fly_deploy_image', 'call fly_deploy_image now'],
  ['acme web', 'acme-web'],
  ['toml', 'fly.toml'],
  ['12', 'PR#12'],
  ['深圳', '在深圳湾'],
  ['production', 'it is in prod'],
])('%j finds %j', (query, text) => expect(meets(query, text)).toBe(true));

test('small words are not searched, and a name is not found by a part inside a word', () => {
  expect(queryWords('what is the status of it?')).toEqual(['status']);
  expect(queryWords("don't, isn't, we'll")).toEqual([]);
  expect(meets('caf', 'café')).toBe(false);
});

test('repeats stay in a text and go in a query', () => {
  expect(wordsOf('deploy, deploy')).toEqual(['deploy', 'deploy']);
  expect(queryWords('deploy, deploy')).toEqual(['deploy']);
});

test('whatever the text, words are letters, digits and marks only, and none is empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const word of wordsOf(text)) expect(word).toMatch(/^[\p{L}\p{N}\p{M}]+$/u);
    }),
  );
});
