/** A plan and what policy would say of it, with nothing to click. */
import type { Reply, Ruling } from '../../../core/reply.ts';
import { note, plainNote, type Rendered } from '../blocks.ts';
import { fitted } from './fit.ts';
import { code } from './literal.ts';
import { mentions } from './people.ts';
import { planPieces } from './pieces.ts';

export function renderPlan(reply: Extract<Reply, { kind: 'plan' }>): Rendered {
  return fitted(`Plan only: ${reply.plan.summary}`, (room) => [
    ...planPieces(reply.plan, room, 'Ask for it to see the rest on the card.'),
    note(...ruling(reply.ruling)),
    ...(reply.ruling.verdict === 'refuse' ? [plainNote(`Why: ${reply.ruling.reason}`, 500)] : []),
    note(`Plan only: nothing was done and nobody was asked · ${code(reply.plan.hash.slice(0, 12), 12)}`),
  ]);
}

function ruling(said: Ruling): string[] {
  if (said.verdict === 'allow') return [`✅ Policy would *allow* this (rule ${code(said.rule, 60)}).`];
  if (said.verdict === 'refuse') return [`🚫 Policy would *refuse* this (rule ${code(said.rule, 60)}).`];
  const { rule } = said;
  const self = rule.selfApproval ? '' : ', not the one who asks';
  return [`✋ Policy would *ask* ${rule.quorum} of ${mentions(rule.approvers)}${self} (rule ${code(rule.name, 60)}).`];
}
