/** What `/sophia audit` tells: the latest rows, or the story around one of them, to those who may hear it. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Action, defineWorkflow } from '../../../src/core/action.ts';
import { SophiaError } from '../../../src/core/error.ts';
import type { Message } from '../../../src/core/message.ts';
import type { MessageRef } from '../../../src/core/thread.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from '../test-house.ts';

let house: TestHouse;
afterEach(() => house.close());

async function opened(more: Action[] = []) {
  const counter = counterActions();
  house = await openTestHouse({ actions: [...counter.actions, ...more] });
  return counter.world;
}

async function approved(text: string, place: Partial<Message> = {}) {
  const { thread } = await house.say(text, alice, 'command', place);
  const card = await house.card(thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve', reason: 'looks *good* to me' });
  await house.answer(thread);
  return { thread, card };
}

async function told(text: string, person = alice, place: Partial<Message> = {}): Promise<string[]> {
  const reply = await house.answer((await house.say(text, person, 'command', place)).thread);
  return reply.kind === 'words' ? reply.markdown.split('\n') : [JSON.stringify(reply)];
}
const stamp = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

test('the latest rows are a list, the newest first, so that a cut takes the oldest', async () => {
  await opened();
  await approved('add 2');
  const reply = await house.answer((await house.say('audit')).thread);
  expect(reply.kind === 'table' ? reply.rows.map((row) => row[0]) : []).toEqual(['A5', 'A4', 'A3', 'A2', 'A1']);
});

test('one reference tells the story: asked, planned, voted, started and how it ended, with the way to thread and card', async () => {
  await opened();
  house.surface.permalink = async ({ thread, id }: MessageRef) =>
    `https://slack.test/${thread.split(':').at(-1)}/${id}`;
  const { thread, card } = await approved('add 2');
  const root = thread.split(':').at(-1);
  const cardId = (await house.store.approvals.get(card.id))?.cards[0]?.id;
  const plan = card.plan.hash.slice(0, 12);
  const [title, ...lines] = await told('audit a4');
  expect(title).toBe('**The story around A4**');
  const expected = [
    `- ${stamp} alice asked: “add 2” · [the thread](https://slack.test/${root}/${root})`,
    `- TIME A1 planned \`counter_add_amount\`: “Add 2” · the policy asks · on \`counter:main\` · plan \`${plan}\``,
    `- TIME A2 asked 1 of alice, bob · until CLOCK · rule “a write asks one other person” · [the card](https://slack.test/${root}/${cardId})`,
    '- TIME A3 bob approved · “looks \\*good\\* to me”',
    '- TIME **A4** started `counter_add_amount`',
    '- TIME A5 **done**: `counter_add_amount` · “{"value":2}”',
  ];
  const plain = lines.map((line, index) =>
    index === 0
      ? line.replace(new RegExp(stamp), stamp)
      : line.replace(/\d\d:\d\d:\d\d/, 'TIME').replace(/until \d\d:\d\d/, 'until CLOCK'),
  );
  expect(plain).toEqual(expected);
});

test('a no, an unknown outcome and its settlement are told with what was said', async () => {
  const world = await opened();
  const { thread } = await house.say('add 3');
  const { id } = await house.card(thread);
  await house.door.decide({ approvalId: id, person: bob, verdict: 'deny', reason: 'not today' });
  await house.answer(thread);
  const lines = await told('audit A1');
  expect(lines.at(-2)).toContain('A3 bob said no · “not today”');
  expect(lines.at(-1)).toContain('A4 refused `counter_add_amount` (denied) · “bob said no: “not today””');

  const add = house.services.actions.get('counter_add_amount') as { reconcile?: unknown };
  add.reconcile = async () => ({ state: 'unknown', evidence: 'the counter keeps no marks' });
  world.afterWrite = new SophiaError('timeout', 'no answer');
  const lost = await approved('add 4');
  const reply = await house.answer(lost.thread);
  const reference = reply.kind === 'outcome' && reply.outcome.state === 'unknown' ? reply.outcome.reference : '';
  await house.answer((await house.say(`settle ${reference} done the display shows 4`, bob)).thread);
  const story = await told(`audit ${reference}`);
  expect(story.at(-2)).toContain(`**${reference}** **unknown**: \`counter_add_amount\` · “the counter keeps no marks”`);
  expect(story.at(-1)).toContain(`bob has looked: ${reference} is **done** · “the display shows 4”`);
});

test('the steps of a workflow stand under it, and what still waits is told', async () => {
  const twice = defineWorkflow({
    name: 'counter_add_twice',
    description: 'adds two amounts',
    effect: 'write',
    usage: 'twice <amount>',
    input: z.strictObject({ amount: z.int() }),
    output: z.object({}),
    plan: async ({ amount }) => ({
      target: 'counter:twice',
      summary: 'Add twice',
      details: [],
      preconditions: [],
      steps: [{ action: 'counter_add_amount', input: { amount }, summary: 'once' }],
    }),
    async run(plan, context) {
      await context.act('counter_add_amount', { amount: plan.input.amount });
      await context.act('counter_add_amount', { amount: 9 });
      return { state: 'done' as const, output: {}, summary: 'Added twice' };
    },
  });
  await opened([twice]);
  const { thread } = await house.say('twice 2');
  await house.door.decide({ approvalId: (await house.card(thread)).id, person: bob, verdict: 'approve' });
  await house.surface.until(
    () => house.surface.posts.filter((post) => post.thread === thread && post.reply.kind === 'card').length === 2,
    'a second card',
  );
  const lines = await told('audit A1');
  expect(lines.filter((line) => line.startsWith('  - ')).map((line) => / (A\d+ \S+)/.exec(line)?.[1])).toEqual([
    'A5 planned',
    'A6 started',
    'A7 **done**:',
    'A8 planned',
    'A9 asked',
  ]);
  expect(lines.at(-1)).toMatch(/^- \S+ now: “waiting for approval: Add 9”$/);
});

test('what cannot be reached takes no story away: no link, an id for a name, forgotten words', async () => {
  await opened();
  house.surface.permalink = async () => {
    throw new Error('channel_not_found');
  };
  await approved('add 2');
  await house.store.audit.erase('A1');
  house.surface.people.delete(bob);
  const lines = await told('audit A1');
  expect(lines[1]).not.toContain('](');
  expect(lines[2]).toContain('**A1** planned `counter_add_amount`: forgotten');
  expect(lines[4]).toContain('A3 bob approved');
});

test('a long story keeps its beginning, its end and the row that was asked about', async () => {
  await opened();
  await approved('add 2');
  const run = (await house.store.audit.find('A1'))?.runId ?? '';
  for (let index = 0; index < 100; index++)
    await house.store.audit.append({
      kind: 'refused',
      at: '2030-01-01T00:00:00.000Z',
      runId: run,
      person: alice,
      action: 'counter_add_amount',
      approvalId: null,
      facts: { code: 'frozen', call: '2' },
    });
  const lines = await told('audit A40');
  expect(lines).toHaveLength(1 + 1 + 50 + 1 + 1);
  expect(lines.some((line) => line.includes('**A40**'))).toBe(true);
  expect(lines[12]).toBe('- … 54 rows between');
});

test('what has no run is told by itself, and what is not there is said', async () => {
  await opened();
  await house.store.audit.append({
    kind: 'policy',
    at: '2030-01-01T00:00:00.000Z',
    runId: null,
    person: null,
    action: null,
    approvalId: null,
    facts: { number: 1, from: 'server' },
  });
  expect(await told('audit A1')).toEqual([
    '**The story around A1**',
    '- 2030-01-01 00:00:00 **A1** policy · `{"from":"server","number":1}`',
  ]);
  expect((await told('audit A999')).join()).toContain('There is no audit row A999');
});

const secret = { channel: 'test:T1:C9', audience: 'test:T1:C9' };
test.each<[string, string, Partial<Message>, boolean]>([
  ['whoever asked, where it was asked', alice, secret, true],
  ['anybody in that place', carol, secret, true],
  ['an admin in a private talk', bob, { audience: 'test:T1:Dbob' }, true],
  ['an admin where all read', bob, {}, false],
  ['whoever asked, where all read', alice, {}, false],
  ['anybody else in another private place', carol, { audience: 'test:T1:C8' }, false],
  ['anybody else where all read', carol, {}, false],
])('of a private place %s hears: %s %j %s', async (_, person, place, hears) => {
  await opened();
  await approved('add 7', secret);
  const said = (await told('audit A3', person, place)).join('\n');
  expect(said.includes('Add 7')).toBe(hears);
  if (hears) return expect(said).toContain('bob approved');
  expect(said).toBe(
    'A3 belongs to something that was asked in a private place. I tell it there, and to admins where nobody else reads.',
  );
});

test('what was asked where all read, all may hear', async () => {
  await opened();
  await approved('add 7');
  for (const place of [{}, { audience: 'test:T1:C8' }])
    expect((await told('audit A3', carol, place)).join('\n')).toContain('bob approved');
});

test('an export is a file for the asker alone, of the rows they may see, newest first or by words', async () => {
  await opened();
  await approved('add 2');
  await approved('add 3', { audience: 'test:T1:private' });
  const files = () => house.surface.posts.filter((post) => post.reply.kind === 'file');
  await house.say('audit export', carol);
  const { reply } = await house.surface.until(() => files()[0], 'a file');
  const file = reply.kind === 'file' && 'text' in reply ? reply : null;
  const rows = file?.text.trim().split('\r\n') ?? [];
  expect(file).toMatchObject({ name: 'audit.csv', mime: 'text/csv', note: expect.stringMatching(/^5 rows/) });
  expect(rows[0]).toBe('reference,at,kind,by,action,facts,texts,hash');
  expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(['A5', 'A4', 'A3', 'A2', 'A1']);
  await house.say('audit export add 2', carol);
  const some = await house.surface.until(() => files()[1], 'another file');
  expect(some.reply).toMatchObject({ kind: 'file', note: expect.stringMatching(/^[1-9] rows/) });
});
