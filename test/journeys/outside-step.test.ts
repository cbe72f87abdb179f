/** A workflow that steps outside its card asks again, through the real Bolt app and signed requests. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { defineWorkflow } from '../../src/core/action.ts';
import type { SlackMessage } from '../../src/emulators/slack/index.ts';
import { counterActions, openTestHouse, type TestHouse } from '../flow/test-house.ts';
import { type House, openHouse } from '../surfaces/slack/house.ts';

const straying = defineWorkflow({
  name: 'straying',
  description: 'says 1, does 1 and 5',
  effect: 'write',
  usage: 'stray',
  input: z.strictObject({}),
  output: z.object({}),
  plan: async () => ({
    target: 'counter:main',
    summary: 'Add 1',
    details: [],
    steps: [{ action: 'counter_add_amount', input: { amount: 1 }, summary: 'add 1' }],
    preconditions: [],
  }),
  async run(_plan, context) {
    for (const amount of [1, 5]) {
      const outcome = await context.act('counter_add_amount', { amount });
      if (outcome.state !== 'done') return { state: 'failed', reason: outcome.reason };
      await context.progress('Adding', [{ title: `add ${amount}`, state: 'done' }]);
    }
    return { state: 'done', output: {}, summary: 'added' };
  },
});

const { world, actions } = counterActions();
let slack: House;
let house: TestHouse;
beforeAll(async () => {
  slack = await openHouse({ start: false });
  house = await openTestHouse({
    actions: [...actions, straying],
    at: slack.sophia.surface,
    admins: ['slack:T0ACME:U0ALICE', 'slack:T0ACME:U0BOB'],
  });
  const { url } = await slack.sophia.start(house.door);
  slack.slack.setRequestUrl(url ?? '');
});
afterAll(async () => {
  await slack.close();
  await house.close();
});

const messages = (): SlackMessage[] => slack.slack.messages('C0DEPLOYS').flatMap((root) => [root, ...root.replies]);
async function seen(look: (message: SlackMessage) => boolean): Promise<SlackMessage> {
  await slack.slack.waitFor(() => messages().some(look), 10_000);
  return messages().find(look) as SlackMessage;
}
const waitingCard = (words: string) =>
  seen((message) => JSON.stringify(message.blocks).includes('approval_approve') && message.text.includes(words));

test('the step that is not on the card has a card of its own, and without a yes it is not done', async () => {
  await slack.slack.slash('U0ALICE', 'C0DEPLOYS', '/sophia', 'stray');
  const first = await waitingCard('Add 1');
  await slack.slack.click('U0BOB', 'C0DEPLOYS', first.ts, { actionId: 'approval_approve' });

  const second = await waitingCard('Add 5');
  expect(second.ts).not.toBe(first.ts);
  expect(world.value).toBe(1);

  await slack.slack.click('U0BOB', 'C0DEPLOYS', second.ts, { actionId: 'approval_deny' });
  await slack.slack.waitFor(() => slack.slack.view('U0BOB') !== null, 10_000);
  const view = slack.slack.view('U0BOB');
  await slack.slack.submitView('U0BOB', view?.id ?? '', { reason: 'not on the card' });
  await slack.slack.waitFor(() => messages().some((message) => JSON.stringify(message).includes('said no')), 10_000);
  expect(world.value).toBe(1);
  expect(world.writes).toHaveLength(1);
});

test('Stop on the progress ends the run: its open question is withdrawn, nothing more is done, and the button goes', async () => {
  const before = world.value;
  await slack.slack.slash('U0ALICE', 'C0DEPLOYS', '/sophia', 'stray');
  await slack.slack.click('U0BOB', 'C0DEPLOYS', (await waitingCard('Add 1')).ts, { actionId: 'approval_approve' });
  const second = await waitingCard('Add 5');
  const progress = await seen((message) => JSON.stringify(message.blocks).includes('sophia_stop_run'));
  await slack.slack.click('U0ALICE', 'C0DEPLOYS', progress.ts, { actionId: 'deed_0' });
  const now = (ts: string) => JSON.stringify(messages().find((message) => message.ts === ts)?.blocks);
  await slack.slack.waitFor(() => now(second.ts).includes('Stopped'), 10_000);
  await slack.slack.waitFor(() => !now(progress.ts).includes('sophia_stop_run'), 10_000);
  expect(now(second.ts)).not.toContain('approval_approve');
  expect(now(progress.ts)).toContain('add 1');
  expect(world.value).toBe(before + 1);
});
