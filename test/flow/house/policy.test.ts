/** What people see of the policy in chat: who approves what, what was in force before, and why it says what it says. */
import { afterEach, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/flow/policy.ts';
import { changedRules, lineDiff } from '../../../src/flow/policy-diff.ts';
import { adoptText } from '../../../src/flow/policy-file.ts';
import { soundPolicy } from '../../../src/flow/policy-text.ts';
import { bob, carol, counterActions, openTestHouse, type TestHouse } from '../test-house.ts';

const text = `version: 1
roles: { release: [carol] }
rules:
  - { name: closed here, match: { action: counter_*, channel: C9 }, then: refuse }
  - { name: production, match: { environment: production, effect: write }, then: ask, approvers: [release], expires: 30m }
  - { name: counting is free, match: { action: counter_* }, then: allow }
`;
let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});
async function open(policy: string | null) {
  const { world, actions } = counterActions();
  const opened = await openTestHouse({ actions });
  house = opened;
  if (policy !== null) await adoptText(policy, 'server', opened.services);
  return { house: opened, world };
}

test('policy show lists every rule in the order in which they are read, the built-in ones last', async () => {
  const { house } = await open(text);
  const { thread } = await house.say('policy show', carol);
  const reply = await house.answer(thread);
  if (reply.kind !== 'table') throw new Error(`no table: ${JSON.stringify(reply)}`);
  expect(reply.rows.slice(0, 4)).toEqual([
    ['closed here', 'action: counter_*; channel: C9', 'refuse', '–', '–', '–'],
    ['production', 'effect: write; environment: production', 'ask', 'release (carol)', '1', '30m'],
    ['counting is free', 'action: counter_*', 'allow', '–', '–', '–'],
    [
      'a change of policy asks another admin (always)',
      'action: sophia_change_policy or sophia_restore_policy',
      'ask',
      'admins (@alice, @bob)',
      '1',
      '1h',
    ],
  ]);
  expect(reply.rows.at(-1)?.[0]).toBe('a destroy asks two other people');
  expect(reply.footer).toMatch(/#1 [0-9a-f]{8}, put in force from the server/);
});

test('with no policy ever put in force the built-in rules are shown as such', async () => {
  const { house } = await open(null);
  const { thread } = await house.say('policy show');
  expect(await house.answer(thread)).toMatchObject({
    kind: 'table',
    footer: expect.stringMatching(/^the built-in rules/),
  });
  const { thread: back } = await house.say('policy back');
  expect(await house.answer(back)).toMatchObject({ outcome: { reason: 'There is no earlier policy to go back to.' } });
});

test('policy explain plans the command for the asker, does nothing, and names each rule that does not fit and why', async () => {
  const { house, world } = await open(text);
  const { thread } = await house.say('policy explain add 3 to production', bob);
  const reply = await house.answer(thread);
  expect(reply).toMatchObject({ kind: 'words' });
  const said = reply.kind === 'words' ? reply.markdown : '';
  expect(said).toContain('**counter_add_amount** in production, asked by you, here:');
  expect(said).toContain('It asks 1 of @carol, not the one who asks; it expires after 30 min.');
  expect(said).toContain('“closed here” does not fit: channel: C9');
  expect(said).toContain('“production” fits and decides');
  expect(said).toContain('Untrusted text in the run would change nothing.');
  const { thread: free } = await house.say('policy explain add 3', bob);
  expect(await house.answer(free)).toMatchObject({
    markdown: expect.stringMatching(/It is allowed[\s\S]*With untrusted text in the run: It asks 1 of @alice, @bob/),
  });
  expect(world.value).toBe(0);
  expect(await house.store.approvals.pending()).toEqual([]);
});

test('policy explain of what is no command says how to write it', async () => {
  const { house } = await open(text);
  const { thread } = await house.say('policy explain explode everything');
  expect(await house.answer(thread)).toMatchObject({
    outcome: { state: 'failed', hint: expect.stringContaining('policy explain deploy') },
  });
});

test('a difference is told rule by rule and line by line', () => {
  const after = text
    .replace('[carol]', '[carol, dan]')
    .replace('expires: 30m', 'quorum: 2')
    .replace('closed here', 'shut');
  expect(changedRules(parsePolicy(text), parsePolicy(after))).toEqual([
    { label: 'Rules added', value: 'shut' },
    { label: 'Rules removed', value: 'closed here' },
    { label: 'Rules changed', value: 'production' },
    { label: 'Roles changed', value: 'release: carol, dan' },
  ]);
  const turned = `${text.split('\n').slice(0, 3).join('\n')}\n${text.split('\n').slice(3, 6).reverse().join('\n')}\n`;
  expect(changedRules(parsePolicy(text), parsePolicy(turned)).map((one) => one.label)).toEqual(['Order']);
  expect(lineDiff('a\nb\nc\nd\ne\nf\n', 'a\nb\nc\nD\ne\nf\n')).toBe(' b\n c\n-d\n+D\n e\n f');
  expect(lineDiff(text, text)).toBe('');
  expect(lineDiff('1\n2\n3\n4\n5\n6\n7\n8\n9', 'x\n2\n3\n4\n5\n6\n7\n8\ny').split('\n')).toEqual([
    '-1',
    '+x',
    ' 2',
    ' 3',
    '…',
    ' 7',
    ' 8',
    '-9',
    '+y',
  ]);
});

test('what people paste is freed of its fence; what is no policy, or no text, is refused', () => {
  for (const pasted of [
    text,
    `\`\`\`\n${text}\`\`\``,
    `  \`\`\`yaml\n${text}\n\`\`\`  `,
    text.replaceAll('\n', '\r\n'),
  ])
    expect(soundPolicy(pasted)).toBe(text);
  expect(() => soundPolicy('version: 1\nrules: []\n# \0')).toThrow(/no text/);
  expect(() => soundPolicy('version: 1\nrules: []\n# \ud800')).toThrow(/no text/);
  expect(() => soundPolicy(`version: 1\n# ${'x'.repeat(50_000)}`)).toThrow(/characters/);
  expect(() => soundPolicy('rules: [')).toThrow(/not YAML/);
});
