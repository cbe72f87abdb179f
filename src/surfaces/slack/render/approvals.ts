/** Several approvals in one message: a line and buttons for each that is pending, how it ended for each that is not. */
import type { Approval } from '../../../core/approval.ts';
import type { Reply } from '../../../core/reply.ts';
import {
  actions,
  type Block,
  brief,
  button,
  type Drawn,
  header,
  line,
  note,
  plainNote,
  rich,
  text,
} from '../blocks.ts';
import { approveAction, denyAction, planAction, stateWords } from './card.ts';
import { fitted } from './fit.ts';
import { code } from './literal.ts';
import { date, mention, mentions } from './people.ts';
import { wholeOf } from './whole.ts';

export function renderApprovals(reply: Extract<Reply, { kind: 'approvals' }>): Drawn {
  const waiting = reply.approvals.filter((approval) => approval.state === 'pending').length;
  const title = waiting === 0 ? 'Nothing waits any more' : `${waiting} waiting for approval`;
  const draw = (room: number): Block[] => [
    header(title),
    ...reply.approvals.flatMap((approval) => each(approval, room)),
    ...(reply.note ? [plainNote(reply.note, 200)] : []),
  ];
  return fitted(title, draw, () => wholeOf(reply));
}

function each(approval: Approval, room: number): Block[] {
  const { plan, rule, votes } = approval;
  const place = [plan.environment, plan.target].filter(Boolean).join(' · ');
  const words = rich(
    line(brief(plan.summary, Math.floor(300 * room) + 40, { bold: true }), text('\n'), brief(place, 120)),
  );
  if (approval.state !== 'pending') return [words, note(`${stateWords[approval.state]}.`)];
  const yes = votes.filter((vote) => vote.verdict === 'approve').length;
  const tainted = approval.taint.length > 0 ? ' · ⚠️ untrusted text was read before' : '';
  return [
    words,
    note(
      `Asked by ${mention(approval.requester)} · ${yes} of ${rule.quorum} · may approve: ${mentions(rule.approvers)} · expires ${date(approval.expiresAt)} · plan ${code(plan.hash.slice(0, 12), 12)}${tainted}`,
    ),
    actions(
      button('Approve', approveAction, approval.id, { style: 'primary' }),
      button('Deny', denyAction, approval.id, { style: 'danger' }),
      button('View full plan', planAction, approval.id),
    ),
  ];
}
