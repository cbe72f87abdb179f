/** The stricter of two rulings: for a deed that stands for other deeds, both must be content. */
import type { Rule } from '../core/approval.ts';
import type { Ruling } from '../core/reply.ts';

export function strictest(one: Ruling, other: Ruling, requester: string): Ruling {
  if (one.verdict === 'refuse') return one;
  if (other.verdict === 'refuse') return other;
  if (one.verdict === 'allow') return other;
  if (other.verdict === 'allow') return one;
  const rule = both(one.rule, other.rule);
  const late = (rule.backup?.named ?? []).flatMap((one) => one.people);
  const all = [...new Set([...rule.approvers, ...late])];
  const eligible = all.filter((person) => rule.selfApproval || person !== requester);
  if (eligible.length >= rule.quorum) return { verdict: 'ask', rule };
  return {
    verdict: 'refuse',
    rule: rule.name,
    reason: `It needs ${rule.quorum} approval${rule.quorum === 1 ? '' : 's'} by people who may decide both this and what it covers, and there are ${eligible.length}.`,
  };
}

function both(one: Rule, other: Rule): Rule {
  const named = (one.named ?? []).filter(({ selector }) => other.named?.some((two) => two.selector === selector));
  const expiresInMs = Math.min(one.expiresInMs, other.expiresInMs);
  const remind = [one.remindEveryMs, other.remindEveryMs].filter((every) => every !== undefined);
  const backup = backupOf(one, other, expiresInMs);
  return {
    name: one.name === other.name ? one.name : `${one.name}; ${other.name}`,
    approvers: one.approvers.filter((person) => other.approvers.includes(person)),
    named,
    quorum: Math.max(one.quorum, other.quorum),
    selfApproval: one.selfApproval && other.selfApproval,
    expiresInMs,
    ...(remind.length > 0 ? { remindEveryMs: Math.min(...remind) } : {}),
    ...(backup ? { backup } : {}),
  };
}

/**
 * Backups of either rule whom the other one accepts as well, at once or in its own time, from the later of the two times on.
 * A backup of one whom the other never lets decide is none: it would loosen the other.
 */
function backupOf(one: Rule, other: Rule, expiresInMs: number): Rule['backup'] {
  const afterMs = Math.max(one.backup?.afterMs ?? 0, other.backup?.afterMs ?? 0);
  if (afterMs >= expiresInMs) return undefined;
  const accepted = (rule: Rule) =>
    new Set([...rule.approvers, ...(rule.backup?.named ?? []).flatMap(({ people }) => people)]);
  const heldTo = (rule: Rule, people: Set<string>) =>
    (rule.backup?.named ?? []).map((each) => ({ ...each, people: each.people.filter((person) => people.has(person)) }));
  const named = [...heldTo(one, accepted(other)), ...heldTo(other, accepted(one))];
  return named.length > 0 ? { named, afterMs } : undefined;
}
