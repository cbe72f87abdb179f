/** A plan and what policy would say of it, with nothing to click. */
import type { Reply, Ruling } from '../../../core/reply.ts';
import { type Block, type Drawn, note, plainNote } from '../blocks.ts';
import { fitted } from './fit.ts';
import { code } from './literal.ts';
import { mentions } from './people.ts';
import { planPieces } from './pieces.ts';
import { wholeOf } from './whole.ts';

export function renderPlan(reply: Extract<Reply, { kind: 'plan' }>): Drawn {
  const draw = (room: number): Block[] => [
    ...planPieces(reply.plan, room, 'The file below holds all of it.'),
    note(...ruling(reply.ruling)),
    ...(reply.ruling.verdict === 'refuse' ? [plainNote(`Why: ${reply.ruling.reason}`, 500)] : []),
    note(`Plan only: nothing was done and nobody was asked · ${code(reply.plan.hash.slice(0, 12), 12)}`),
  ];
  return fitted(`Plan only: ${reply.plan.summary}`, draw, () => wholeOf(reply));
}

function ruling(said: Ruling): string[] {
  if (said.verdict === 'allow') return [`✅ Policy would *allow* this (rule ${code(said.rule, 60)}).`];
  if (said.verdict === 'refuse') return [`🚫 Policy would *refuse* this (rule ${code(said.rule, 60)}).`];
  const { rule } = said;
  const self = rule.selfApproval ? '' : ', not the one who asks';
  return [`✋ Policy would *ask* ${rule.quorum} of ${mentions(rule.approvers)}${self} (rule ${code(rule.name, 60)}).`];
}
