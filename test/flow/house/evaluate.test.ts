/** flow/house/evaluate: what is measured, in whose share of the dollars, and what is charged when only some of it went well. */
import { afterEach, expect, test } from 'vitest';
import type { Evaluation, OpenTasks } from '../../../src/core/routing.ts';
import { bob, openTestHouse, type TestHouse } from '../test-house.ts';

let open: TestHouse | undefined;
afterEach(() => open?.close());

const task = (kind: OpenTasks['class'], model: string, usd = 0.4): OpenTasks => ({
  class: kind,
  model,
  tasks: 20,
  usd,
});

async function house(
  pairs: OpenTasks[],
  sit: Evaluation['sit'] = async () => ({ asked: 5, good: 4, usd: 0.01, stopped: null }),
) {
  const asked: OpenTasks[] = [];
  const built = await openTestHouse({
    evaluation: {
      open: async () => pairs,
      sit: (of, signal) => {
        asked.push(of);
        return sit(of, signal);
      },
    },
  });
  open = built;
  return { built, asked };
}

test('each model has its part of the dollars, on the card and when it is asked, and the rest is not charged', async () => {
  const pairs = [task('coding', 'a/one'), task('coding', 'a/two'), task('coding', 'a/cheap', 0.02)];
  const { built, asked } = await house(pairs, async ({ model }) => ({
    asked: model === 'a/two' ? 0 : 5,
    good: model === 'a/one' ? 4 : 1,
    usd: model === 'a/two' ? 0 : 0.01,
    stopped: model === 'a/two' ? 'it could not be reached: gone' : null,
  }));
  const { thread } = await built.say('models evaluate coding up to 0.9');
  const card = await built.card(thread);
  expect(card.plan.cost).toEqual({ usd: 0.62, note: 'at most' });
  await built.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
  const answer = await built.answer(thread);
  expect(JSON.stringify(answer)).toContain('coding: a/one 4 of 5, a/cheap 1 of 5. It cost $0.0200.');
  expect(asked.map(({ model, usd }) => [model, usd])).toEqual([
    ['a/one', 0.3],
    ['a/two', 0.3],
    ['a/cheap', 0.02],
  ]);
  expect(await built.store.budgets.spent({ since: '2000-01-01T00:00:00.000Z' })).toBeCloseTo(0.02);
});

test('where none could be asked it has failed, and what was lost by then is charged', async () => {
  const { built } = await house([task('speed', 'a/one')], async () => ({
    ...{ asked: 0, good: 0, usd: 0.003, stopped: 'it could not be reached: gone' },
  }));
  const { thread } = await built.say('models evaluate');
  await built.door.decide({ approvalId: (await built.card(thread)).id, person: bob, verdict: 'approve' });
  expect(await built.answer(thread)).toMatchObject({
    outcome: { state: 'failed', reason: 'No model could be measured.' },
  });
  expect(await built.store.budgets.spent({ since: '2000-01-01T00:00:00.000Z' })).toBeCloseTo(0.003);
});

test('nothing open, an unknown name, and no model at all are said before anybody is asked', async () => {
  const { built } = await house([]);
  const said = async (words: string) => JSON.stringify(await built.answer((await built.say(words)).thread));
  expect(await said('models evaluate coding')).toContain('All of its tasks are marked already');
  expect(await said('models evaluate hal')).toContain('neither a kind of question nor a model');
  await built.close();
  open = await openTestHouse({});
  const { thread } = await open.say('models evaluate');
  expect(JSON.stringify(await open.answer(thread))).toContain('No model is set up');
});
