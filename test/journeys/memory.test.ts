/** What is said is recalled across threads and places by those who may read it, refused to others, and forgotten. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acmeWorkspace } from '../../src/emulators/slack/workspace.ts';
import { alice, bob, carol, eng, openStage, random, type Stage } from './stage.ts';

const leads = 'C0LEADS';
const nothing = /Nothing is remembered about that/;

let stage: Stage;
beforeAll(async () => {
  const members = [alice, carol, 'U0SOPHIA'];
  const secret = { id: leads, name: 'leads', members, topic: 'Not for everybody', isPrivate: true };
  stage = await openStage({
    environment: { SOPHIA_LISTEN: 'invited' },
    slack: { channels: [...acmeWorkspace.channels, secret] },
  });
});
afterAll(() => stage.close());

async function recalled(person: string, channel: string, question: string, expected: RegExp | string): Promise<void> {
  const place = await stage.driver.command(person, channel, `/sophia recall ${question}`);
  await stage.driver.reply(place, [expected]);
}
const kept = (text: string) =>
  expect.poll(() => stage.rows('select id from memories where text = ?', text), { timeout: 10_000 }).toHaveLength(1);

test('what somebody said in one channel is recalled in another thread of another channel', async () => {
  await stage.slack.say(carol, eng, 'the staging tunnel listens on 5433');
  await kept('the staging tunnel listens on 5433');
  await recalled(alice, random, 'staging tunnel', '5433');
});

test('an answer rests on what was said in another channel, and links to it', async () => {
  const place = await stage.driver.say(bob, random, '@sophia where does the staging tunnel listen?');
  const answer = await stage.driver.reply(place, ['the staging tunnel listens on 5433']);
  expect(JSON.stringify(answer)).toMatch(/archives\/C0ENG\/p\d+/);
});

test('so does one on what she was told to remember', async () => {
  const told = await stage.driver.say(alice, eng, '@sophia remember the staging database is called heron');
  await stage.driver.reply(told, ['Done']);
  const place = await stage.driver.say(carol, random, '@sophia what is the staging database called?');
  const answer = await stage.driver.reply(place, ['the staging database is called heron']);
  expect(JSON.stringify(answer)).toContain(`/archives/${eng}/p${told.ts.replace('.', '')}`);
});

test('the same question: told in the private channel and in a member’s own messages, refused in public and to others', async () => {
  await stage.slack.say(alice, leads, 'the acquisition code name is lighthouse');
  await kept('the acquisition code name is lighthouse');
  await recalled(alice, leads, 'acquisition code name', 'lighthouse');
  await recalled(alice, 'D0ALICE', 'acquisition code name', 'lighthouse');
  await recalled(alice, random, 'acquisition code name', nothing);
  await recalled(bob, 'D0BOB', 'acquisition code name', nothing);
});

test('after “forget me” nobody is told it any more, and the record is gone', async () => {
  const place = await stage.driver.command(alice, 'D0ALICE', '/sophia forget me');
  await stage.driver.reply(place, ['Done']);
  await recalled(carol, leads, 'acquisition lighthouse', nothing);
  expect(stage.rows("select id from memories where text like '%lighthouse%' and person like '%ALICE'")).toEqual([]);
  await recalled(bob, eng, 'staging tunnel', '5433');
});
