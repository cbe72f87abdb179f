/** Usage lines: what people type becomes values, or the first thing that does not fit is named. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leadingWords, matchUsage } from '../../src/flow/usage.ts';

const deploy = 'deploy <service> [to <environment>] [ref <ref>]';

test('required, optional and trailing values are read', () => {
  expect(matchUsage(deploy, 'deploy web')).toEqual({ state: 'matched', values: { service: 'web' } });
  expect(matchUsage(deploy, ' Deploy  web TO production ref v1.2 ')).toEqual({
    state: 'matched',
    values: { service: 'web', environment: 'production', ref: 'v1.2' },
  });
  expect(matchUsage(deploy, 'deploy web ref main')).toEqual({
    state: 'matched',
    values: { service: 'web', ref: 'main' },
  });
  expect(matchUsage('freeze [<reason...>]', 'freeze because of   demo')).toEqual({
    state: 'matched',
    values: { reason: 'because of demo' },
  });
  expect(matchUsage('apply [<text...>]', 'apply ```yaml\na:\n  - b\n```\n')).toEqual({
    state: 'matched',
    values: { text: '```yaml\na:\n  - b\n```' },
  });
  expect(matchUsage('freeze [<reason...>]', 'freeze')).toEqual({ state: 'matched', values: {} });
});

test('an optional value begins only with a word that could be one', () => {
  const usage = 'digest schedule [<template>] <when...>';
  const couldBe = (name: string, word: string) => name !== 'template' || ['daily', 'weekly'].includes(word);
  expect(matchUsage(usage, 'digest schedule weekly mon at 9', couldBe)).toMatchObject({
    values: { template: 'weekly', when: 'mon at 9' },
  });
  expect(matchUsage(usage, 'digest schedule mon at 9', couldBe)).toEqual({
    state: 'matched',
    values: { when: 'mon at 9' },
  });
});

test('the first thing that does not fit is named', () => {
  expect(matchUsage(deploy, 'deploy')).toMatchObject({ state: 'mismatch', depth: 1, problem: '<service> is missing.' });
  expect(matchUsage(deploy, 'deploy web production')).toMatchObject({
    depth: 2,
    problem: 'I did not expect “production” there.',
  });
  expect(matchUsage(deploy, 'deploy web to')).toMatchObject({ problem: '<environment> is missing.' });
  expect(matchUsage('merge <number> in <repo>', 'merge 12 of acme/web')).toMatchObject({
    problem: 'I expected “in” where you wrote “of”.',
  });
  expect(matchUsage(deploy, 'status web')).toMatchObject({ depth: 0 });
});

test('leading words are what a command is known by', () => {
  expect(leadingWords('list fly apps')).toBe('list fly apps');
  expect(leadingWords(deploy)).toBe('deploy');
});

test('any text is matched or refused quickly and never throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      expect(['matched', 'mismatch']).toContain(matchUsage(deploy, text).state);
    }),
  );
});
