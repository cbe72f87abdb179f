/** The stricter of two rulings: for a deed that stands for other deeds, both must be content. */
import type { Rule } from '../core/approval.ts';
import type { Ruling } from '../core/reply.ts';

export function strictest(one: Ruling, other: Ruling, requester: string): Ruling {
  if (one.verdict === 'refuse') return one;
  if (other.verdict === 'refuse') return other;
  if (one.verdict === 'allow') return other;
  if (other.verdict === 'allow') return one;
  const rule = both(one.rule, other.rule);
  const eligible = rule.approvers.filter((person) => rule.selfApproval || person !== requester);
  if (eligible.length >= rule.quorum) return { verdict: 'ask', rule };
  return {
    verdict: 'refuse',
    rule: rule.name,
    reason: `It needs ${rule.quorum} approval${rule.quorum === 1 ? '' : 's'} by people who may decide both this and what it covers, and there are ${eligible.length}.`,
  };
}

function both(one: Rule, other: Rule): Rule {
  const named = (one.named ?? []).filter(({ selector }) => other.named?.some((two) => two.selector === selector));
  return {
    name: one.name === other.name ? one.name : `${one.name}; ${other.name}`,
    approvers: one.approvers.filter((person) => other.approvers.includes(person)),
    named,
    quorum: Math.max(one.quorum, other.quorum),
    selfApproval: one.selfApproval && other.selfApproval,
    expiresInMs: Math.min(one.expiresInMs, other.expiresInMs),
  };
}
