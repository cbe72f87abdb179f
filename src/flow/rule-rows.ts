/** The rules of a policy as rows that people read, the built-in ones last. */
import { changeActions } from './guard-changes.ts';
import { builtInRules, type PolicyDocument, parsePolicy } from './policy.ts';

type Rule = PolicyDocument['rules'][number];
export type RuleRow = {
  rule: string;
  matches: string;
  verdict: string;
  approvers: string;
  quorum: string;
  expires: string;
};

export function ruleRows(text: string | null, admins: string[], mention: (person: string) => string): RuleRow[] {
  const document = text === null ? null : parsePolicy(text);
  const named = (approver: string) => {
    if (approver === 'admins') return `admins (${admins.map(mention).join(', ') || 'nobody'})`;
    const role = document?.roles[approver];
    return role ? `${approver} (${role.join(', ')})` : approver;
  };
  const row = (rule: Rule): RuleRow => {
    const asks = rule.then === 'ask';
    const self = rule.self_approval ? ', own requests too' : '';
    return {
      rule: rule.name,
      matches: matchText(rule),
      verdict: rule.then,
      approvers: asks ? `${(rule.approvers ?? ['admins']).map(readable(named)).join(', ')}${self}` : '–',
      quorum: asks ? String(rule.quorum) : '–',
      expires: asks ? rule.expires : '–',
    };
  };
  const change: RuleRow = {
    rule: 'a change of policy asks another admin (always)',
    matches: `action: ${changeActions.join(' or ')}`,
    verdict: 'ask',
    approvers: `${named('admins')}${admins.length === 1 ? ', own requests too' : ''}`,
    quorum: '1',
    expires: '1h',
  };
  return [...(document?.rules ?? []).map(row), change, ...builtInRules.map(row)];
}

function matchText(rule: Rule): string {
  const parts = Object.entries(rule.match).map(([key, value]) => conditionText(key, value));
  return parts.join('; ') || 'everything';
}

/** `environment: production or eu`. */
export function conditionText(key: string, value: unknown): string {
  return `${key}: ${valueText(value)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(' or ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Approvers that are no plain name (a user group, a right elsewhere) are shown as they are written. */
function readable(named: (approver: string) => string): (approver: unknown) => string {
  return (approver) => (typeof approver === 'string' ? named(approver) : valueText(approver));
}
