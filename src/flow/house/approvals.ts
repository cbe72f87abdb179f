/** What waits for people, in one message with working buttons. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import type { Approval } from '../../core/approval.ts';
import type { Services } from '../../core/job.ts';
import { asItStands } from '../entitled.ts';
import { maySee } from '../visible.ts';

export function approvalActions(services: () => Services): Action[] {
  const listApprovals = defineAction({
    name: 'sophia_list_approvals',
    description: 'lists what waits for approval, yours to decide first, with the buttons to decide it',
    effect: 'read',
    usage: 'approvals',
    example: '/sophia approvals',
    input: z.strictObject({}),
    output: z.strictObject({ approvals: z.array(z.looseObject({ id: z.string() })), more: z.number() }),
    async run(_plan, context) {
      const { approvals, runs, policy } = services();
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const shown: Approval[] = [];
      for (const approval of await approvals.pending())
        if (maySee(await runs.get(approval.runId), viewer, policy)) shown.push(approval);
      const mine = (approval: Approval) =>
        approval.rule.approvers.includes(viewer.person) &&
        !approval.votes.some((vote) => vote.person === viewer.person) &&
        (approval.requester !== viewer.person || approval.rule.selfApproval);
      const inOrder = (a: Approval, b: Approval) =>
        Number(mine(b)) - Number(mine(a)) ||
        groupOf(a).localeCompare(groupOf(b)) ||
        a.expiresAt.localeCompare(b.expiresAt);
      shown.sort(inOrder);
      // Who may decide is asked live, so only of those that are shown.
      const standing = await Promise.all(shown.slice(0, mostListed).map((one) => asItStands(services(), one)));
      const listed = standing.sort(inOrder) as unknown as ({ id: string } & Record<string, unknown>)[];
      return { approvals: listed, more: shown.length - listed.length } as never;
    },
    show: (output) => {
      const { approvals, more } = output as unknown as { approvals: Approval[]; more: number };
      if (approvals.length === 0) return { kind: 'words', markdown: 'Nothing waits for approval here.' };
      return { kind: 'approvals', approvals, ...(more > 0 ? { note: `${more} more wait.` } : {}) };
    },
  });
  return [listApprovals];
}

/** Three blocks each in a message of fifty. */
const mostListed = 12;

function groupOf({ plan }: Approval): string {
  return `${plan.environment ?? ''} ${plan.target}`;
}
