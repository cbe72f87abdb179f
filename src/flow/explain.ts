/** Why a policy says what it says: which rule decides, and why each rule before it does not. */
import type { Explanation, PolicyQuestion } from '../core/job.ts';
import { changeActions, guardChanges, judgesChanges, type PolicyOf } from './guard-changes.ts';
import { builtInRules, type PolicyDocument, parsePolicy } from './policy.ts';
import { conditionText } from './rule-rows.ts';

type Rule = PolicyDocument['rules'][number];

export async function explain(
  policyOf: PolicyOf,
  document: PolicyDocument | null,
  question: PolicyQuestion,
): Promise<Explanation> {
  const policy = guardChanges(policyOf, document);
  const ruling = await policy.rule(question);
  const clean = question.taint.length > 0 ? await policy.rule({ ...question, taint: [] }) : ruling;
  const whole = document ?? parsePolicy('version: 1');
  const change = changeActions.includes(question.action.name);
  const passed: Explanation['passed'] = [];
  for (const rule of [...whole.rules, ...(change ? [] : builtInRules)]) {
    const because =
      change && !judgesChanges(rule)
        ? 'only a rule that names sophia_… judges a change of the policy'
        : await firstFailing(policyOf, whole, rule, question);
    if (because === null) return { ruling, decides: rule.name, passed, raised: clean.verdict !== ruling.verdict };
    passed.push({ rule: rule.name, because });
  }
  const decides = change ? 'a change of policy asks another admin' : null;
  return { ruling, decides, passed, raised: clean.verdict !== ruling.verdict };
}

/** Each condition is tried alone, by the policy itself, so that what is said here cannot differ from what is done. */
async function firstFailing(
  policyOf: PolicyOf,
  document: PolicyDocument,
  rule: Rule,
  question: PolicyQuestion,
): Promise<string | null> {
  const probe = (match: Rule['match']): Rule => ({ ...rule, match, ...refuses });
  for (const [key, value] of Object.entries(rule.match)) {
    if (value === undefined) continue;
    const alone = policyOf({ ...document, rules: [probe({ [key]: value })] });
    const said = await alone.rule(question);
    if (said.verdict !== 'refuse' || said.rule !== refuses.name) return conditionText(key, value);
  }
  return null;
}

// biome-ignore lint/suspicious/noThenProperty: a rule reads "match …, then refuse"; it is data and never awaited
const refuses = { name: 'this condition holds', then: 'refuse', reason: 'probe' } as const;

export function explanationLines(explanation: Explanation, mention: (person: string) => string): string[] {
  return [
    verdictLine(explanation, mention),
    ...explanation.passed.map(({ rule, because }) => `- “${rule}” does not fit: ${because}`),
    explanation.decides === null ? '- no rule fits' : `- “${explanation.decides}” fits and decides`,
    ...(explanation.raised ? ['Untrusted text in the run made it stricter.'] : []),
  ];
}

export function verdictLine({ ruling }: Explanation, mention: (person: string) => string): string {
  if (ruling.verdict === 'allow') return 'It is allowed; nobody is asked.';
  if (ruling.verdict === 'refuse') return `It is refused: ${ruling.reason}`;
  const { approvers, quorum, selfApproval, expiresInMs, remindEveryMs, backup } = ruling.rule;
  const self = selfApproval ? ', own requests too' : ', not the one who asks';
  const late = (backup?.named ?? []).flatMap(({ selector, people }) =>
    people.length > 0 ? people.map(mention) : [selector],
  );
  return [
    `It asks ${quorum} of ${approvers.map(mention).join(', ')}${self}`,
    ...(remindEveryMs ? [`reminds them every ${minutes(remindEveryMs)}`] : []),
    ...(backup ? [`${late.join(', ')} may as well after ${minutes(backup.afterMs)}`] : []),
    `it expires after ${minutes(expiresInMs)}.`,
  ].join('; ');
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${ms / 1000} s` : `${Math.round(ms / 60_000)} min`;
}
