/** A run that broke for good is the house's fault: what it held is freed, what it left open is put to people, and it is said. */
import type { AuditRow } from '../core/audit.ts';
import type { Services } from '../core/job.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Plan } from '../core/plan.ts';
import type { RunInfo } from '../core/run.ts';
import { parseThreadId } from '../core/thread.ts';
import { askUnknown } from './ask-unknown.ts';
import { letGo } from './followups.ts';
import { owe } from './owe.ts';
import { freeTargets } from './targets.ts';
import { withdraw } from './withdraw.ts';
import { withoutSecrets, writeDown } from './written.ts';

/** Its last deed is to end the run: after a crash on the way it is done again, each part of it once. */
export async function reportBroken(services: Services, run: RunInfo, reason: string): Promise<void> {
  await freeTargets(services, run.id);
  await letGo(services, run.id);
  await leaveOpen(services, run, reason);
  // The run will never take notice itself.
  for (const id of await withdraw(services, run.id, 'The run broke.', null)) await services.approvals.notice(id);
  const rows = await services.audit.byRun(run.id);
  const row =
    rows.find(({ kind, facts }) => kind === 'stopped' && facts.state === 'broke') ??
    (await writeDown(services, {
      kind: 'stopped',
      at: services.now().toISOString(),
      runId: run.id,
      person: null,
      action: null,
      approvalId: null,
      facts: { state: 'broke' },
      texts: { reason },
    }));
  if (run.thread !== null) await services.surface(parseThreadId(run.thread).surface).setStatus(run.thread, 'active');
  await owe(services, {
    sendId: `${run.id}/broken`,
    runId: run.id,
    to: run.thread === null ? { person: run.requester } : { thread: run.thread },
    reply: {
      kind: 'words',
      tone: 'error',
      markdown: `Something broke on my side while I worked on “${run.title}”. What was already begun is in the audit trail; nothing more will be done.`,
      footer: `Reference ${row.reference}`,
    },
  });
  await services.runs.end(run.id, 'failed', 'broke', services.now().toISOString());
  // A sleeper may have taken one in between.
  await freeTargets(services, run.id);
}

/** What it had begun is known to nobody now: it is listed by `unknowns`, and a person settles it. */
async function leaveOpen(services: Services, run: RunInfo, reason: string): Promise<void> {
  const evidence = services.redact(`The run broke while it was under way: ${reason}`);
  const rows = await services.audit.byRun(run.id);
  for (const entry of await services.ledger.byRun(run.id)) {
    const call = entry.key.slice(run.id.length + 1);
    const begun = rows.find((row) => row.kind === 'started' && row.facts.call === call);
    const row =
      entry.state === 'started'
        ? await settleOpen(services, entry, call, begun, evidence)
        : leftOpen(rows, entry, call);
    if (row) await ask(services, run, entry, row, begun, evidence);
  }
}

/** Null when somebody else has settled it meanwhile. */
function settleOpen(
  services: Services,
  entry: LedgerEntry,
  call: string,
  begun: AuditRow | undefined,
  evidence: string,
): Promise<AuditRow | null> {
  const target = begun?.facts.target;
  const row = withoutSecrets(services, {
    kind: 'settled',
    at: services.now().toISOString(),
    runId: entry.runId,
    person: null,
    action: entry.action,
    approvalId: entry.approvalId,
    facts: { state: 'unknown', call, plan: entry.planHash, ...(target === undefined ? {} : { target }) },
    texts: { result: evidence },
  });
  // Together: an open outcome without its row could be neither listed nor settled.
  return services.ledger.settleWritten(entry.key, entry.attempt, 'unknown', { evidence }, row);
}

/** Left open the last time this was tried: whoever was not told then is told now. */
function leftOpen(rows: AuditRow[], entry: LedgerEntry, call: string): AuditRow | undefined {
  if (entry.state !== 'unknown') return undefined;
  return rows.findLast(({ kind, facts }) => kind === 'settled' && facts.call === call && facts.state === 'unknown');
}

async function ask(
  services: Services,
  run: RunInfo,
  entry: LedgerEntry,
  row: AuditRow,
  begun: AuditRow | undefined,
  evidence: string,
): Promise<void> {
  const plan = entry.approvalId === null ? undefined : (await services.approvals.get(entry.approvalId))?.plan;
  const target = begun?.facts.target ?? plan?.target;
  await askUnknown(services, {
    key: entry.key,
    runId: run.id,
    thread: run.thread,
    what: summaryOf(plan, entry) ?? `${entry.action}, asked for as “${run.title}”`,
    target: typeof target === 'string' ? target : entry.action,
    links: plan?.links,
    reference: row.reference,
    evidence: String((entry.result as { evidence?: unknown } | null)?.evidence ?? evidence),
    owner: entry.owner,
  });
}

/** The approval of a workflow tells of each step that it lists. */
function summaryOf(plan: Plan | undefined, { grantStep }: LedgerEntry): string | undefined {
  return grantStep === null ? plan?.summary : plan?.steps?.[grantStep]?.summary;
}
