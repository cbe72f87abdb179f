/** What no policy can take away: a change of the policy asks an admin who did not ask for it. */
import type { Policy, PolicyQuestion } from '../core/job.ts';
import type { Ruling } from '../core/reply.ts';
import { type PolicyDocument, parsePolicy } from './policy.ts';

export type PolicyOf = (document: PolicyDocument | null) => Policy;

export const changeActions = ['sophia_change_policy', 'sophia_restore_policy'];

/** The policy of a document, with changes of the policy judged by the rules that name them and by the built-in one only. */
export function guardChanges(policyOf: PolicyOf, document: PolicyDocument | null): Policy {
  const policy = policyOf(document);
  return {
    admins: () => policy.admins(),
    breakGlass: (person) => policy.breakGlass(person),
    rule: (question) =>
      changeActions.includes(question.action.name) ? ruleChange(policyOf, document, question) : policy.rule(question),
  };
}

async function ruleChange(
  policyOf: PolicyOf,
  document: PolicyDocument | null,
  question: PolicyQuestion,
): Promise<Ruling> {
  // A rule for everything (“refuse the rest”, “two for every write”) was not written with this in mind, and could lock all out.
  const naming = (document?.rules ?? []).filter(judgesChanges);
  const admins = policyOf(document).admins();
  const last = builtIn(admins);
  const whole = document ?? parsePolicy('version: 1');
  const wanted = await policyOf({ ...whole, rules: [...naming, last] }).rule(question);
  if (wanted.verdict === 'refuse') return wanted;
  const asked = wanted.verdict === 'ask' ? wanted : await policyOf({ ...whole, rules: [last] }).rule(question);
  if (asked.verdict !== 'ask') return asked;
  // Only admins, whatever else the names of the rule come to mean until the vote.
  const { named: _names, backup: _backup, ...plain } = asked.rule;
  const rule = {
    ...plain,
    approvers: asked.rule.approvers.filter((person) => admins.includes(person)),
    selfApproval: asked.rule.selfApproval && admins.length === 1,
  };
  const others = rule.selfApproval ? rule.approvers : rule.approvers.filter((one) => one !== question.requester.id);
  if (others.length < rule.quorum)
    return {
      verdict: 'refuse',
      rule: rule.name,
      reason: `A change of the policy needs ${rule.quorum} admin${rule.quorum === 1 ? '' : 's'} who did not ask for it, and ${others.length} of those named may decide.`,
    };
  return { verdict: 'ask', rule };
}

export function judgesChanges(rule: PolicyDocument['rules'][number]): boolean {
  return [rule.match.action ?? []].flat().some((name) => name.startsWith('sophia_'));
}

/** Where there is one admin only, nobody else could ever decide. */
function builtIn(admins: string[]): PolicyDocument['rules'][number] {
  const [rule] = parsePolicy(`
version: 1
rules:
  - name: a change of policy asks another admin
    match: { action: [${changeActions.join(', ')}] }
    then: ask
    approvers: [admins]
    self_approval: ${admins.length === 1}
`).rules;
  if (!rule) throw new TypeError('the rule is written above');
  return rule;
}
