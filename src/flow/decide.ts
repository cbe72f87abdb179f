/** Counts a click, authorised here each time whatever the surface says. */
import type { Approval } from '../core/approval.ts';
import type { Choice } from '../core/door.ts';
import type { Services } from '../core/job.ts';
import type { Person } from '../core/person.ts';
import { parseThreadId } from '../core/thread.ts';
import { refreshCards } from './cards.ts';
import { currentApprovers, standingVoters } from './entitled.ts';
import { frozen } from './frozen.ts';
import { writeDown } from './written.ts';

/** A click, authorised here each time whatever the surface says; `words` are for the clicker alone. */
export async function decide(services: Services, choice: Choice): Promise<{ counted: boolean; words: string }> {
  const no = (words: string) => ({ counted: false, words });
  const approval = await services.approvals.get(choice.approvalId);
  if (!approval) return no('I do not know this request. It may be from another workspace or already cleaned up.');
  if (approval.state !== 'pending') {
    await refreshCards(services, approval);
    return no(
      `Too late: this request is already ${approval.state === 'consumed' ? 'approved and carried out' : approval.state}.`,
    );
  }
  // Live look-ups come before the transaction that counts the vote.
  const surface = services.surface(parseThreadId(approval.thread).surface);
  const clicker = await surface.person(choice.person);
  const now = await currentApprovers(services, approval);
  const refused = mayDecide(services, approval, now, clicker, choice.verdict);
  if (refused) return no(refused);

  const counting = await standingVoters(services, approval, now);
  const fallen = approval.votes.map((vote) => vote.person).filter((person) => !counting.includes(person));
  const reason = choice.reason?.trim();
  const at = services.now().toISOString();
  const result = await services.approvals.vote(
    approval.id,
    {
      person: choice.person,
      verdict: choice.verdict,
      ...(reason ? { reason } : {}),
      at,
    },
    {
      approvers: now.approvers.filter((person) => !fallen.includes(person)),
      quorum: now.quorum,
      selfApproval: now.selfApproval,
    },
  );
  if (result.state === 'not found') return no('I do not know this request.');
  const after = result.approval;
  if (result.state === 'counted')
    await writeDown(services, {
      kind: 'voted',
      at,
      runId: after.runId,
      person: choice.person,
      action: after.plan.action,
      approvalId: after.id,
      facts: { verdict: choice.verdict, plan: after.plan.hash, state: after.state, votes: after.votes.length },
      ...(reason ? { texts: { reason } } : {}),
    });
  // What a model proposed was right or wrong; of what a person asked for, nothing is learned.
  if (result.state === 'counted' && (after.state === 'approved' || after.state === 'denied'))
    await services.routing
      .learn({ run: after.runId, kind: 'approval', good: after.state === 'approved' })
      .catch((error) => services.log.warn({ error: String(error) }, 'nothing could be learned of this decision'));
  if (after.state !== 'pending') await services.durable.wake(`approval:${after.id}`);
  await refreshCards(services, after);
  if (result.state === 'already voted') return no('Your vote is already counted.');
  if (result.state === 'too late') return no(`Too late: this request is ${after.state}.`);
  if (choice.verdict === 'deny') return { counted: true, words: 'Denied. Nothing will be done.' };
  const held = after.rule.glass ? null : await frozen(services, services.actions.get(after.plan.action), after.plan);
  const standing = await standingVoters(services, after, now);
  const missing = Math.max(1, now.quorum - standing.length);
  return {
    counted: true,
    words:
      after.state !== 'approved'
        ? `Counted. ${missing} more approval${missing === 1 ? ' is' : 's are'} needed.${held ? ` As things stand it will not run: ${held.reason}` : ''}`
        : held
          ? `Approved, but it will not run: ${held.reason} Ask anew after \`/sophia thaw\`.`
          : 'Approved. I am starting now.',
  };
}

function mayDecide(
  services: Services,
  approval: Approval,
  now: Awaited<ReturnType<typeof currentApprovers>>,
  { id: person, kind }: Person,
  verdict: Choice['verdict'],
): string | null {
  if (kind !== 'member') return 'Only full members of this workspace may decide.';
  // Taking one's own request back needs no right.
  if (verdict === 'deny' && person === approval.requester) return null;
  const mention = services.surface(parseThreadId(approval.thread).surface).mention;
  if (now.refused) return `Nobody may decide this now: ${now.refused}`;
  if (!now.approvers.includes(person))
    return `You are not among the people who may decide this: ${now.approvers.map(mention).join(', ') || 'nobody'}.`;
  if (person === approval.requester && !now.selfApproval)
    return `You asked for this yourself, so somebody else has to approve it: ${
      now.approvers
        .filter((other) => other !== person)
        .map(mention)
        .join(', ') || 'nobody else may'
    }.`;
  return null;
}
