/** Who may decide a card now: those whom both the card and the policy in force name, and whose yes still stands. */
import type { Approval, Entitled, Rule } from '../core/approval.ts';
import type { Services } from '../core/job.ts';
import { parseThreadId } from '../core/thread.ts';
import { mayAsk } from './may-ask.ts';

export const noLongerMember = 'Whoever asked for this is no full member of the workspace any more.';

/** Those named on the card who are still named by the policy in force: it may have grown stricter since. */
export async function currentApprovers(
  services: Services,
  approval: Approval,
): Promise<{ approvers: string[]; quorum: number; selfApproval: boolean; refused?: string }> {
  const none = { approvers: [], quorum: approval.rule.quorum, selfApproval: false };
  const action = services.actions.get(approval.plan.action);
  const run = await services.runs.get(approval.runId);
  if (!action || !run) return { ...none, refused: 'The action or its run is no longer there.' };
  const requester = await services.surface(parseThreadId(approval.thread).surface).person(approval.requester);
  if (!mayAsk(requester, action)) return { ...none, refused: noLongerMember };
  const ruling = await services.policy.rule({
    action,
    plan: approval.plan,
    requester,
    channel: run.channel,
    taint: approval.taint,
  });
  if (ruling.verdict === 'refuse') return { ...none, refused: ruling.reason };
  if (approval.rule.glass) {
    const glass = await services.policy.breakGlass(approval.requester);
    return glass.state === 'may'
      ? { approvers: [approval.requester], quorum: 1, selfApproval: true }
      : { ...none, refused: glass.reason };
  }
  // A policy that has come to allow it outright does not undo a question already put.
  if (ruling.verdict === 'allow') return approval.rule;
  const late = services.now().getTime() - Date.parse(approval.createdAt);
  return {
    approvers: stillNamed(approval.rule, ruling.rule, late),
    quorum: Math.max(approval.rule.quorum, ruling.rule.quorum),
    selfApproval: approval.rule.selfApproval && ruling.rule.selfApproval,
  };
}

/** Those whose yes counts now, at the click, on the card and before the deed alike: full members who may still give one. */
export async function standingVoters(services: Services, approval: Approval, now: Entitled): Promise<string[]> {
  const surface = services.surface(parseThreadId(approval.thread).surface);
  const standing: string[] = [];
  for (const { person, verdict } of approval.votes) {
    const own = person === approval.requester && !now.selfApproval;
    if (verdict !== 'approve' || own || !now.approvers.includes(person)) continue;
    if ((await surface.person(person)).kind === 'member') standing.push(person);
  }
  return [...new Set(standing)];
}

/** The card as it stands at this moment: who may decide, how many must, and the votes that count. */
export async function asItStands(services: Services, approval: Approval): Promise<Approval> {
  if (approval.state !== 'pending') return approval;
  const { approvers, quorum, selfApproval } = await currentApprovers(services, approval);
  const standing = await standingVoters(services, approval, { approvers, quorum, selfApproval });
  return {
    ...approval,
    rule: { ...approval.rule, approvers, quorum, selfApproval },
    votes: approval.votes.filter((vote) => standing.includes(vote.person)),
  };
}

/**
 * Whom both the card and the policy in force name. A group, or a right elsewhere, that both name means those who are in
 * it now: who joined since may decide, who left may not.
 */
function stillNamed(card: Rule, now: Rule, lateMs: number): string[] {
  const common = (before: Rule['named'] = [], after: Rule['named'] = []) =>
    after.filter(({ selector }) => before.some((one) => one.selector === selector)).flatMap((one) => one.people);
  const backup = card.backup && now.backup && lateMs >= Math.max(card.backup.afterMs, now.backup.afterMs);
  return [
    ...new Set([
      ...common(card.named, now.named),
      ...card.approvers.filter((person) => now.approvers.includes(person)),
      ...(backup ? common(card.backup?.named, now.backup?.named) : []),
    ]),
  ];
}
