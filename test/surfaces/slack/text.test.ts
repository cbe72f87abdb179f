/** Slack's escapes, links and mentions as people typed them. */
import { expect, test } from 'vitest';
import { deliveryId } from '../../../src/surfaces/slack/delivery.ts';
import { commandText, readText, timeOf } from '../../../src/surfaces/slack/text.ts';

test.each([
  ['<@U0SOPHIA> deploy web', 'deploy web'],
  ['please <@U0SOPHIA|sophia>, deploy', 'please , deploy'],
  ['hey <@U0SOPHIA>', 'hey'],
  ['<@U0SOPHIA>', ''],
  ['ask <@U0BOB|bob>', 'ask <@U0BOB>'],
  ['in <#C0ENG|eng> or <#C0X>', 'in #eng or #C0X'],
  ['<!here> <!subteam^S1|@ops> <!channel>', '@here @ops @channel'],
  ['see <https://acme.com/a?b=1&amp;c=2>', 'see https://acme.com/a?b=1&c=2'],
  ['see <http://acme.com|acme.com>', 'see acme.com'],
  ['see <https://acme.com|the site>', 'see the site (https://acme.com)'],
  ['mail <mailto:a@acme.com|a@acme.com>', 'mail a@acme.com'],
  ['on <!date^1700000000^{date}|14 November>', 'on 14 November'],
  ['deploy <service> [to <environment>]', 'deploy <service> [to <environment>]'],
  ['a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
  ['say \u201Chi\u201D\u00A0it\u2019s', 'say "hi" it\'s'],
  ['line one\n  indented', 'line one\n  indented'],
])('%j was typed as %j', (text, typed) => {
  expect(readText(text, 'U0SOPHIA')).toBe(typed);
});

test('phones merge two dashes into one long one; commands undo it', () => {
  expect(commandText('digest schedule daily at 9 in <#C0ENG|eng>', 'U0SOPHIA')).toBe(
    'digest schedule daily at 9 in #C0ENG',
  );
  expect(commandText('deploy web \u2014force', 'U0SOPHIA')).toBe('deploy web --force');
  expect(commandText('remember we ship \u2014 always', 'U0SOPHIA')).toBe('remember we ship \u2014 always');
});

test('a time stamp is a time', () => {
  expect(timeOf('1700000000.000100')).toBe('2023-11-14T22:13:20.000Z');
});

test('a delivery is named by its event, its trigger, or all of it', () => {
  expect(deliveryId({ event_id: 'Ev1', trigger_id: 'x' })).toBe('Ev1');
  expect(deliveryId({ trigger_id: '1.2.3' })).toBe('1.2.3');
  expect(deliveryId({ type: 'a', token: 'one' })).toBe(deliveryId({ type: 'a', token: 'two' }));
  expect(deliveryId({ type: 'a' })).not.toBe(deliveryId({ type: 'b' }));
});
