/** Whether a policy would lock people out: rules that nobody could ever approve, and a policy that could never be changed again. */
import type { Action } from '../core/action.ts';
import type { PolicyQuestion } from '../core/job.ts';
import type { Person } from '../core/person.ts';
import { guardChanges, type PolicyOf } from './guard-changes.ts';
import type { PolicyDocument } from './policy.ts';

/** A member who is named nowhere: of all who could ask, the one whom most others may approve. */
const stranger: Person = { id: 'nobody:nowhere:named', name: 'somebody', kind: 'member' };

/** `change`: the action that changes the policy. */
export async function canBeChanged(policyOf: PolicyOf, document: PolicyDocument, change: Action): Promise<boolean> {
  // A rule that holds in one place or for one person only leaves the others.
  const rules = document.rules.filter((rule) => Object.keys(rule.match).every((key) => key === 'action'));
  const policy = guardChanges(policyOf, { ...document, rules });
  const askers = [stranger, ...policy.admins().map((id): Person => ({ id, name: id, kind: 'member' }))];
  for (const requester of askers)
    if ((await policy.rule(questionOf(change, requester))).verdict !== 'refuse') return true;
  return false;
}

/** Names of the rules that ask more people than there are. */
export async function beyondAnybody(policyOf: PolicyOf, document: PolicyDocument, change: Action): Promise<string[]> {
  const names: string[] = [];
  const refused = async (rules: PolicyDocument['rules'], effect: Action['effect']) => {
    const question = questionOf({ ...change, effect } as Action, stranger);
    return (await policyOf({ ...document, rules }).rule(question)).verdict === 'refuse';
  };
  for (const rule of document.rules)
    if (
      rule.then === 'ask' &&
      !(rule.approvers ?? []).includes('github:write') &&
      (await refused([{ ...rule, match: {} }], 'write'))
    )
      names.push(rule.name);
  if (await refused([], 'write')) names.push('a write asks one other person');
  if (await refused([], 'destroy')) names.push('a destroy asks two other people');
  return names;
}

function questionOf(action: Action, requester: Person): PolicyQuestion {
  return { action, plan: { target: 'sophia:policy' }, requester, channel: 'nowhere', taint: [] };
}
