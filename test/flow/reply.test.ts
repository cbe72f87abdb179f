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

test('every command is listed under what it does', () => {
  const [, change = '', look = ''] = markdown(null).split('\n\n');
  expect(change).toContain('`merge <number> in <repo> [by <method>]`');
  expect(change).toContain('\nadd <amount> [to <environment>]\n');
  expect(look).toContain('\ncounter\n');
  expect(look).not.toContain('merge');
});

test('a topic shows what fits it, with an example', () => {
  expect(markdown('merge')).toContain('`/sophia merge #12 in acme/web`');
  expect(markdown('merge')).not.toContain('counter');
  expect(markdown('spaceships')).toContain('no command about');
});

test('what is off says how to turn it on', () => {
  expect(markdown(null, new Map([['fly_', 'fly is off: set FLY_API_TOKEN.']]))).toContain('FLY_API_TOKEN');
});
