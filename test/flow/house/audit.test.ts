/** What `/sophia audit` lists first, since the end of a long table may not fit. */
import { expect, test } from 'vitest';
import { alice, bob, counterActions, openTestHouse } from '../test-house.ts';

test('the audit trail lists the row asked for first and then the newest, so that a cut takes the oldest', async () => {
  const house = await openTestHouse({ actions: counterActions().actions });
  const { thread } = await house.say('add 2');
  const card = await house.card(thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  await house.answer(thread);

  const references = async (text: string) => {
    const reply = await house.answer((await house.say(text, alice)).thread);
    return reply.kind === 'table' ? reply.rows.map((row) => row[0]) : [];
  };
  expect(await references('audit A2')).toEqual(['A2', 'A5', 'A4', 'A3', 'A1']);
  const [newest, next] = await references('audit');
  expect([newest, next]).toEqual(['A6', 'A5']);
  await house.close();
});
