/** Help: made from the actions' own usage, grouped by what it costs to use them. */
import { expect, test } from 'vitest';
import { sayHelp } from '../../src/flow/reply.ts';
import { merge } from '../../src/workflows/merge.ts';
import { counterActions } from './test-house.ts';

const actions = new Map([...counterActions().actions, merge()].map((action) => [action.name, action]));
const markdown = (topic: string | null, off = new Map<string, string>()) => {
  const reply = sayHelp(actions, topic, off);
  return reply.kind === 'words' ? reply.markdown : '';
};

test('what changes much is told in full, all else by its first words, under what it belongs to', () => {
  const [, change = '', more = ''] = markdown(null).split('\n\n');
  expect(change).toContain('`merge <number> in <repo> [by <method>]`');
  expect(more).toContain('help counter');
  expect(more).toContain('`add` · `counter`');
  expect(more).not.toContain('merge');
});

test('help fits on a screen, and what it belongs to tells each in full', () => {
  expect(markdown(null).length).toBeLessThan(2500);
  expect(markdown('counter')).toContain('add <amount> [to <environment>]');
  expect(markdown('counter')).toContain('reads the counter');
});

test('a topic shows what fits it, with an example', () => {
  expect(markdown('merge')).toContain('`/sophia merge #12 in acme/web`');
  expect(markdown('merge')).not.toContain('counter');
  expect(markdown('spaceships')).toContain('no command about');
});

test('what is off says how to turn it on', () => {
  expect(markdown(null, new Map([['fly_', 'fly is off: set FLY_API_TOKEN.']]))).toContain('FLY_API_TOKEN');
});
