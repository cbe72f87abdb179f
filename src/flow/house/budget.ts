/** What was spent, and what is left. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import type { Reply } from '../../core/reply.ts';
import { mentionOf } from './people.ts';

const output = z.strictObject({
  caps: z.array(z.strictObject({ of: z.string(), spent: z.number(), limit: z.number() })),
  top: z.array(z.strictObject({ person: z.string(), usd: z.number() })),
});

export function budgetActions(services: () => Services): Action[] {
  const showBudget = defineAction({
    name: 'sophia_show_budget',
    description: 'shows what was spent today and this month, by you, here and in the workspace, and what is left',
    effect: 'read',
    usage: 'budget',
    example: '/sophia budget',
    input: z.strictObject({}),
    output,
    async run(_plan, context) {
      const { budgets, limits, policy, runs } = services();
      const at = context.now().toISOString();
      const [day, month] = [`${at.slice(0, 10)}T00:00:00.000Z`, `${at.slice(0, 7)}-01T00:00:00.000Z`];
      const person = context.requester.id;
      const channel = (await runs.get(context.run))?.channel;
      const caps = [
        { of: 'you, today', spent: await budgets.spent({ since: day, person }), limit: limits.personUsd },
        ...(channel
          ? [
              {
                of: 'this channel, today',
                spent: await budgets.spent({ since: day, channel }),
                limit: limits.channelUsd,
              },
            ]
          : []),
        { of: 'the workspace, today', spent: await budgets.spent({ since: day }), limit: limits.dayUsd },
        { of: 'the workspace, this month', spent: await budgets.spent({ since: month }), limit: limits.monthUsd },
      ];
      // Who spent how much is for the people in charge, and not for a channel that all can read.
      const mayName = policy.admins().includes(person) && !context.place.audience.endsWith(':public');
      const top = mayName ? await budgets.topSpenders(month, 5) : [];
      return { caps, top: top.map((one) => ({ person: mentionOf(services(), one.person), usd: one.usd })) };
    },
    show: (raw): Reply => {
      const { caps, top } = output.parse(raw);
      const dollars = (usd: number) => `$${usd.toFixed(2)}`;
      return {
        kind: 'table',
        title: 'Budget (UTC)',
        columns: ['of', 'spent or set aside', 'limit', 'left'],
        rows: [
          ...caps.map(({ of, spent, limit }) => [
            of,
            dollars(spent),
            dollars(limit),
            dollars(Math.max(0, limit - spent)),
          ]),
          ...top.map(({ person, usd }) => [person, dollars(usd), '', '']),
        ],
      };
    },
  });
  return [showBudget];
}
