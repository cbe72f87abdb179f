/** One line of a run's story for each row of its trail, in words. */
import type { AuditRow } from '../../core/audit.ts';
import type { Json, JsonObject } from '../../core/json.ts';

export type Names = (person: string) => string;
type Say = (row: AuditRow, names: Names) => (string | false | undefined)[];

const longestText = 300;

/** `[what happened, about what, why …]`, joined by what is there. */
export function lineOf(row: AuditRow, names: Names): string {
  const say = sayings[row.kind] ?? other;
  return say(row, names).filter(Boolean).join(' · ');
}

const sayings: Partial<Record<AuditRow['kind'], Say>> = {
  planned: ({ action, facts, texts }) => [
    `planned ${code(action)}: ${quote(texts?.summary) || 'forgotten'}`,
    facts.verdict === 'ask' ? 'the policy asks' : facts.verdict === 'allow' && 'allowed outright',
    typeof facts.target === 'string' && `on ${code(facts.target)}`,
    typeof facts.plan === 'string' && `plan ${code(facts.plan.slice(0, 12))}`,
  ],
  asked: ({ facts, texts }, names) => [
    `asked ${String(facts.quorum)} of ${peopleOf(facts.approvers, names)}`,
    typeof facts.expires === 'string' && `until ${facts.expires.slice(11, 16)}`,
    texts?.rule && `rule ${quote(texts.rule)}`,
  ],
  voted: ({ person, facts, texts }, names) => [
    `${nameOf(person, names)} ${facts.verdict === 'approve' ? 'approved' : 'said no'}`,
    quote(texts?.reason),
  ],
  closed: ({ person, facts, texts }, names) => [
    `the question is ${String(facts.state)}${facts.edited === true && person ? `, edited by ${nameOf(person, names)}` : ''}`,
    quote(texts?.reason ?? texts?.changes),
  ],
  started: ({ action, facts }) => [
    `started ${code(action)}`,
    typeof facts.attempt === 'number' && facts.attempt > 1 && `attempt ${facts.attempt}`,
    typeof facts.lease === 'string' && `under lease ${facts.lease}`,
    typeof facts.step === 'number' && `step ${facts.step} of the plan`,
  ],
  'broke glass': ({ person, facts, texts }, names) => [
    `${nameOf(person, names)} broke the glass: ${quote(texts?.reason)}`,
    `review ${String(facts.review)}`,
  ],
  settled: ({ person, action, facts, texts }, names) =>
    typeof facts.settles === 'string'
      ? [`${nameOf(person, names)} has looked: ${facts.settles} is **${String(facts.state)}**`, quote(texts?.reason)]
      : [`**${String(facts.state)}**: ${code(action)}`, quote(texts?.reason ?? resultOf(texts?.result, facts))],
  refused: ({ action, facts, texts }) => [`refused ${code(action)} (${String(facts.code)})`, quote(texts?.reason)],
  stopped: ({ facts, texts }) => [facts.state === 'broke' ? 'it broke on my side' : 'stopped', quote(texts?.reason)],
};

const other: Say = ({ kind, person, facts, texts }, names) => [
  `${kind}${person ? ` by ${nameOf(person, names)}` : ''}`,
  code(JSON.stringify(facts).slice(0, longestText)),
  ...Object.values(texts ?? {}).map(quote),
];

/** What the ledger kept of the end, cut as it may be. */
function resultOf(result: string | undefined, facts: JsonObject): string | undefined {
  if (result === undefined) return undefined;
  try {
    const { reason, evidence, summary, output } = JSON.parse(result) as { [key: string]: Json };
    const told = facts.state === 'unknown' ? evidence : (reason ?? summary ?? output);
    return typeof told === 'string' || told === null || told === undefined ? (told ?? undefined) : JSON.stringify(told);
  } catch {
    return result;
  }
}

export function nameOf(person: string | null, names: Names): string {
  return person === null ? 'I' : literal(names(person));
}

function peopleOf(people: Json | undefined, names: Names): string {
  const ids = Array.isArray(people) ? people.filter((one) => typeof one === 'string') : [];
  return ids.map((id) => nameOf(id, names)).join(', ') || 'nobody';
}

/** Somebody's words, as they stand: on one line, and nothing in them is read as formatting. */
export function quote(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `“${literal(line.length > longestText ? `${line.slice(0, longestText)}…` : line)}”`;
}

function literal(text: string): string {
  return text.replaceAll(/[\\`*_[\]<~]/g, '\\$&');
}

function code(text: string | null): string {
  return text === null ? '' : `\`${text.replaceAll('`', "'").replaceAll(/\s+/g, ' ')}\``;
}
