/** Everything a reply says, as text for a file: what a message of limited size may have to cut away. */
import type { Approval } from '../../../core/approval.ts';
import { chartTable } from '../../../core/chart.ts';
import type { Plan } from '../../../core/plan.ts';
import type { DigestSection, Reply } from '../../../core/reply.ts';
import { stepLimits } from '../../../core/shape.ts';
import { csv } from '../../../kit/csv.ts';
import type { OutFile } from '../blocks.ts';

type TextFile = OutFile & { text: string };
type Of<Kind extends Reply['kind']> = Extract<Reply, { kind: Kind }>;

function lines(...parts: (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part.trim() !== '').join('\n');
}
function file(name: string, ...parts: (string | undefined | false)[]): TextFile {
  return { name, mime: 'text/plain', text: lines(...parts) || '(nothing)' };
}

export function wholeOf(reply: Reply): TextFile {
  switch (reply.kind) {
    case 'words':
      return wholeWords(reply);
    case 'card':
      return wholeCard(reply);
    case 'approvals':
      return wholeApprovals(reply);
    case 'plan':
      return wholePlan(reply);
    case 'progress':
      return wholeProgress(reply);
    case 'outcome':
      return wholeOutcome(reply);
    case 'digest':
      return wholeDigest(reply);
    case 'table':
      return wholeTable(reply);
    case 'chart':
      return wholeTable({
        kind: 'table',
        title: reply.title,
        ...chartTable(reply.chart),
        ...(reply.footer ? { footer: reply.footer } : {}),
      });
    case 'file':
      return file('file.txt', reply.title, reply.name, reply.note);
  }
}

function wholeWords({ markdown, links, footer }: Of<'words'>): TextFile {
  const listed = (links ?? []).map(({ label, url }) => `- ${label}: ${url}`).join('\n');
  const text = [markdown, listed, footer ?? ''].filter((part) => part.trim() !== '').join('\n\n');
  return { name: 'answer.md', mime: 'text/markdown', text: text || '(nothing)' };
}

/** The plan itself is behind “View full plan”. */
function wholeCard({ approval, note }: Of<'card'>): TextFile {
  return file('card.txt', aboutApproval(approval), note);
}

function wholeApprovals({ approvals, note }: Of<'approvals'>): TextFile {
  return file('approvals.txt', ...approvals.map(aboutApproval), note);
}

function aboutApproval({ plan, taint, rule, modelNote, votes, stateReason }: Approval): string {
  return lines(
    plan.summary,
    lines(...[plan.environment, plan.target]),
    taint.length > 0 && `Untrusted text was read before: ${taint.map(({ source }) => source).join(', ')}`,
    rule.glass && `Break-glass, because: ${rule.glass.reason}`,
    modelNote && `The model says (not checked): ${modelNote}`,
    stateReason && `Reason: ${stateReason}`,
    ...votes.map(
      (vote) => `${vote.person}: ${vote.verdict}${vote.reason ? `, because ${vote.reason}` : ''} (${vote.at})`,
    ),
  );
}

function wholePlan({ plan, ruling }: Of<'plan'>): TextFile {
  return file(
    'plan.txt',
    planText(plan),
    ruling.verdict === 'refuse' ? `Policy would refuse this (${ruling.rule}): ${ruling.reason}` : undefined,
    `SHA-256 of the plan: ${plan.hash}`,
  );
}

function planText(plan: Plan): string {
  return lines(
    plan.summary,
    `Action: ${plan.action}`,
    `Effect: ${plan.effect}`,
    `Target: ${plan.target}`,
    plan.environment && `Environment: ${plan.environment}`,
    ...plan.details.map(({ label, value, link }) => `${label}: ${value}${link ? ` (${link})` : ''}`),
    plan.cost && `Cost: $${plan.cost.usd.toFixed(2)} ${plan.cost.note ?? ''}`,
    plan.undo && `Undo: ${plan.undo}`,
    ...(plan.steps ?? []).map((step, index) =>
      `${index + 1}. ${step.summary.trim() || step.action} ${step.when ?? ''} ${stepLimits(step)}`.trimEnd(),
    ),
    plan.diff && `Difference:\n${plan.diff}`,
    ...(plan.links ?? []).map(({ label, url }) => `${label}: ${url}`),
  );
}

function wholeProgress({ title, steps, runId }: Of<'progress'>): TextFile {
  return file(
    'progress.txt',
    title,
    ...steps.map((step) => `${step.state}: ${step.title}${step.detail ? ` — ${step.detail}` : ''}`),
    `Run ${runId}`,
  );
}

function wholeOutcome({ title, outcome, links, audited }: Of<'outcome'>): TextFile {
  return file(
    'outcome.txt',
    title,
    outcome.state === 'done' ? outcome.summary : outcome.reason,
    outcome.state === 'unknown' && outcome.evidence,
    'hint' in outcome && outcome.hint,
    ...(links ?? []).map(({ label, url }) => `${label}: ${url}`),
    outcome.reference,
    audited,
  );
}

function wholeDigest({ title, sections, footer }: Of<'digest'>): TextFile {
  return file('digest.txt', title, ...sections.map(sectionText), footer);
}

function sectionText({ title, items, chart, table, note }: DigestSection): string {
  const each = items.map((item) => `- ${[item.text, item.detail, item.link].filter(Boolean).join(' – ')}`);
  const figures = [...(chart ? [chartTable(chart)] : []), ...(table ? [table] : [])];
  const rows = figures.flatMap(({ columns, rows }) => [columns, ...rows].map((row) => row.join(' | ')));
  return lines(`\n${title}`, ...each, ...rows, note);
}

function wholeTable({ title, columns, rows, footer }: Of<'table'>): TextFile {
  const said = csv([columns, ...rows]);
  const name = `${
    title
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'table'
  }.csv`;
  return { name, mime: 'text/csv', title, text: footer?.trim() ? `${said}\r\n${csv([[footer]])}` : said };
}
