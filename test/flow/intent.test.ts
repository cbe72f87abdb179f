/** Intents: an exact command is a deed, a sentence is a question, a near miss is explained. */
import { expect, test } from 'vitest';
import { readIntent } from '../../src/flow/intent.ts';
import { merge } from '../../src/workflows/merge.ts';
import { counterActions } from './test-house.ts';

const actions = new Map([...counterActions().actions, merge()].map((action) => [action.name, action]));
const command = (text: string) => readIntent({ text, kind: 'command' }, actions);
const words = (text: string) => readIntent({ text, kind: 'words' }, actions);

test('an exact command is a deed, typed after the slash or said in a mention', () => {
  const deed = {
    kind: 'act',
    action: 'counter_add_amount',
    input: { amount: 3, environment: 'production' },
    planOnly: false,
  };
  expect(command('add 3 to production')).toEqual(deed);
  expect(words('add 3 to production')).toEqual(deed);
  expect(words('merge #12 in acme/web')).toMatchObject({
    kind: 'act',
    action: 'merge',
    input: { number: 12, repo: 'acme/web' },
  });
});

test('plan in front shows and does not do', () => {
  expect(command('plan add 3')).toMatchObject({ kind: 'act', planOnly: true, input: { amount: 3 } });
});

test('a sentence that only begins like a command is a question', () => {
  expect(words('add 3 more people to the call please')).toMatchObject({ kind: 'ask' });
  expect(command('why did the last deploy fail?')).toMatchObject({ kind: 'ask' });
});

test('a command that does not fit says what is wrong, with an example', () => {
  expect(command('add')).toMatchObject({
    kind: 'unclear',
    problem: expect.stringContaining('<amount> is missing'),
    suggestions: ['add 3 to production'],
  });
});

test('an unknown command gets the nearest ones', () => {
  expect(command('mrege 12')).toMatchObject({
    kind: 'unclear',
    problem: expect.stringContaining('mrege'),
    suggestions: ['/sophia merge #12 in acme/web'],
  });
});

test('what was only misspelled is put right, with what else was typed', () => {
  expect(command('ad 3 to production')).toMatchObject({
    kind: 'unclear',
    suggestions: ['/sophia add 3 to production'],
  });
  expect(command('counetr')).toMatchObject({ suggestions: ['/sophia counter'] });
});

test.each(['What can you do?', 'what can i ask you', 'what do you do', 'Commands'])('“%s” is help', (text) => {
  expect(words(text)).toEqual({ kind: 'help', topic: null });
});

test('what she can do about something is a question', () => {
  expect(words('what can you do about the failing deploy?')).toMatchObject({ kind: 'ask' });
});

test('nothing or help is help', () => {
  expect(command('')).toEqual({ kind: 'help', topic: null });
  expect(command('help merge')).toEqual({ kind: 'help', topic: 'merge' });
});

test('a value that is no number is left for the schema to name', () => {
  expect(command('add lots')).toMatchObject({ kind: 'act', input: { amount: 'lots' } });
});
