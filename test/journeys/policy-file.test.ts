/** The policy of the running app: changed from Slack by two admins, and a file that stops holding neither ends nor changes it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alice, bob, deploys, done, eng, eventually, openStage, type Stage } from './stage.ts';

const policy = `version: 1
roles: { admins: [U0ALICE, U0BOB] }
rules:
  - { name: production asks, match: { environment: production, effect: [write, destroy] }, then: ask }
`;
const closed = `version: 1
roles: { admins: [U0ALICE, U0BOB] }
rules:
  - { name: production is closed, match: { environment: production, effect: [write, destroy] }, then: refuse, reason: We are moving house. }
`;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ policy });
});
afterAll(() => stage.close());

const numbers = () => stage.rows('SELECT number FROM policies ORDER BY number').map((row) => row.number);
/** What Sophia told this person in direct messages. */
const told = (person: string, what: RegExp) =>
  stage.slack
    .snapshot()
    .channels.filter((channel) => channel.kind === 'im' && channel.members.includes(person))
    .flatMap((channel) => channel.messages)
    .filter((message) => what.test(JSON.stringify([message.text, message.blocks]))).length;

test('a policy pasted in a code block is put in force by another admin and holds for what comes next', async () => {
  const { driver } = stage;
  expect(numbers()).toEqual([1]);
  const place = await driver.say(alice, eng, `@sophia policy apply\n\`\`\`yaml\n${closed}\`\`\``);
  const card = await driver.card(place);
  expect(card.words).toContain('production is closed');
  await stage.approve(bob, card);
  await driver.reply(place, done, { after: card.ts });
  expect(numbers()).toEqual([1, 2]);
  await stage.world.commitToMain('Something new to deploy');
  const deploy = await driver.command(alice, deploys, '/sophia deploy web to production');
  await driver.reply(deploy, ['We are moving house', 'production is closed']);
  await stage.quiet();
});

test('a file that no longer holds is told to each admin once, while running and after a restart, and the old one stays', async () => {
  await writeFile(join(stage.data, 'policy.yaml'), 'version: 1\nrules: [{ name: x, then: alow }]\n');
  process.kill(stage.app.pid ?? Number.NaN, 'SIGHUP');
  const wrong = /does not hold[\s\S]*rules\[0\]\.then/;
  await eventually('both admins are told', () => expect([told(alice, wrong), told(bob, wrong)]).toEqual([1, 1]));
  await stage.app.crash();
  await stage.app.start();
  await eventually('it is logged', () =>
    expect(stage.app.lines.filter((line) => line.includes('the policy file does not hold')).length).toBe(2),
  );
  await writeFile(join(stage.data, 'policy.yaml'), policy);
  process.kill(stage.app.pid ?? Number.NaN, 'SIGHUP');
  const other = /differs from the policy in force \(#2/;
  await eventually('both admins are told', () => expect([told(alice, other), told(bob, other)]).toEqual([1, 1]));
  expect([told(alice, wrong), told(bob, wrong)]).toEqual([1, 1]);
  expect(numbers()).toEqual([1, 2]);
});
