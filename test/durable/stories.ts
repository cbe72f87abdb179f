/** Stories whose step histories are recorded per version of the work and replayed against today's code. */
import { z } from 'zod';
import { defineWorkflow } from '../../src/core/action.ts';
import type { Answer } from '../../src/core/model.ts';
import { bob, counterActions, type HouseOptions, type TestHouse } from '../flow/test-house.ts';
import { fleet } from '../workflows/fleet.ts';

export type Story = { text: string; kind: 'command' | 'words'; play(house: TestHouse, thread: string): Promise<void> };

const steps = defineWorkflow({
  name: 'add_twice',
  description: 'adds 1 and 2',
  effect: 'write',
  usage: 'twice',
  input: z.strictObject({}),
  output: z.object({}),
  plan: async () => ({
    target: 'counter:main',
    summary: 'Add 1 and 2',
    details: [],
    steps: [1, 2].map((amount) => ({ action: 'counter_add_amount', input: { amount }, summary: `add ${amount}` })),
    preconditions: [],
  }),
  async run(_plan, context) {
    await context.progress('Adding', []);
    for (const amount of [1, 2]) await context.act('counter_add_amount', { amount });
    await context.sleep(1);
    await context.progress('Added', []);
    return { state: 'done', output: {}, summary: 'added' };
  },
});

const answer = (part: object): Answer => ({
  state: 'answered',
  text: '',
  calls: [],
  model: 'test/model',
  usd: 0,
  inputTokens: 1,
  outputTokens: 1,
  milliseconds: 1,
  fallbacks: [],
  ...part,
});

/** The actions and the model of the stories; the same when recording and when replaying. */
export function storyHouse(): HouseOptions {
  return {
    actions: [...counterActions().actions, steps, ...fleet().actions],
    think: (turn) =>
      turn.messages.length > 1
        ? answer({ text: 'It stands at 0.' })
        : answer({ calls: [{ id: 'c1', name: 'counter_get_value', input: {} }] }),
  };
}

async function approve(house: TestHouse, thread: string) {
  const card = await house.card(thread);
  await house.door.decide({ approvalId: card.id, person: bob, verdict: 'approve' });
}

export const stories: Record<string, Story> = {
  read: { text: 'counter', kind: 'command', play: async () => {} },
  approved: { text: 'add 3', kind: 'command', play: approve },
  denied: {
    text: 'add 3',
    kind: 'command',
    async play(house, thread) {
      const card = await house.card(thread);
      await house.door.decide({ approvalId: card.id, person: bob, verdict: 'deny', reason: 'no' });
    },
  },
  workflow: { text: 'twice', kind: 'command', play: approve },
  deploy: { text: 'deploy web', kind: 'command', play: approve },
  merge: { text: 'merge #12 in acme/web', kind: 'command', play: approve },
  question: { text: 'how does the counter stand?', kind: 'words', play: async () => {} },
  plan: { text: 'plan add 3', kind: 'command', play: async () => {} },
};

export type History = { version: string; input: unknown; steps: { name: string; value: unknown }[] };
